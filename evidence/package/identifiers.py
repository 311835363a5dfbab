"""What a legal request can ask about: accounts, rooms, bots, links, payment handles, each with its exhibit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from evidence.i18n import N_, SAID, Texts, is_said
from evidence.model import Exhibit, Item

# Keys of an acquisition's machine facts, by the kind of identifier that they hold.
_SOURCE_KINDS = {
    "url": "link", "canonical_url": "link", "message_link": "link", "post_link": "link", "profile_link": "link",
    "final_url": "link", "page_url": "link",
    "invite_link": "room", "invite_hash": "room", "chat_id": "room", "chat_name": "room", "channel_id": "room",
    "community_id": "room", "topic_id": "room", "list_id": "room",
    "platform_user_id": "account", "user_id": "account", "username": "account", "display_name": "account",
    "phone": "account", "accounts": "account", "address_told": "link",
    "bot_username": "bot", "payment_handle": "payment", "wallet": "payment",
    "message_id": "message", "post_id": "message", "comment_id": "message", "media_id": "message",
    "video_id": "message", "story_id": "message", "shortcode": "message", "server_ip": "host",
}  # fmt: skip
_TOLD = frozenset({"accounts", "address_told"})
"""Of these, what a person wrote down."""

KIND_NAMES = {
    "account": N_("Account"), "room": N_("Room or channel"), "bot": N_("Bot"), "link": N_("Link"),
    "payment": N_("Payment"), "message": N_("Message or post"), "host": N_("Server"),
}  # fmt: skip
BASIS_NAMES = {"recorded": N_("recorded by the program"), "stated": N_("written by a person")}

_URL = re.compile(r"https?://[^\s<>\"'“”‘’「」]{3,2000}", re.IGNORECASE)
_HANDLE = re.compile(r"(?<![\w@./])@[A-Za-z0-9_.]{3,64}")


@dataclass(frozen=True, slots=True)
class Identifier:
    """One identifier. ``basis`` keeps machine facts (``recorded``) apart from what a person wrote (``stated``)."""

    kind: str
    value: str
    field: str
    basis: str
    exhibits: tuple[str, ...]

    def kind_name(self, t: Texts) -> str:
        """The kind in words."""
        return t(KIND_NAMES[self.kind])

    def basis_name(self, t: Texts) -> str:
        """The basis in words."""
        return t(BASIS_NAMES[self.basis])


def bare_exhibits(items: Sequence[Item]) -> list[Exhibit]:
    """Items that are held back, with what identifies their source and without a person's words."""
    return [Exhibit(replace(item, title="", note="", source=identifying(item))) for item in items]


def identifying(item: Item) -> dict[str, str]:
    """Of the machine facts about a source those that say where it is and whose it is."""
    return {key: value for key, value in item.source.items() if key in _SOURCE_KINDS or key in ("accounts", "platform")}


def find_identifiers(exhibits: Sequence[Exhibit]) -> tuple[Identifier, ...]:
    """All identifiers in the exhibits' machine facts and in the person's words, by kind and value."""
    found: dict[tuple[str, str, str], tuple[str, list[str]]] = {}
    for exhibit in exhibits:
        item = exhibit.item
        rows = [(_SOURCE_KINDS[key], value, key, "stated" if key in _TOLD else "recorded")
                for key, value in item.source.items()
                if value and key in _SOURCE_KINDS]  # fmt: skip
        rows += [(_SOURCE_KINDS[name], value, name, "stated") for key, value in item.source.items()
                 if value and is_said(key) and (name := key.removeprefix(SAID)) in _SOURCE_KINDS]  # fmt: skip
        recorded = {value for _kind, value, _key, _basis in rows}
        for text in (item.title, item.note):
            stated = [("link", value.rstrip(".,;:!?)]}"), "text", "stated") for value in _URL.findall(text)]
            stated += [("account", value.rstrip("."), "text", "stated") for value in _HANDLE.findall(text)]
            rows += [row for row in stated if row[1] not in recorded]
        for kind, value, key, basis in rows:
            # A link as typed and the same link in its plain form are one.
            _field, numbers = found.setdefault((kind, value, basis), (key, []))
            if item.number not in numbers:
                numbers.append(item.number)
    order = list(KIND_NAMES)
    return tuple(
        Identifier(kind, value, key, basis, tuple(numbers))
        for (kind, value, basis), (key, numbers) in sorted(
            found.items(), key=lambda entry: (order.index(entry[0][0]), entry[0][1:])
        )
    )
