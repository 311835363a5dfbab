"""Addresses of Discord and KakaoTalk."""

from __future__ import annotations

import re
from urllib.parse import quote

from evidence.capture.address import Address
from evidence.capture.reading import OTHER, Reading, is_id, snowflake

_DISCORD_EPOCH_MS = 1_420_070_400_000
_DISCORD_CODE = re.compile(r"[A-Za-z0-9-]{2,32}")


def read_discord(address: Address) -> Reading:
    """Read invitations, channels, messages, accounts and attachments of Discord."""
    parts = address.segments
    if address.host in ("discord.gg", "www.discord.gg") and parts:
        return _discord_invite(parts[0])
    if len(parts) > 1 and parts[0] == "invite":
        return _discord_invite(parts[1])
    if address.host in ("cdn.discordapp.com", "media.discordapp.net") and len(parts) > 3 and parts[0] == "attachments":
        ids = {
            "channel_id": parts[1], "attachment_id": parts[2], "file_name": parts[3],
            "uploaded_at": snowflake(parts[2], _DISCORD_EPOCH_MS),
        }  # fmt: skip
        # The signature in the query (ex, is, hm) expires and is no part of the file's identity.
        return Reading("attachment", ids, f"https://cdn.discordapp.com/{'/'.join(quote(part) for part in parts[:4])}")
    if len(parts) > 1 and parts[0] == "channels":
        names = ("server_id", "channel_id", "message_id")
        ids = dict(zip(names, parts[1:4], strict=False))
        if not all(is_id(value) or value == "@me" for value in ids.values()):
            return OTHER
        kind = ("server", "channel", "message")[len(ids) - 1]
        canonical = f"https://discord.com/channels/{'/'.join(ids.values())}"
        ids["message_created_at"] = snowflake(ids.get("message_id", ""), _DISCORD_EPOCH_MS)
        return Reading(kind, ids, canonical)
    if len(parts) > 1 and parts[0] == "users" and is_id(parts[1]):
        ids = {"platform_user_id": parts[1], "account_created_at": snowflake(parts[1], _DISCORD_EPOCH_MS)}
        return Reading("account", ids, f"https://discord.com/users/{parts[1]}")
    return OTHER


def _discord_invite(code: str) -> Reading:
    if not _DISCORD_CODE.fullmatch(code):
        return OTHER
    link = f"https://discord.gg/{code}"
    return Reading("invite", {"invite_hash": code, "invite_link": link}, link)


_KAKAO_CODE = re.compile(r"[A-Za-z0-9_-]{2,64}")


def read_kakao(address: Address) -> Reading:
    """Read open chats, open profiles and channels of KakaoTalk."""
    parts = address.segments
    if address.host == "open.kakao.com" and len(parts) > 1 and parts[0] in ("o", "me"):
        if not (parts[0] == "me" or _KAKAO_CODE.fullmatch(parts[1])):
            return OTHER
        if parts[0] == "me":
            return Reading("open_profile", {"username": parts[1]}, f"https://open.kakao.com/me/{quote(parts[1])}")
        link = f"https://open.kakao.com/o/{parts[1]}"
        # The first letter tells a room for many (g) from one for two (s).
        kind = {"g": "open_chat_group", "s": "open_chat_pair"}.get(parts[1][0], "open_chat")
        return Reading(kind, {"invite_hash": parts[1], "invite_link": link}, link)
    if address.host == "pf.kakao.com" and parts and parts[0].startswith("_"):
        return Reading("account", {"channel_id": parts[0]}, f"https://pf.kakao.com/{quote(parts[0])}")
    return OTHER
