"""What a platform's reader answers about an address, and the helpers that the readers share."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

KINDS = frozenset(
    {
        "account", "attachment", "background", "boost", "bot", "bot_app", "business_chat", "channel", "chat",
        "chat_folder", "community", "contact", "gift", "highlight", "instant_view", "invite", "invoice", "list",
        "message", "open_chat", "open_chat_group", "open_chat_pair", "open_profile", "other", "phone", "playlist",
        "post", "private_message", "proxy", "server", "share", "sticker_set", "story", "theme", "video", "web_client",
    }
)  # fmt: skip
"""What an address can lead to. Each has its name in the catalogue: ``fact.link_kind.…``."""

ID_FACTS = frozenset(
    {
        "account_created_at", "app_name", "attachment_id", "bot_app_param", "bot_game", "bot_start_param",
        "bot_username", "channel_id", "chat_id", "comment_id", "community_id", "file_name", "folder_slug",
        "highlight_id", "invite_hash", "invite_link", "list_id", "livestream", "media_id", "media_index",
        "message_created_at", "message_id", "phone", "platform_user_id", "playlist_id", "post_created_at", "post_id",
        "server_id", "shortcode", "start_at", "story_id", "topic_id", "uploaded_at", "username", "video_chat",
        "video_id", "voice_chat",
    }
)  # fmt: skip
"""What an address can identify. Each has its name in the catalogue: ``fact.…``."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A platform's answer: the kind, the identifiers and, where the platform has one, the canonical address.

    Empty identifiers mean that the address does not hold them. Raises ``ValueError`` for a word that is not declared
    above.
    """

    kind: str
    ids: dict[str, str] = field(default_factory=dict)
    canonical: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS or not ID_FACTS.issuperset(self.ids):
            raise ValueError(f"not declared: {self.kind} {sorted(self.ids)}")


OTHER = Reading("other")
"""A page of the platform that identifies nothing known."""


def is_id(text: str) -> bool:
    """Whether ``text`` is a number as platforms use them: up to 20 ASCII digits."""
    return re.fullmatch(r"[0-9]{1,20}", text) is not None


def snowflake(number: str, epoch_ms: int) -> str:
    """The moment that a snowflake identifier holds, ISO 8601 in UTC, or an empty string when it holds none.

    Such a number counts milliseconds since ``epoch_ms`` (Unix milliseconds) in the bits above the lowest 22.
    """
    if not is_id(number) or not 1 << 22 <= int(number) < 1 << 63:
        return ""
    moment = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=(int(number) >> 22) + epoch_ms)
    return moment.isoformat(timespec="milliseconds")
