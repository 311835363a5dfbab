"""Whether a capture shows what was asked for, or only that it could not be had: a failed capture is called failed.

The rules read what the engine reported and the text that was seen. They are made to be wrong on the careful side: a
phrase counts only where little else stands on the page, so that a long thread *about* deleted posts is no deleted post.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from evidence.capture.web.phrases import CAPTCHA, GONE, LOGIN, LOGIN_PATH
from evidence.capture.web.record import WHOLE, PageRecord, parts_of

FAILED = frozenset(
    {
        "address_refused", "blank", "captcha", "certificate_error", "download", "endless_loading", "engine_gave_up",
        "error_status", "gone", "login_wall", "name_unknown", "no_answer",
    }
)  # fmt: skip
"""Outcomes that do not show what was asked for."""
OUTCOMES = FAILED | {"captured", "partial"}

_SHORT = 2_500
"""Bytes of text up to which a phrase can be what the page is about."""
_VERY_SHORT = 900
_CAPTCHA_HOSTS = ("hcaptcha.com", "challenges.cloudflare.com", "arkoselabs.com", "funcaptcha.com", "recaptcha.net",
                  "captcha-delivery.com", "geo.captcha-delivery.com", "geetest.com")  # fmt: skip
_TELEGRAM_HOSTS = ("t.me", "telegram.me", "telegram.dog")


@dataclass(frozen=True, slots=True)
class PageOutcome:
    """What became of a capture: one code, and the signs that led to it."""

    code: str
    signs: tuple[str, ...] = ()

    @property
    def is_failed(self) -> bool:
        """Whether what was asked for is not there."""
        return self.code in FAILED


def judge(record: PageRecord) -> PageOutcome:
    """The outcome of ``record``."""
    if record.certificate_errors:
        return PageOutcome("certificate_error", record.certificate_errors[:1])
    document = record.document
    if document is None:
        return PageOutcome(_without_document(record))
    text = record.files.get("text", b"").decode("utf-8", "replace")
    title = record.facts.get("title", "")
    length = record.numbers.get("text_length", len(text))
    signs = _phrases(record, text, title, length)
    if "captcha" in signs:
        return PageOutcome("captcha", signs)
    if document.status in (404, 410):
        return PageOutcome("gone", (f"status_{document.status}", *signs))
    if document.status >= 400:
        is_wall = document.status in (401, 403) and "login" in signs
        return PageOutcome("login_wall" if is_wall else "error_status", (f"status_{document.status}", *signs))
    if "login" in signs:
        return PageOutcome("login_wall", signs)
    if "gone" in signs:
        return PageOutcome("gone", signs)
    if "too_much_data" in record.marks and not record.files:
        return PageOutcome("endless_loading", record.marks)
    if "dom" not in record.files:
        return PageOutcome("engine_gave_up" if "engine_gave_up" in record.marks else "endless_loading", record.marks)
    if record.refusals.get("download") and length < 16:
        return PageOutcome("download", record.marks)
    if length < 16 and not record.numbers.get("images") and not record.numbers.get("frames"):
        is_waiting = {"unfinished", "script_without_end", "navigation_loop"} & set(record.marks)
        return PageOutcome("endless_loading" if is_waiting else "blank", record.marks)
    if record.marks or any(each.note not in WHOLE for each in record.exchanges.values()):
        return PageOutcome("partial", record.marks)
    return PageOutcome("captured")


def _without_document(record: PageRecord) -> str:
    host = (parts_of(record.request.url).hostname or "").lower()
    if record.refused_hosts or "local_address" in record.refusals:
        return "address_refused"
    if record.refusals.get("download"):
        return "download"
    if record.dns.get(host) == ():
        return "name_unknown"
    return "engine_gave_up" if "engine_gave_up" in record.marks else "no_answer"


def _phrases(record: PageRecord, text: str, title: str, length: int) -> tuple[str, ...]:
    """Signs that the text and the address give."""
    signs = []
    about = f"{title}\n{text}" if length <= _SHORT else title
    if (any(_is_captcha(url) for url in record.frame_urls) and length <= _SHORT) or CAPTCHA.search(about):
        signs.append("captcha")
    asked, final = parts_of(record.request.url), parts_of(record.final_url or record.request.url)
    was_sent = LOGIN_PATH.search(final.path) and not LOGIN_PATH.search(asked.path)
    asks = record.numbers.get("passwords", 0) > 0 and length <= _VERY_SHORT and not LOGIN_PATH.search(asked.path)
    if was_sent or asks or LOGIN.search(about):
        signs.append("login")
    if GONE.search(about) or _is_empty_telegram(record, final.hostname or "", final.path):
        signs.append("gone")
    return tuple(signs)


def _is_captcha(url: str) -> bool:
    parts = parts_of(url)
    host = (parts.hostname or "").lower()
    if any(host == name or host.endswith(f".{name}") for name in _CAPTCHA_HOSTS):
        return True
    return host.endswith("google.com") and "/recaptcha/" in parts.path and "size=invisible" not in parts.query


def _is_empty_telegram(record: PageRecord, host: str, path: str) -> bool:
    """Telegram answers for every name; only one that exists has a title in the page."""
    if host.lower() not in _TELEGRAM_HOSTS or not path.strip("/"):
        return False
    dom = record.files.get("dom", b"")
    has_page = b"tgme_page" in dom
    return has_page and not re.search(rb"tgme_(page_title|channel_info|widget_message)", dom)
