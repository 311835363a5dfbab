"""What to let the screen show, step by step, so that a recording or a row of pictures answers what will be asked.

One checklist for each kind of place. A step says what to show and which fields of an exhibit it fills; what the person
reads off and types is kept apart from machine facts, under keys that begin with ``said_``. Every step can be skipped.
No step ever asks to join, pay, answer or begin anything: it only looks at what is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from evidence.errors import EvidenceError
from evidence.i18n import N_, SAID

SAID_FIELDS = (
    "account_used", "app_version", "bot_start_param", "bot_username", "chat_id", "chat_name", "display_name",
    "event_time", "former_names", "invite_link", "member_count", "message_link", "payment_handle", "platform_user_id",
    "post_link", "profile_link", "username",
)  # fmt: skip
"""What a person may read off the screen. Each has its name in the catalogue: ``fact.…``."""
_LONGEST = 500

FIELDS = {
    8: N_("the clock"), 12: N_("the address, or where it is"), 15: N_("program and own account"),
    16: N_("names and numbers of accounts, rooms and posts"), 17: N_("the time that the program shows"),
    18: N_("where a name or number was read"), 26: N_("what stands before and after"),
}  # fmt: skip
"""What the fields of an exhibit are that steps fill, by number; to be translated."""

CARE = N_(
    "Look only at what is there. You need not join, pay, answer or start anything, and you may stop at any step."
)


@dataclass(frozen=True, slots=True)
class GuideStep:
    """One thing to show. ``fills``: numbers of the fields of an exhibit that it supports, see :data:`FIELDS`."""

    key: str
    text: str
    """What to do, to be translated."""
    mark: str
    """What is noted in the recording when it is done, to be translated."""
    fills: tuple[int, ...]
    says: tuple[str, ...] = ()
    """What the person may write down here: out of :data:`SAID_FIELDS`."""


@dataclass(frozen=True, slots=True)
class Guide:
    """A checklist."""

    key: str
    title: str
    steps: tuple[GuideStep, ...]


_APP = GuideStep(
    "app", N_("Show which program this is: its version in the settings or on its information page."),
    N_("program and version shown"), (12, 15), ("app_version", "account_used"),
)  # fmt: skip
_ADDRESS = GuideStep(
    "address", N_("Show the address bar of the browser with the whole address."), N_("address shown"), (12, 15),
    ("account_used",),
)  # fmt: skip
_MESSAGE_TIME = GuideStep(
    "time", N_("Show the message together with its date and time, as the program shows them."),
    N_("message with its time shown"), (17,), ("event_time",),
)  # fmt: skip
_POST_TIME = GuideStep(
    "time", N_("Show the post together with its date and time; on many sites they appear in full when the pointer "
               "rests on them."),
    N_("post with its time shown"), (17,), ("event_time",),
)  # fmt: skip
_BEFORE = GuideStep(
    "before", N_("Scroll up a little: what stands before it."), N_("scrolled to what stands before"), (26,)
)
_AFTER = GuideStep(
    "after", N_("Scroll down past it: what comes after."), N_("scrolled to what comes after"), (26,)
)
_CLOCK = GuideStep("clock", N_("Show the clock of the computer or the phone, with the date."), N_("clock shown"), (8,))

GUIDES: tuple[Guide, ...] = (
    Guide("telegram_room", N_("Telegram: a room or channel"), (
        _APP,
        GuideStep("room", N_("Open the information page of the room: its name, its @name and how many people are in "
                             "it."),
                  N_("information page of the room opened"), (16, 18), ("chat_name", "username", "member_count")),
        GuideStep("room_id", N_("If the program shows a number (ID) of the room, let it be seen."),
                  N_("number of the room shown"), (16, 18), ("chat_id",)),
        GuideStep("invite", N_("If the information page shows an invite link, let it be seen. It need not be opened."),
                  N_("invite link shown"), (16, 18), ("invite_link",)),
        GuideStep("profile", N_("Open the profile of the account that posted it: name, @name and, if it is shown, the "
                                "number (ID)."),
                  N_("profile opened"), (16, 18), ("display_name", "username", "platform_user_id")),
        GuideStep("message_link", N_("Copy the link of the message (menu of the message) and let it be seen."),
                  N_("message link copied"), (12, 16), ("message_link",)),
        _MESSAGE_TIME, _BEFORE, _AFTER, _CLOCK,
    )),
    Guide("telegram_bot", N_("Telegram: a bot"), (
        _APP,
        GuideStep("bot", N_("Open the information page of the bot: its name, its @name and its description."),
                  N_("information page of the bot opened"), (16, 18), ("display_name", "bot_username")),
        GuideStep("bot_link", N_("If you have a link to the bot, show it where you found it. It need not be opened."),
                  N_("link of the bot shown"), (12, 16), ("message_link", "bot_start_param")),
        GuideStep("said", N_("Show what the bot wrote in the conversation that is already there."),
                  N_("messages of the bot shown"), (16, 26)),
        GuideStep("payment", N_("If it names an account, a wallet or a price, let them be seen."),
                  N_("payment details shown"), (16, 18), ("payment_handle",)),
        _MESSAGE_TIME, _BEFORE, _AFTER, _CLOCK,
    )),
    Guide("instagram", N_("Instagram"), (
        _ADDRESS, _APP,
        GuideStep("profile", N_("Open the profile: name, @name and the address of the profile."),
                  N_("profile opened"), (12, 16, 18), ("display_name", "username", "profile_link")),
        GuideStep("about", N_("Open “About this account”: since when it exists and its former names."),
                  N_("information about the account shown"), (16, 18), ("former_names",)),
        GuideStep("link", N_("Copy the link of the post, the reel or the story and let it be seen."),
                  N_("link of the post copied"), (12, 16), ("post_link",)),
        _POST_TIME, _BEFORE, _AFTER, _CLOCK,
    )),
    Guide("x", N_("X"), (
        _ADDRESS,
        GuideStep("profile", N_("Open the profile: name, @name and since when it exists."),
                  N_("profile opened"), (16, 18), ("display_name", "username", "profile_link")),
        GuideStep("post", N_("Open the post by itself, so that the address bar shows its number."),
                  N_("post opened by itself"), (12, 16), ("post_link",)),
        _POST_TIME, _BEFORE, _AFTER, _CLOCK,
    )),
    Guide("kakaotalk", N_("KakaoTalk"), (
        _APP,
        GuideStep("room", N_("Open the menu of the room: its name and who is in it."),
                  N_("menu of the room opened"), (16, 18), ("chat_name", "member_count")),
        GuideStep("open_link", N_("In an open chat, let its link be seen. It need not be opened."),
                  N_("link of the open chat shown"), (12, 16), ("invite_link",)),
        GuideStep("profile", N_("Open the profile of the account that wrote: its name, and its KakaoTalk ID or number "
                                "if they are shown. A name from your own address book is your own word for it."),
                  N_("profile opened"), (16, 18), ("display_name", "platform_user_id")),
        GuideStep("time", N_("Show the message with its time, and the line above it that holds the date."),
                  N_("message with its time shown"), (17,), ("event_time",)),
        _BEFORE, _AFTER, _CLOCK,
    )),
    Guide("phone", N_("A phone, photographed with another device"), (
        GuideStep("app", N_("Photograph the settings page that names the model, the system and its version, and the "
                            "page that names the version of the program."),
                  N_("model and version photographed"), (12, 15), ("app_version", "account_used")),
        GuideStep("list", N_("Photograph the list of conversations, with the one that matters in it."),
                  N_("list of conversations photographed"), (16, 26), ("chat_name",)),
        GuideStep("profile", N_("Open the profile of the account that wrote, and photograph its name, @name and "
                                "number. A name from your own address book is your own word for it."),
                  N_("profile photographed"), (16, 18), ("display_name", "username", "platform_user_id")),
        GuideStep("time", N_("Photograph the message with its date and time: the whole screen, straight from the "
                             "front."),
                  N_("message with its time photographed"), (12, 17), ("event_time",)),
        GuideStep("keep", N_("Keep the phone as it is: delete nothing, and do not update the program."),
                  N_("phone kept as it is"), (26,)),
        _BEFORE, _AFTER, _CLOCK,
    )),
    Guide("web_forum", N_("A web forum"), (
        _ADDRESS,
        GuideStep("post", N_("Show the post with its number and the name of the board."), N_("post shown"), (12, 16),
                  ("post_link",)),
        GuideStep("profile", N_("Open the page of its author: name, number and address of the page."),
                  N_("profile opened"), (16, 18), ("display_name", "platform_user_id", "profile_link")),
        _POST_TIME,
        GuideStep("media", N_("Show the address of the picture or film itself (menu of the picture: copy its "
                              "address)."),
                  N_("address of the picture shown"), (12,), ("message_link",)),
        _BEFORE, _AFTER, _CLOCK,
    )),
)  # fmt: skip
"""In the order in which they are offered."""


def guide(key: str) -> Guide:
    """One checklist. Raises :class:`EvidenceError` ``capture.no_such_guide``."""
    for one in GUIDES:
        if one.key == key:
            return one
    raise EvidenceError("capture.no_such_guide", name=key, names=", ".join(one.key for one in GUIDES))


def guided_facts(key: str = "", step: str = "", said: Mapping[str, str] | None = None) -> dict[str, str]:
    """The facts that a checklist adds to what is taken in: which one, which step, and what was read off.

    Raises :class:`EvidenceError` ``capture.no_such_guide``, ``capture.no_such_step`` or ``capture.no_such_field``.
    """
    facts = said_facts(said or {})
    if key:
        facts["guide"] = guide(key).key
    if step:
        names = [one.key for one in guide(key).steps]
        if step not in names:
            raise EvidenceError("capture.no_such_step", name=step, names=", ".join(names))
        facts["guide_step"] = step
    return facts


def said_facts(said: Mapping[str, str]) -> dict[str, str]:
    """What a person read off and wrote down, as facts of their own kind; empty values are left out.

    Raises :class:`EvidenceError` ``capture.no_such_field``.
    """
    found: dict[str, str] = {}
    for name, value in said.items():
        if name not in SAID_FIELDS:
            raise EvidenceError("capture.no_such_field", name=name, names=", ".join(SAID_FIELDS))
        if words := " ".join(value.split())[:_LONGEST]:
            found[SAID + name] = words
    return found | {"id_source": "read_off_screen"} if found else {}
