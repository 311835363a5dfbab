"""A web page that a site really served: recorded in a process of its own, kept as served and as rendered."""

from evidence.capture.web.acquire import acquire_page
from evidence.capture.web.engine import EngineProcess, PageBrowser
from evidence.capture.web.facts import host_of
from evidence.capture.web.limits import PageLimits
from evidence.capture.web.outcome import PageOutcome, judge
from evidence.capture.web.record import PageRecord, PageRequest

__all__ = [
    "EngineProcess", "PageBrowser", "PageLimits", "PageOutcome", "PageRecord", "PageRequest", "acquire_page", "host_of",
    "judge",
]  # fmt: skip
