"""The frames of the engine's process, read with suspicion and gathered into a record.

The process is one that a hostile page may have taken over: every value is checked for its kind and cut to a length,
bodies are bounded together, and a frame that makes no sense ends the capture.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from evidence.capture.web.limits import PageLimits
from evidence.capture.web.record import Difference, Exchange, Headers, PageRecord
from evidence.errors import EvidenceError

_FILES = frozenset({"dom", "text", "viewport", "page", "print"})
_LONG = 16_384
_HEADERS = 200
_TLS = ("protocol", "keyExchange", "keyExchangeGroup", "cipher", "mac", "subjectName", "issuer")
_FACTS = {
    "title": "title",
    "charset": "charset",
    "contentType": "content_type",
    "language": "language",
    "ready": "ready",
}
_NUMBERS = {"passwords": "passwords", "images": "images", "text_length": "text_length", "frameCount": "frames",
            "height": "height", "width": "width"}  # fmt: skip


class Gathering:
    """Takes frames one by one; ``record`` is what they gave so far."""

    def __init__(self, record: PageRecord, limits: PageLimits) -> None:
        self.record = record
        self._limits = limits
        self._kept = 0

    def take(self, message: dict[str, Any], body: bytes) -> bool:
        """One frame; whether it was the last. Raises ``capture.page_engine_failed`` for what cannot be true."""
        self._kept += len(body)
        # Served bytes, and as much again for what was made of them.
        if self._kept > 2 * self._limits.total_bytes + self._limits.response_bytes:
            raise EvidenceError("capture.page_engine_failed")
        kind = message.get("kind")
        try:
            if kind == "head":
                self._head(message)
            elif kind == "body":
                exchange = self._exchange(message)
                exchange.untrusted_body, exchange.note = body, _text(message.get("note"), 40)
            elif kind == "seen":
                self._seen(message)
            elif kind == "sent":
                self._exchange(message).request_headers = _headers(message.get("headers"))
            elif kind == "raw":
                self._exchange(message).headers = _headers(message.get("headers"))
            elif kind == "file" and message.get("name") in _FILES:
                self.record.files[str(message["name"])] = body
            elif kind == "chain":
                self._chain(message, body)
            elif kind == "done":
                self._done(message)
                return True
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError) as problem:
            raise EvidenceError("capture.page_engine_failed") from problem
        return False

    def _exchange(self, message: dict[str, Any]) -> Exchange:
        return self.record.exchanges[message["number"]]

    def _head(self, message: dict[str, Any]) -> None:
        number = int(message["number"])
        if len(self.record.exchanges) > 2 * self._limits.responses + 100 or number in self.record.exchanges:
            raise ValueError("number")
        self.record.exchanges[number] = Exchange(
            number=number,
            url=_text(message["url"]),
            method=_text(message["method"], 20),
            resource=_text(message["resource"], 40),
            at=datetime.fromtimestamp(float(message["at"]), UTC),
            request_headers=_headers(message["request_headers"]),
            status=int(message["status"]),
            status_text=_text(message["status_text"], 100),
            headers=_headers(message["headers"]),
        )

    def _seen(self, message: dict[str, Any]) -> None:
        exchange = self._exchange(message)
        exchange.status_text = _text(message["status_text"], 100) or exchange.status_text
        exchange.protocol = _text(message["protocol"], 40)
        exchange.media_type = _text(message["media_type"], 100)
        exchange.server_ip = _text(message["server_ip"], 60)
        tls = message["tls"]
        exchange.tls = {name: _text(tls[name], 300) for name in _TLS if tls.get(name)}

    def _chain(self, message: dict[str, Any], body: bytes) -> None:
        sizes = [int(size) for size in message["sizes"]]
        if len(sizes) > 20 or min(sizes, default=0) < 0 or sum(sizes) != len(body) or len(body) > 1 << 20:
            raise ValueError("sizes")
        ends = [sum(sizes[: position + 1]) for position in range(len(sizes))]
        self.record.chains[_text(message["origin"], 300)] = tuple(
            bytes(body[end - size : end]) for end, size in zip(ends, sizes, strict=True)
        )

    def _done(self, message: dict[str, Any]) -> None:
        record, page = self.record, message["page"]
        record.facts = {ours: _text(page[name], 2000) for name, ours in _FACTS.items() if page.get(name)}
        record.numbers = {ours: int(page[name]) for name, ours in _NUMBERS.items() if name in page}
        record.frame_urls = tuple(_text(url, 2000) for url in page.get("frames", [])[:200])
        if "view" in page:
            width, height, scale = page["view"]
            record.viewport = f"{int(width)}x{int(height)}@{float(scale):g}"
        if "difference" in page:
            found = page["difference"]
            counts = [int(found[name]) for name in ("served_lines", "rendered_lines", "added", "missing")]
            added, missing = (
                tuple(_text(line, 400) for line in found[name][:200]) for name in ("added_lines", "missing_lines")
            )
            record.difference = Difference(counts[0], counts[1], counts[2], counts[3], added, missing)
        record.marks = tuple(sorted({_code(mark) for mark in message["marks"]}))
        record.documents = tuple(number for number in message["documents"][:200] if number in record.exchanges)
        record.refusals = {_code(name): int(count) for name, count in list(message["refusals"].items())[:40]}
        record.certificate_errors = tuple(
            _text(error["kind"], 80) for error in message["certificate_errors"][:20] if error["is_main"] is True
        )
        record.dns = {
            _text(name, 300): tuple(_text(each, 60) for each in found[:20])
            for name, found in list(message["dns"].items())[:500]
        }
        record.servers = {_text(n, 300): _text(ip, 60) for n, ip in list(message["servers"].items())[:500]}
        record.refused_hosts = tuple(_text(name, 300) for name in message["refused_hosts"][:100])
        record.final_url = _text(message["final_url"])
        record.engine = _text(message["engine"], 200)
        record.user_agent = _text(message["agent"], 500)
        record.languages = _text(message["accept_language"], 200)
        record.took_ms = int(float(message["took_s"]) * 1000)
        record.bytes_received = int(message["bytes_received"])
        record.is_logged_in = message.get("is_logged_in") is True
        record.is_complete = True


def _text(value: object, most: int = _LONG) -> str:
    if not isinstance(value, str):
        raise TypeError("text")
    return value[:most].encode("utf-8", "replace").decode("utf-8")


def _code(value: object) -> str:
    code = _text(value, 40)
    if not code.replace("_", "").isalnum():
        raise ValueError("code")
    return code


def _headers(value: object) -> Headers:
    if not isinstance(value, list):
        raise TypeError("headers")
    return tuple((_text(name, 200), _text(content)) for name, content in value[:_HEADERS])
