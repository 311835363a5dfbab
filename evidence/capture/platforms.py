"""Which platform an address belongs to and what its text identifies, without asking anyone.

A platform is only recognised by its exact host: ``t.me.example.org`` is not Telegram. Identifiers are kept as they
stand in the address. Where an identifier holds the moment of its making (a snowflake), that moment is given too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote

from evidence.capture.address import Address
from evidence.capture.chats import read_discord, read_kakao
from evidence.capture.reading import Reading
from evidence.capture.social import read_instagram, read_tiktok, read_x, read_youtube
from evidence.capture.telegram import read_telegram, read_telegram_app, read_telegram_web

TRACKING = frozenset(
    {
        "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "twclid", "ttclid", "li_fat_id",
        "mc_cid", "mc_eid", "igshid", "_ga", "_gl", "_hsenc", "_hsmi", "mkt_tok", "vero_id", "oly_anon_id",
        "oly_enc_id", "wickedid", "rb_clickid", "s_cid", "napm", "ref_src", "ref_url",
    }
)  # fmt: skip
"""Query parameters that follow a reader and do not change what is shown; besides every ``utm_…``."""


@dataclass(frozen=True, slots=True)
class Link:
    """What the text of an address tells."""

    canonical: str
    removed: tuple[str, ...] = ()
    """Names of the tracking parameters that the canonical form leaves out."""
    platform: str = ""
    kind: str = ""
    """``account``, ``post``, ``invite`` …; ``other`` for a page of the platform that identifies nothing known."""
    ids: dict[str, str] = field(default_factory=dict)


def recognise(address: Address) -> Link:
    """Read ``address``; an unknown host gives a link with only its canonical form."""
    name, reader, own_tracking = _platform(address)
    dropped = TRACKING | own_tracking
    query = tuple(pair for pair in address.query if not _is_tracking(pair[0], dropped))
    removed = tuple(
        dict.fromkeys(pair[0].lower() for pair in address.query if _is_tracking(pair[0], dropped))
    )  # fmt: skip
    plain = address.spelled(query=query)
    if reader is None:
        return Link(plain, removed)
    reading = reader(address)
    ids = {key: _visible(value) for key, value in reading.ids.items() if value}
    return Link(reading.canonical or plain, removed, name, reading.kind, ids)


def _is_tracking(name: str, dropped: frozenset[str]) -> bool:
    lower = name.lower()
    return lower.startswith("utm_") or lower in dropped


def _visible(value: str) -> str:
    """``value`` itself, or escaped when it holds what cannot be seen or is longer than any identifier is."""
    return value if value.isprintable() and len(value) <= 256 else quote(value, safe="")[:768]


_Reader = Callable[[Address], Reading]
_PLATFORMS: tuple[tuple[str, _Reader, tuple[str, ...], frozenset[str]], ...] = (
    ("telegram", read_telegram, ("t.me", "telegram.me", "telegram.dog", "*.t.me"), frozenset()),
    ("telegram", read_telegram_web, ("web.telegram.org",), frozenset()),
    ("x", read_x, ("x.com", "twitter.com"), frozenset({"s", "t", "cxt", "ref_src", "src"})),
    ("instagram", read_instagram, ("instagram.com", "instagr.am"), frozenset({"igsh"})),
    ("youtube", read_youtube, ("youtube.com", "youtu.be", "music.youtube.com", "youtube-nocookie.com"),
     frozenset({"si", "feature", "pp", "ab_channel"})),
    ("tiktok", read_tiktok, ("tiktok.com",), frozenset({"_r", "_t", "is_from_webapp", "sender_device"})),
    ("discord", read_discord, ("discord.com", "discordapp.com", "discord.gg", "ptb.discord.com", "canary.discord.com",
     "cdn.discordapp.com", "media.discordapp.net"), frozenset()),
    ("kakaotalk", read_kakao, ("open.kakao.com", "pf.kakao.com"), frozenset()),
)  # fmt: skip
PLATFORM_NAMES = tuple(dict.fromkeys(name for name, *_ in _PLATFORMS))
"""The codes of all platforms that are recognised."""
_ALIASES = ("", "www.", "m.", "mobile.")


def _platform(address: Address) -> tuple[str, _Reader | None, frozenset[str]]:
    if address.scheme == "tg":
        return "telegram", read_telegram_app, frozenset()
    for name, reader, hosts, tracking in _PLATFORMS:
        if any(_is_host(address.host, host) for host in hosts):
            return name, reader, tracking
    return "", None, frozenset()


def _is_host(host: str, pattern: str) -> bool:
    if pattern.startswith("*."):
        return host.endswith(pattern[1:]) and host.count(".") == pattern.count(".")
    return any(host == alias + pattern for alias in _ALIASES)
