"""Web sites of the tests: real servers on loopback, with TLS of a test authority, that serve what a test wants."""

from __future__ import annotations

import gzip
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID
from support.pki import TestPki, name_of

from app.sample_tsa import certificate_builder, key_usage


@dataclass
class Answer:
    """What a site answers to one path."""

    body: bytes = b""
    status: int = 200
    media_type: str = "text/html; charset=utf-8"
    headers: list[tuple[str, str]] = field(default_factory=list)
    act: Callable[[BaseHTTPRequestHandler], None] | None = None
    """Does everything by itself, head included."""
    packed: bool = False
    """Whether it is compressed for the way."""


class Site:
    """A server on a free port of 127.0.0.1. ``pages`` may be changed while it runs; use as a context manager."""

    def __init__(self, pages: dict[str, Answer | bytes | str], *, tls: ssl.SSLContext | None = None) -> None:
        self.pages: dict[str, Any] = dict(pages)
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.closing = threading.Event()
        """For answers that wait: when this is set, nobody listens any more."""
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            server_version, sys_version = "Sample", ""

            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                site.asked.append((self.path, dict(self.headers)))
                found = site.pages.get(self.path.partition("?")[0])
                if found is None:
                    found = Answer(b"<!doctype html><title>404</title><p>Page not found", 404)
                if not isinstance(found, Answer):
                    found = Answer(found if isinstance(found, bytes) else found.encode())
                with suppress(OSError, ValueError):
                    self._answer(found)

            do_POST = do_GET

            def _answer(self, answer: Answer) -> None:
                if answer.act is not None:
                    answer.act(self)
                    self.close_connection = True
                    return
                body = gzip.compress(answer.body) if answer.packed else answer.body
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.media_type)
                self.send_header("Content-Length", str(len(body)))
                if answer.packed:
                    self.send_header("Content-Encoding", "gzip")
                for name, value in answer.headers:
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

        class Server(ThreadingHTTPServer):
            site_closing = self.closing
            daemon_threads = False
            block_on_close = True  # no socket is left to the collector

            def handle_error(self, *_: object) -> None:
                pass

            def get_request(self) -> Any:
                connection, address = super().get_request()
                connection.settimeout(60)
                return connection, address

            def finish_request(self, request: Any, address: Any) -> None:
                if tls is None:
                    super().finish_request(request, address)
                    return
                with suppress(OSError), tls.wrap_socket(request, server_side=True) as wrapped:
                    super().finish_request(wrapped, address)

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> Site:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


def server_tls(
    pki: TestPki, folder: Path, *, names: Iterable[str] = ("127.0.0.1", "localhost"), is_expired: bool = False
) -> ssl.SSLContext:
    """The server's side of TLS with a certificate under ``pki``'s issuing authority; files go into ``folder``."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    start, end = now - timedelta(days=30), now + timedelta(days=-1 if is_expired else 60)
    alternatives: list[x509.GeneralName] = []
    for name in names:
        with suppress(ValueError):
            alternatives.append(x509.IPAddress(ip_address(name)))
            continue
        alternatives.append(x509.DNSName(name))
    certificate = (
        certificate_builder(name_of("sample site"), pki.issuing.subject, key, start, end)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(key_usage(is_authority=False), critical=True)
        .sign(pki.issuing_key, hashes.SHA256())
    )
    path = folder / f"server{time.monotonic_ns()}.pem"
    path.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + certificate.public_bytes(Encoding.PEM)
        + pki.issuing.public_bytes(Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context
