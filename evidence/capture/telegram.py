"""Addresses of Telegram: ``t.me`` in all its forms, and ``tg://``."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from evidence.capture.address import Address
from evidence.capture.reading import OTHER, Reading, is_id

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{3,31}")
_HASH = re.compile(r"[A-Za-z0-9_-]{8,64}")
_PAGES = {
    "addstickers": "sticker_set", "addemoji": "sticker_set", "addlist": "chat_folder", "addtheme": "theme",
    "bg": "background", "boost": "boost", "contact": "contact", "confirmphone": "other", "giftcode": "gift",
    "invoice": "invoice", "iv": "instant_view", "login": "other", "m": "business_chat", "nft": "gift",
    "passport": "other", "proxy": "proxy", "setlanguage": "other", "share": "share", "socks": "proxy",
    "msg": "share", "k": "web_client", "a": "web_client", "z": "web_client",
}  # fmt: skip


_BOT_PARAMETERS = (
    ("start", "bot_start_param"), ("startgroup", "bot_start_param"), ("startchannel", "bot_start_param"),
    ("startapp", "bot_app_param"), ("game", "bot_game"),
    ("voicechat", "voice_chat"), ("videochat", "video_chat"), ("livestream", "livestream"),
)  # fmt: skip
_WEB_CHAT = re.compile(r"(?:@([A-Za-z][A-Za-z0-9_]{3,31})|(-?[0-9]{1,20}))(?:_([0-9]{1,20}))?")


def read_telegram(address: Address) -> Reading:
    """Read ``t.me/NAME``, ``/NAME/MESSAGE``, ``/c/CHANNEL/MESSAGE``, ``/+INVITE``, ``/BOT?start=`` and the like."""
    parts = address.segments
    name, dot, host = address.host.partition(".")
    if dot and host == "t.me" and name not in ("www", "m", "mobile"):
        parts = (name, *parts)
    if len(parts) > 1 and parts[0] == "s":
        parts = parts[1:]
    if not parts:
        return OTHER
    first = parts[0]
    if first.startswith(("+", " ")):
        return _plus(first[1:])
    if first.lower() == "joinchat" and len(parts) > 1:
        return _invite(parts[1])
    if first.lower() == "c" and len(parts) > 2 and all(is_id(part) for part in parts[1:4]):
        return _private(parts[1], parts[2:4])
    if first.lower() == "addlist" and len(parts) > 1:
        return Reading("chat_folder", {"folder_slug": parts[1]})
    if first.lower() in _PAGES:
        return Reading(_PAGES[first.lower()])
    if _NAME.fullmatch(first):
        return _name(first, parts[1:], address)
    return OTHER


def _plus(rest: str) -> Reading:
    """``t.me/+…`` is an invitation, or a telephone number when it holds digits only."""
    if is_id(rest) and 7 <= len(rest) <= 15:
        return Reading("phone", {"phone": f"+{rest}"}, f"https://t.me/+{rest}")
    return _invite(rest)


def _invite(code: str) -> Reading:
    if not _HASH.fullmatch(code):
        return OTHER
    return Reading("invite", {"invite_hash": code, "invite_link": f"https://t.me/+{code}"}, f"https://t.me/+{code}")


def _private(channel: str, rest: tuple[str, ...]) -> Reading:
    """``t.me/c/CHANNEL/MESSAGE`` or ``t.me/c/CHANNEL/TOPIC/MESSAGE``: only members can open it."""
    ids = {"channel_id": channel, "chat_id": f"-100{channel}", "message_id": rest[-1]}
    if len(rest) == 2:
        ids["topic_id"] = rest[0]
    return Reading("private_message", ids, f"https://t.me/c/{channel}/{'/'.join(rest)}")


def _name(name: str, rest: tuple[str, ...], address: Address) -> Reading:
    ids = {"username": name}
    canonical = f"https://t.me/{name.lower()}"
    numbers = tuple(part for part in rest[:2] if is_id(part))
    if numbers and len(numbers) == len(rest[:2]):
        ids["message_id"] = numbers[-1]
        ids["topic_id"] = numbers[0] if len(numbers) == 2 else address.parameter("thread")
        comment = address.parameter("comment")
        ids["comment_id"] = comment if is_id(comment) else ""
        tail = f"?comment={comment}" if ids["comment_id"] else ""
        return Reading("message", ids, f"{canonical}/{'/'.join(numbers)}{tail}")
    kept = []
    for parameter, meaning in _BOT_PARAMETERS:
        if value := address.parameter(parameter):
            ids[meaning] = value
            kept.append(f"{parameter}={quote(value, safe='')}")
    is_bot = name.lower().endswith("bot")
    if is_bot:
        ids["bot_username"] = name
    if rest:
        ids["app_name"] = rest[0]
        canonical += f"/{quote(rest[0], safe='')}"
    kind = "bot_app" if rest else "bot" if is_bot else "account"
    return Reading(kind, ids, canonical + (f"?{'&'.join(kept)}" if kept else ""))


def read_telegram_web(address: Address) -> Reading:
    """Read what Telegram's web client keeps in the fragment: ``#@NAME``, or the chat's number and perhaps a topic's.

    The numbers are those of the client: a channel or a large group has ``-100`` before its own.
    """
    found = _WEB_CHAT.fullmatch(unquote(address.fragment))
    if found is None:
        return OTHER
    name, chat, topic = (part or "" for part in found.groups())
    if name:
        return _name(name, (), address)
    kind = "chat" if chat.startswith("-") else "account"
    channel = chat.removeprefix("-100") if chat.startswith("-100") else ""
    return Reading(kind, {"chat_id": chat, "channel_id": channel, "topic_id": topic})


def read_telegram_app(address: Address) -> Reading:
    """``tg://`` addresses, which open the application."""
    action = address.host
    name = address.parameter("domain")
    if action == "resolve" and _NAME.fullmatch(name):
        post = address.parameter("post")
        return _name(name, (post,) if is_id(post) else (), address)
    if action == "resolve" and is_id(address.parameter("phone")):
        return _plus(address.parameter("phone"))
    if action == "join":
        return _invite(address.parameter("invite"))
    channel, post = address.parameter("channel"), address.parameter("post")
    if action == "privatepost" and is_id(channel) and is_id(post):
        thread = address.parameter("thread")
        return _private(channel, (thread, post) if is_id(thread) else (post,))
    user = address.parameter("id") or address.parameter("user_id")
    if action in ("user", "openmessage") and is_id(user):
        return Reading("account", {"platform_user_id": user, "message_id": address.parameter("message_id")})
    return OTHER
