"""Addresses of X, Instagram, YouTube and TikTok."""

from __future__ import annotations

import re
from urllib.parse import quote

from evidence.capture.address import Address
from evidence.capture.reading import OTHER, Reading, is_id, snowflake

_X_NAME = re.compile(r"[A-Za-z0-9_]{1,15}")
_X_PAGES = frozenset(
    {"compose", "explore", "hashtag", "home", "i", "intent", "jobs", "login", "messages", "notifications", "privacy",
     "search", "settings", "share", "signup", "tos"}
)  # fmt: skip
_X_EPOCH_MS = 1_288_834_974_657


def read_x(address: Address) -> Reading:
    """Read accounts and posts of X, under its old host names too."""
    parts = address.segments
    if len(parts) > 2 and parts[1].lower() in ("status", "statuses") and is_id(parts[2]):
        return _x_post(parts[0], parts[2], parts[3:])
    if len(parts) > 3 and parts[:3] == ("i", "web", "status") and is_id(parts[3]):
        return _x_post("i", parts[3], ())
    if len(parts) > 2 and parts[0] == "i" and is_id(parts[2]) and parts[1] in ("user", "communities", "lists"):
        name = {"user": "platform_user_id", "communities": "community_id", "lists": "list_id"}[parts[1]]
        return Reading(
            {"user": "account", "communities": "community", "lists": "list"}[parts[1]],
            {name: parts[2]}, f"https://x.com/i/{parts[1]}/{parts[2]}",
        )  # fmt: skip
    if parts and parts[0].lower() not in _X_PAGES and _X_NAME.fullmatch(parts[0]):
        return Reading("account", {"username": parts[0]}, f"https://x.com/{parts[0].lower()}")
    return OTHER


def _x_post(name: str, post: str, rest: tuple[str, ...]) -> Reading:
    known = name.lower() not in _X_PAGES and _X_NAME.fullmatch(name) is not None
    ids = {"username": name if known else "", "post_id": post, "post_created_at": snowflake(post, _X_EPOCH_MS)}
    if len(rest) > 1 and rest[0] in ("photo", "video") and is_id(rest[1]):
        ids["media_index"] = rest[1]
    return Reading("post", ids, f"https://x.com/{name.lower() if known else 'i'}/status/{post}")


_INSTAGRAM_NAME = re.compile(r"[A-Za-z0-9_.]{1,30}")
_INSTAGRAM_CODE = re.compile(r"[A-Za-z0-9_-]{5,64}")
_INSTAGRAM_PAGES = frozenset(
    {"about", "accounts", "ar", "api", "challenge", "developer", "direct", "directory", "emails", "explore", "legal",
     "oauth", "privacy", "session", "share", "terms", "web"}
)  # fmt: skip
_BASE64_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def read_instagram(address: Address) -> Reading:
    """Read accounts, posts, videos and stories of Instagram."""
    parts = address.segments
    owner = ""
    if len(parts) > 2 and parts[1] in ("p", "reel", "tv") and _INSTAGRAM_NAME.fullmatch(parts[0]):
        owner, parts = parts[0], parts[1:]
    if len(parts) > 1 and parts[0] in ("p", "reel", "reels", "tv") and _INSTAGRAM_CODE.fullmatch(parts[1]):
        kind = "post" if parts[0] == "p" else "video"
        code = parts[1]
        ids = {"username": owner, "shortcode": code, "media_id": _instagram_media(code)}
        return Reading(kind, ids, f"https://www.instagram.com/{'p' if kind == 'post' else 'reel'}/{code}/")
    if len(parts) > 2 and parts[0] == "stories" and is_id(parts[2]):
        if parts[1] == "highlights":
            ids, kind = {"highlight_id": parts[2]}, "highlight"
        else:
            ids, kind = {"username": parts[1], "story_id": parts[2]}, "story"
        return Reading(kind, ids, f"https://www.instagram.com/stories/{quote(parts[1].lower())}/{parts[2]}/")
    if parts and parts[0].lower() not in _INSTAGRAM_PAGES and _INSTAGRAM_NAME.fullmatch(parts[0]):
        return Reading("account", {"username": parts[0]}, f"https://www.instagram.com/{parts[0].lower()}/")
    return OTHER


def _instagram_media(code: str) -> str:
    """The numeric identifier that a public post's short code spells in base 64; longer codes hold more than it."""
    if len(code) > 11:
        return ""
    number = 0
    for character in code:
        number = number * 64 + _BASE64_DIGITS.index(character)
    return str(number) if number < 1 << 63 else ""


_YOUTUBE_ID = re.compile(r"[A-Za-z0-9_-]{11}")


def read_youtube(address: Address) -> Reading:
    """Read videos, playlists and channels of YouTube."""
    parts = address.segments
    video = ""
    if address.host in ("youtu.be", "www.youtu.be"):
        video = parts[0] if parts else ""
    elif parts and parts[0] == "watch":
        video = address.parameter("v")
    elif len(parts) > 1 and parts[0] in ("shorts", "live", "embed", "v"):
        video = parts[1]
    if _YOUTUBE_ID.fullmatch(video):
        ids = {
            "video_id": video, "start_at": address.parameter("t") or address.parameter("start"),
            "playlist_id": address.parameter("list"), "comment_id": address.parameter("lc"),
        }  # fmt: skip
        return Reading("video", ids, f"https://www.youtube.com/watch?v={video}")
    if parts and parts[0] == "playlist" and address.parameter("list"):
        playlist = address.parameter("list")
        canonical = f"https://www.youtube.com/playlist?list={quote(playlist, safe='')}"
        return Reading("playlist", {"playlist_id": playlist}, canonical)
    if parts and parts[0].startswith("@"):
        return Reading("account", {"username": parts[0][1:]}, f"https://www.youtube.com/{quote(parts[0], safe='@')}")
    if len(parts) > 1 and parts[0] == "channel":
        canonical = f"https://www.youtube.com/channel/{quote(parts[1])}"
        return Reading("account", {"channel_id": parts[1]}, canonical)
    if len(parts) > 1 and parts[0] in ("c", "user"):
        canonical = f"https://www.youtube.com/{parts[0]}/{quote(parts[1])}"
        return Reading("account", {"username": parts[1]}, canonical)
    return OTHER


def read_tiktok(address: Address) -> Reading:
    """Read accounts, videos and posts of TikTok."""
    parts = address.segments
    if parts and parts[0].startswith("@") and len(parts[0]) > 1:
        name = parts[0][1:]
        base = f"https://www.tiktok.com/@{quote(name.lower())}"
        if len(parts) > 2 and parts[1] in ("video", "photo") and is_id(parts[2]):
            ids = {"username": name, "post_id": parts[2]}
            return Reading("video" if parts[1] == "video" else "post", ids, f"{base}/{parts[1]}/{parts[2]}")
        if len(parts) == 1:
            return Reading("account", {"username": name}, base)
    return OTHER
