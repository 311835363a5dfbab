"""Captured pages as values, for tests that look at what is made of them."""

from __future__ import annotations

from evidence.capture import read_clock
from evidence.capture.web import PageRecord, PageRequest, judge
from evidence.capture.web.record import Exchange
from evidence.session import LoadedPage


def page_record(
    url: str = "https://forum.example/room/7", *, status: int = 200, text: str = "", title: str = "", dom: str = "",
    final_url: str = "", marks: tuple[str, ...] = (), frames: tuple[str, ...] = (), passwords: int = 0, images: int = 1,
) -> PageRecord:  # fmt: skip
    """A record of one page that answered with ``status`` and showed ``text``."""
    record = PageRecord(request=PageRequest(url=url), started=read_clock())
    record.exchanges[0] = Exchange(0, final_url or url, resource="Document", status=status, note="")
    record.documents, record.final_url = (0,), final_url or url
    record.files = {"dom": (dom or f"<p>{text}").encode(), "text": text.encode()}
    record.facts = {"title": title} if title else {}
    record.numbers = {
        "text_length": len(text.encode()), "images": images, "passwords": passwords, "frames": len(frames)
    }  # fmt: skip
    record.frame_urls, record.marks, record.is_complete = frames, marks, True
    return record


def failed_page() -> LoadedPage:
    """A page that a site wants a login for."""
    record = page_record(
        "https://forum.example/room/with/a/rather/long/name", final_url="https://forum.example/login?next=room",
        text="Please log in", title="Log in", passwords=1,
    )  # fmt: skip
    return LoadedPage(record, judge(record))
