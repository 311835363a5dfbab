"""A page of 3 MiB from a server on this computer: our whole capture against Chromium, which only loads it."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO

import numpy as np
from PIL import Image

from app.bench.rows import Bench, measured
from app.pages import browser
from evidence.capture.web import PageLimits, PageRequest, acquire_page, judge

PICTURES = 12
SIDE = 290
"""A picture of noise with this side has about 250 kB as PNG."""
RUNS = 3
GOAL_FACTOR, GOAL_MORE_S = 1.5, 2.0


def add_pages(bench: Bench, progress: Callable[[float, str], None]) -> None:
    """Add the rows of web pages. Without Chromium there is no peer and no goal."""
    pages = _pages()
    size = sum(len(body) for _kind, body in pages.values()) / (1 << 20)
    what = f"capture a page of {size:.1f} MiB in {len(pages)} parts: served, rendered, pictures, print, WACZ"
    chromium = shutil.which("chromium")
    with _site(pages) as url:
        ours, peer = [], []
        for number in range(RUNS):
            progress(number / RUNS, "measuring")
            ours.append(measured(lambda: _capture(url)))
            if chromium is not None:
                peer.append(measured(lambda: _load(chromium, url)))
    seconds = statistics.median(ours)
    if not peer:
        bench.alone(what, ours=seconds, unit="s")
        return
    allowed = GOAL_FACTOR * statistics.median(peer) + GOAL_MORE_S
    name = f"{GOAL_FACTOR:g} × Chromium's start and load + {GOAL_MORE_S:g} s"
    bench.versus(what, ours=seconds, peer=allowed, peer_name=name, unit="s", at_most=1)


def _capture(url: str) -> None:
    """Everything from the start of the browser to bytes that are ready to be sealed."""
    record = browser().capture(PageRequest(url=url, allowed_hosts=("127.0.0.1",)), PageLimits())
    outcome = judge(record)
    if outcome.code != "captured":
        raise RuntimeError(outcome.code)
    for file in acquire_page(record, outcome).files:
        with file.open() as stream:
            stream.read()


def _load(chromium: str, url: str) -> None:
    with tempfile.TemporaryDirectory() as home:
        command = [
            chromium,
            "--headless=new",
            "--disable-gpu",
            f"--user-data-dir={home}",
            "--no-first-run",
            "--dump-dom",
        ]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append("--no-sandbox")
        subprocess.run([*command, url], capture_output=True, check=True, timeout=120)


def _pages() -> dict[str, tuple[str, bytes]]:
    random = np.random.default_rng(7)
    pages: dict[str, tuple[str, bytes]] = {}
    for number in range(PICTURES):
        drawn = BytesIO()
        Image.fromarray(random.integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)).save(drawn, "PNG", compress_level=1)
        pages[f"/{number}.png"] = ("image/png", drawn.getvalue())
    shown = "".join(f'<p>Words around picture {number}.<img src="/{number}.png">' for number in range(PICTURES))
    script = b"document.querySelector('h1').textContent += ', as a script left it';"
    pages["/change.js"] = ("text/javascript", script)
    page = f"<!doctype html><title>Measured</title><h1>A page</h1>{shown}<script src=/change.js></script>"
    pages["/"] = ("text/html; charset=utf-8", page.encode())
    return pages


@contextmanager
def _site(pages: dict[str, tuple[str, bytes]]) -> Iterator[str]:
    """The pages on a free port of this computer."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            kind, body = pages.get(self.path, ("text/plain", b""))
            self.send_response(200 if self.path in pages else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
