"""Finding exhibits again: by words, and by what they are; and where in them the words stand."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from evidence.model import Exhibit, Filter, Found, Item, Match
from evidence.store import Store

LINKS = frozenset(
    {"url", "canonical_url", "final_url", "page_url", "download_url", "download_referrer", "host", "host_as_typed",
     "invite_link", "invite_hash"}
)  # fmt: skip
ACCOUNTS = frozenset(
    {"username", "display_name", "platform_user_id", "user_id", "chat_id", "chat_name", "channel_id", "message_id",
     "post_id", "bot_username", "phone", "accounts", "seen", "address_told", "platform", "window_title"}
)  # fmt: skip
"""Together the facts about a source that are searched (:mod:`evidence.store.migrations`)."""
AROUND = 24
"""Characters shown before and after a word that was found."""


def find(store: Store, case_id: str, wanted: Filter) -> Found:
    """The exhibits and the notes about the case that a filter leaves, in the order of the case. Parts of Korean words
    are found, single syllables too."""
    is_arranged = store.arrangement.is_arranged(case_id)
    if wanted.is_empty and not is_arranged:
        return Found(range(1, store.cases.get(case_id).item_count + 1))
    words = wanted.words.split()
    positions = store.shelf.find(case_id, words, wanted, is_arranged=is_arranged)
    return Found(positions, store.shelf.find_notes(case_id, words) if wanted.is_only_words else ())


def matches(store: Store, exhibits: Sequence[Exhibit], words: str) -> dict[str, tuple[Match, ...]]:
    """Where each word stands in each exhibit: the first place of each, with the words around it."""
    wanted = [_plain(word) for word in words.split()]
    found: dict[str, tuple[Match, ...]] = {}
    for exhibit in exhibits if wanted else ():
        places = list(_places(store, exhibit.item))
        here = dict.fromkeys(
            match for word in wanted
            if (match := next((_match(place, text, word) for place, text in places if word in _plain(text)), None))
        )  # fmt: skip
        if here:
            found[exhibit.item.id] = tuple(here)
    return found


def _places(store: Store, item: Item) -> Iterator[tuple[str, str]]:
    yield "title", item.title
    for tag in store.shelf.tags(item.id):
        yield "tag", tag
    for keys, where in ((LINKS, "link"), (ACCOUNTS, "account")):
        for key, value in item.source.items():
            if key in keys:
                yield where, value
    yield "note", item.note
    for note in store.items.notes(item.case_id, item.id):
        yield "note", note.text
    for file in item.files:
        yield "file", file.name


def _match(where: str, text: str, word: str) -> Match:
    """The words around the first place of ``word``, on one line; a place that case folding moved stays inside."""
    text = unicodedata.normalize("NFC", " ".join(text.split()))
    at = max(_plain(text).find(word), 0)
    start, end = max(at - AROUND, 0), min(at + len(word) + AROUND, len(text))
    return Match(where, f"{'…' * (start > 0)}{text[start:end]}{'…' * (end < len(text))}")


def _plain(text: str) -> str:
    """As words are compared: composed, without capitals, on one line."""
    return unicodedata.normalize("NFC", " ".join(text.split())).casefold()
