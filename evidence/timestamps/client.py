"""Carrying a request to a TSA over HTTP (RFC 3161, 3.4)."""

from __future__ import annotations

import http.client
import ipaddress
import threading
import urllib.error
import urllib.request
from typing import IO, Protocol
from urllib.parse import SplitResult, urlsplit

from evidence.errors import EvidenceError
from evidence.timestamps.response import MAX_RESPONSE_SIZE

_HEADERS = {
    "Content-Type": "application/timestamp-query",
    "Accept": "application/timestamp-reply",
    "User-Agent": "rfc3161",  # neutral: neither the product nor its purpose is told to anyone on the way
}


class TsaClient(Protocol):
    """Whatever carries a request to a TSA and brings back the answer."""

    def post(self, url: str, request: bytes, timeout_s: float) -> bytes:
        """The body of the answer. Raises :class:`EvidenceError` when there is none within ``timeout_s`` seconds."""


class HttpTsaClient:
    """HTTP and HTTPS, through the system's proxy except to this computer itself; follows no redirection."""

    def post(self, url: str, request: bytes, timeout_s: float) -> bytes:
        """Send ``request`` and give the answer's body.

        ``timeout_s`` seconds bound the whole exchange: name look-up, connection, every byte of the answer. Raises
        :class:`EvidenceError` ``timestamps.bad_url``, ``timestamps.unreachable`` (with ``host``),
        ``timestamps.http_error`` (``host``, ``status``) or ``timestamps.too_large``.
        """
        parts = check_url(url)
        exchange = _Exchange(parts, request, timeout_s)
        # A socket's own time limit starts anew with each byte; only a second thread can bound the whole.
        thread = threading.Thread(target=exchange.run, name="timestamp", daemon=True)
        thread.start()
        thread.join(timeout_s)
        if exchange.error is not None:
            raise exchange.error
        if exchange.body is None:
            raise EvidenceError("timestamps.unreachable", host=parts.hostname)
        return exchange.body


def check_url(url: str) -> SplitResult:
    """The parts of a TSA's address. Raises :class:`EvidenceError` ``timestamps.bad_url`` unless it is HTTP or HTTPS
    with a host, without name and password, in plain printable characters."""
    try:
        parts = urlsplit(url)
        is_sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError as problem:
        raise EvidenceError("timestamps.bad_url") from problem
    if not is_sound or "@" in parts.netloc or not url.isascii() or not url.isprintable() or " " in url:
        raise EvidenceError("timestamps.bad_url")
    return parts


class _NoRedirection(urllib.request.HTTPRedirectHandler):
    """A redirected POST would lose its body; and the person chose this address, not another."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: http.client.HTTPMessage,
        newurl: str,
    ) -> None:  # fmt: skip
        return None


class _Exchange:
    """One request and its answer; ``body`` or ``error`` is set when it is over."""

    def __init__(self, parts: SplitResult, request: bytes, timeout_s: float) -> None:
        self.body: bytes | None = None
        self.error: EvidenceError | None = None
        self._parts = parts
        self._request = request
        self._timeout_s = timeout_s

    def run(self) -> None:
        host = self._parts.hostname or ""
        # The scheme was checked: neither files nor anything else but HTTP can be asked for.
        request = urllib.request.Request(self._parts.geturl(), self._request, _HEADERS, method="POST")  # noqa: S310
        proxies = urllib.request.ProxyHandler({} if _is_this_computer(host) else None)
        opener = urllib.request.build_opener(proxies, _NoRedirection)
        try:
            with opener.open(request, timeout=self._timeout_s) as answer:
                if answer.status != http.HTTPStatus.OK:
                    self.error = EvidenceError("timestamps.http_error", host=host, status=answer.status)
                    return
                body = answer.read(MAX_RESPONSE_SIZE + 1)
        except urllib.error.HTTPError as refusal:
            self.error = EvidenceError("timestamps.http_error", host=host, status=refusal.code)
            refusal.close()
        except (OSError, http.client.HTTPException, ValueError):
            self.error = EvidenceError("timestamps.unreachable", host=host)
        else:
            if len(body) > MAX_RESPONSE_SIZE:
                self.error = EvidenceError("timestamps.too_large")
            else:
                self.body = body


def _is_this_computer(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
