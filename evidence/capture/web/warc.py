"""The exchanges as WARC 1.1 (ISO 28500:2017) inside WACZ 1.1.1, made in memory.

A body stands in its record as the engine received it: compression for the way is undone. The headers that described
the way are kept under the names that web archives use for that (``X-Orig-Content-Encoding`` …), so that the record
replays. Secrets of a session (cookies, authorisation) are left out and said to be left out.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from urllib.parse import quote

from warcio.statusandheaders import StatusAndHeaders
from warcio.utils import Digester
from warcio.warcwriter import WARCWriter

from evidence.capture.web.record import Exchange, Headers, PageRecord, parts_of
from evidence.version import NAME, VERSION

LEFT_OUT = "[left out]"
WARC_NAME = "data.warc.gz"
_WACZ_VERSION = "1.1.1"
_SECRET_REQUEST = frozenset({"authorization", "cookie", "proxy-authorization"})
_SECRET_ANSWER = frozenset({"set-cookie", "set-cookie2"})
_OF_THE_WAY = frozenset({"content-encoding", "content-length", "transfer-encoding", "connection", "keep-alive"})
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_TRUNCATED = {"too_large": "length", "cut_off": "unspecified", "broken_off": "disconnect", "unfinished": "time",
              "limit": "length", "left_open": "time"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a record stands in the WARC: a line of the index."""

    key: str
    timestamp: str
    line: dict[str, str]


class _Writer(WARCWriter):  # type: ignore[misc]  # the library has no types
    """Writes with SHA-256, and never to a temporary file, which would be a plain copy on the disk."""

    @staticmethod
    def _create_digester() -> Digester:
        return Digester("sha256")

    @staticmethod
    def _create_temp_file() -> BytesIO:
        return BytesIO()


def make_wacz(record: PageRecord) -> bytes:
    """The whole page as one WACZ file."""
    warc, places = _make_warc(record)
    index = "".join(
        f"{each.key} {each.timestamp} {json.dumps(each.line, ensure_ascii=False)}\n"
        for each in sorted(places, key=lambda each: (each.key, each.timestamp))
    ).encode("utf-8")
    at = record.started.at
    pages = [{"format": "json-pages-1.0", "id": "pages", "title": "Pages"}]
    if record.document is not None:
        page = {"id": "page-1", "url": record.document.url, "ts": _iso(record.document.at or at)}
        pages.append(page | {"title": record.facts.get("title", "") or record.document.url})
    listed = "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in pages).encode("utf-8")
    files = {f"archive/{WARC_NAME}": warc, "indexes/index.cdx": index, "pages/pages.jsonl": listed}
    package = {
        "profile": "data-package",
        "wacz_version": _WACZ_VERSION,
        "software": f"{NAME} {VERSION}",
        "created": _iso(at),
        "title": record.facts.get("title", ""),
        "mainPageUrl": record.document.url if record.document else record.request.url,
        "mainPageDate": _iso((record.document.at if record.document else None) or at),
        "resources": [
            {"name": path.rpartition("/")[2].lower(), "path": path, "hash": _sha256(data), "bytes": len(data)}
            for path, data in files.items()
        ],
    }
    files["datapackage.json"] = json.dumps(package, ensure_ascii=False, indent=2).encode("utf-8")
    digest = {"path": "datapackage.json", "hash": _sha256(files["datapackage.json"])}
    files["datapackage-digest.json"] = json.dumps(digest).encode("utf-8")
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for path, data in files.items():
            archive.writestr(zipfile.ZipInfo(path, at.timetuple()[:6]), data)
    return target.getvalue()


def _make_warc(record: PageRecord) -> tuple[bytes, list[_Place]]:
    target = BytesIO()
    writer = _Writer(target, gzip=True, warc_version="WARC/1.1")
    info = f"software: {NAME} {VERSION}; {record.engine}\r\nformat: WARC File Format 1.1\r\n".encode()
    head = {"WARC-Date": _iso(record.started.at, micro=True), "WARC-Filename": WARC_NAME}
    writer.write_record(
        writer.create_warc_record(
            "", "warcinfo", payload=BytesIO(info), length=len(info), warc_headers_dict=head,
            warc_content_type="application/warc-fields",
        )
    )  # fmt: skip
    places = []
    for exchange in sorted(record.exchanges.values(), key=lambda each: each.number):
        places.append(_write(writer, target, record, exchange))
    return target.getvalue(), places


def _write(writer: _Writer, target: BytesIO, record: PageRecord, exchange: Exchange) -> _Place:
    at = exchange.at or record.started.at
    kept = _for_replay(exchange.headers, len(exchange.untrusted_body), hides_secrets=record.is_logged_in)
    answer = StatusAndHeaders(
        f"{exchange.status} {_ascii(_one_line(exchange.status_text))}".strip(), kept, protocol="HTTP/1.1"
    )
    told = {"WARC-Date": _iso(at, micro=True)}
    if address := server_of(record, exchange):
        told["WARC-IP-Address"] = address
    if exchange.protocol:
        told["WARC-Protocol"] = _one_line(exchange.protocol)
    if exchange.note:
        told["WARC-Truncated"] = _TRUNCATED.get(exchange.note, "unspecified")
    response = writer.create_warc_record(
        _uri(exchange.url), "response", payload=BytesIO(exchange.untrusted_body), length=len(exchange.untrusted_body),
        http_headers=answer, warc_headers_dict=told,
    )  # fmt: skip
    start = target.tell()
    writer.write_record(response)
    length = target.tell() - start
    parts = parts_of(_uri(exchange.url))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    asked = [(name, LEFT_OUT if name.lower() in _SECRET_REQUEST else value) for name, value in exchange.request_headers]
    line = StatusAndHeaders(f"{_method(exchange)} {path} HTTP/1.1", _clean(asked), is_http_request=True)
    request = writer.create_warc_record(
        _uri(exchange.url), "request", http_headers=line,
        warc_headers_dict={
            "WARC-Date": told["WARC-Date"],
            "WARC-Concurrent-To": response.rec_headers.get_header("WARC-Record-ID"),
        },
    )  # fmt: skip
    writer.write_record(request)
    return _Place(
        key=surt(_uri(exchange.url)),
        timestamp=at.astimezone(UTC).strftime("%Y%m%d%H%M%S"),
        line={
            "url": _uri(exchange.url),
            "mime": _one_line(exchange.media_type) or "unk",
            "status": str(exchange.status),
            "digest": _sha256(exchange.untrusted_body),
            "length": str(length),
            "offset": str(start),
            "filename": WARC_NAME,
        },
    )


def server_of(record: PageRecord, exchange: Exchange) -> str:
    """The address that the answer came from: what the relay connected to, for the engine only sees the relay."""
    parts = parts_of(exchange.url)
    try:
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
        address = record.servers.get(f"{(parts.hostname or '').lower()}:{port}", "")
        return str(ipaddress.ip_address(address)) if address else ""
    except ValueError:
        return ""


def surt(url: str) -> str:
    """The key of an address in an index: host from its end to its beginning, then the path (the form that web archives
    sort by)."""
    parts = parts_of(url)
    host = (parts.hostname or "").lower().removeprefix("www.")
    if ":" not in host:
        host = ",".join(reversed(host.split(".")))
    try:
        port = parts.port
    except ValueError:
        port = None
    if port is not None and port != {"http": 80, "https": 443}.get(parts.scheme):
        host = f"{host}:{port}"
    query = "&".join(sorted(parts.query.split("&"))) if parts.query else ""
    path = parts.path if len(parts.path) < 2 else parts.path.rstrip("/")
    key = f"{host}){path or '/'}{f'?{query}' if query else ''}"
    return quote(key, safe="%/:;,?&=+$@!*'()[]~#|-._").lower()


def _for_replay(headers: Headers, length: int, *, hides_secrets: bool) -> list[tuple[str, str]]:
    kept: list[tuple[str, str]] = []
    for name, value in headers:
        lower = name.lower()
        if lower in _OF_THE_WAY:
            name = f"X-Orig-{name}"
        elif hides_secrets and lower in _SECRET_ANSWER:
            value = f"{value.partition('=')[0]}={LEFT_OUT}"
        kept.append((name, value))
    return [*_clean(kept), ("Content-Length", str(length))]


def _clean(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Headers that cannot break the record: names are tokens (RFC 9110, 5.6.2), values are one line."""
    return [(name, _one_line(value)) for name, value in headers if _TOKEN.fullmatch(name)]


def _ascii(text: str) -> str:
    """Text for a status line, where nothing else can stand: what is not ASCII is escaped."""
    return quote(text, safe="".join(map(chr, range(0x20, 0x7F))), errors="replace")


def _one_line(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f\u2028\u2029\x85]+", " ", text)


def _method(exchange: Exchange) -> str:
    return exchange.method if _TOKEN.fullmatch(exchange.method) else "GET"


def _uri(url: str) -> str:
    """An address that stands in one line of a record."""

    def escaped(found: re.Match[str]) -> str:
        return "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "replace"))

    return re.sub(r"[\x00-\x20<>\x7f-\U0010ffff]", escaped, url)


def _iso(at: datetime, *, micro: bool = False) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ" if micro else "%Y-%m-%dT%H:%M:%SZ")


def _sha256(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
