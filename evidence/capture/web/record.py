"""What a capture of a page gives, as values. Everything in it was said by a site or by the engine that showed it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import SplitResult, urlsplit

from evidence.model import Moment

Headers = tuple[tuple[str, str], ...]


def parts_of(untrusted_url: str) -> SplitResult:
    """The parts of an address that a page or a server gave; all empty when it is none (``http://[``). Never raises."""
    try:
        found = urlsplit(untrusted_url)
        _port = found.port
    except ValueError:
        return SplitResult("", "", "", "", "")
    return found


@dataclass(frozen=True, slots=True)
class PageRequest:
    """What is to be captured and how. Hosts in ``allowed_hosts`` may be local (literally named, lower case);
    ``trusted_roots`` are certificates (DER) that are trusted besides the system's."""

    url: str
    languages: str = ""
    """As in the header ``Accept-Language``."""
    viewport: tuple[int, int] = (1280, 900)
    allowed_hosts: tuple[str, ...] = ()
    trusted_roots: tuple[bytes, ...] = ()
    is_shown: bool = False
    """Whether the person sees the page first, may log in, and says when."""
    language: str = "en"
    """Of the engine's own window."""
    text_percent: int = 100
    """Size of the words in that window."""


WHOLE = ("", "left_open")
"""Notes of exchanges that lack nothing of the page: what stays open while it is shown never ends."""


@dataclass(slots=True)
class Exchange:
    """One request and what came back. ``untrusted_body`` is the entity: compression for the way is undone."""

    number: int
    url: str
    method: str = "GET"
    resource: str = ""
    """What the page wanted it for: ``Document``, ``Image``, ``Script`` …"""
    at: datetime | None = None
    request_headers: Headers = ()
    status: int = 0
    status_text: str = ""
    headers: Headers = ()
    untrusted_body: bytes = b""
    note: str = "unfinished"
    """Empty when it is whole; otherwise why its body is not here: ``cut_off``, ``too_large``, ``broken_off`` …"""
    server_ip: str = ""
    protocol: str = ""
    media_type: str = ""
    tls: dict[str, str] = field(default_factory=dict)

    @property
    def is_redirect(self) -> bool:
        """Whether the answer sends its reader elsewhere."""
        return self.status in (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Difference:
    """Lines of text that only the served or only the rendered document has."""

    served_lines: int
    rendered_lines: int
    added: int
    missing: int
    added_lines: tuple[str, ...] = ()
    missing_lines: tuple[str, ...] = ()


@dataclass(slots=True)
class PageRecord:
    """One page as it was captured."""

    request: PageRequest
    started: Moment
    exchanges: dict[int, Exchange] = field(default_factory=dict)
    documents: tuple[int, ...] = ()
    """Numbers of the exchanges that led to the page, in order: redirects, then the page itself."""
    files: dict[str, bytes] = field(default_factory=dict)
    """``dom``, ``text``, ``viewport``, ``page``, ``print``."""
    chains: dict[str, tuple[bytes, ...]] = field(default_factory=dict)
    """Certificates by origin, leaf first, DER. ``refused``: the chain of the certificate that was not accepted."""
    facts: dict[str, str] = field(default_factory=dict)
    """``title``, ``content_type``, ``charset`` … of the rendered page."""
    numbers: dict[str, int] = field(default_factory=dict)
    """``passwords``, ``images``, ``text_length``, ``frames`` …"""
    frame_urls: tuple[str, ...] = ()
    difference: Difference | None = None
    marks: tuple[str, ...] = ()
    """What kept it from being whole: codes, sorted."""
    refusals: dict[str, int] = field(default_factory=dict)
    """What the page asked for and did not get, by code, with how often."""
    certificate_errors: tuple[str, ...] = ()
    """Kinds of those of the page itself."""
    dns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    servers: dict[str, str] = field(default_factory=dict)
    refused_hosts: tuple[str, ...] = ()
    final_url: str = ""
    engine: str = ""
    user_agent: str = ""
    languages: str = ""
    viewport: str = ""
    took_ms: int = 0
    bytes_received: int = 0
    is_complete: bool = False
    """Whether the engine came to its end by itself."""
    is_logged_in: bool = False
    """As the person said."""

    @property
    def document(self) -> Exchange | None:
        """The exchange that brought the page itself; None when the way ended in a redirect to nowhere."""
        found = self.exchanges.get(self.documents[-1]) if self.documents else None
        return None if found is None or found.is_redirect else found
