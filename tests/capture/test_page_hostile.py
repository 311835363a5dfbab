"""Hostile pages and servers before the real engine: what they ask for is refused, and what came until then is kept."""

from __future__ import annotations

import socket
import struct
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from support.pki import TestPki
from support.websites import Answer, Site, server_tls

from evidence.capture.web import EngineProcess, PageLimits, PageRecord, PageRequest, acquire_page, judge

GREEDY = """<!doctype html><title>Greedy</title><p>Words that stay, whatever else this page tries to do here.
<iframe src="file:///etc/passwd"></iframe><img src="http://192.168.77.1/a.png"><img src="%(other)s/pixel.png">
<script>
    alert(1); confirm(2); prompt(3); open("/popup");
    navigator.serviceWorker && navigator.serviceWorker.register("/worker.js").catch(() => {});
    navigator.geolocation.getCurrentPosition(() => {}, () => {});
    try { new WebSocket("ws://127.0.0.1:%(port)s/socket"); } catch (problem) {}
    fetch("%(other)s/steal").catch(() => {});
    const peer = new RTCPeerConnection({iceServers: [{urls: "stun:127.0.0.1:3478"}]});
    peer.createDataChannel("x"); window.found = [];
    peer.onicecandidate = (event) => { if (event.candidate) found.push(event.candidate.candidate); };
    peer.createOffer().then((offer) => peer.setLocalDescription(offer));
    const link = document.createElement("a"); link.href = "/file.bin"; link.download = "x"; document.body.append(link);
    link.click();
    setTimeout(() => { const p = document.createElement("p"); p.textContent = "candidates " + found.length;
                       document.body.append(p); }, 300);
</script>"""


def stall(handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"a")
    handler.wfile.flush()
    handler.server.site_closing.wait(20)


def lie(handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/css")
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    handler.wfile.write(b"p { color: black }")


def reset(handler) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def endless(handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.end_headers()
    while not handler.server.site_closing.is_set():
        handler.wfile.write(b"<p>more" * 20_000)


def wait_for_news(handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.end_headers()
    handler.wfile.write(b"data: hello\n\n")
    handler.wfile.flush()
    handler.server.site_closing.wait(20)


HALF = (
    "<!doctype html><title>Half</title><link rel=stylesheet href=/lie.css><p>"
    + "Words that came. " * 20
    + "<img src=/stall.png><img src=/reset.png>"
    + "".join(f"<iframe src=/frame?{number}></iframe>" for number in range(80))
)
PAGES = {
    "/file.bin": Answer(b"x" * 100, media_type="application/octet-stream"),
    "/popup": "popup",
    "/news-page": "<!doctype html><title>N</title><p>Words that are there.<script>new EventSource('/news')</script>",
    "/news": Answer(act=wait_for_news),
    "/half": HALF,
    "/frame": "<p>f",
    "/stall.png": Answer(act=stall),
    "/lie.css": Answer(act=lie),
    "/reset.png": Answer(act=reset),
    "/loop": "<!doctype html><title>L</title><p>Words before the loop began.<script>while (true) alert(1)</script>",
    "/again": '<meta http-equiv=refresh content="0;url=/again"><p>words that are shown for an instant',
    "/endless": Answer(act=endless),
    "/hog": "<!doctype html><title>H</title><p>Words that stay beside it."
    "<script>const all = []; setInterval(() => all.push(new Uint8Array(5e7).fill(1)), 5)</script>",
    "/someone": Answer(status=302, headers=[("Location", "/accounts/login/?next=someone")]),
    "/accounts/login/": "<!doctype html><title>Log in</title><form><input name=u><input type=password name=p>Log in",
    "/blank": "<!doctype html><title></title><div id=root></div>",
}


@dataclass
class Seen:
    """The servers, and a capture of each page: each test makes its own, so that workers share them out."""

    site: Site
    other: Site
    expired: Site
    capture: Callable[..., PageRecord]

    def __getitem__(self, name: str) -> PageRecord:
        return self.capture(f"{self.site.url}/{name}", **LIMITS.get(name, {}))


LIMITS: dict[str, dict[str, float]] = {
    "loop": {"load_s": 2},
    "half": {"load_s": 5, "settle_s": 1, "responses": 30},
    "news-page": {"load_s": 20, "stream_s": 1.0},
    "greedy": {"load_s": 8},
    "redirect": {"load_s": 8},
    "again": {"load_s": 8, "navigations": 4},
    "hog": {"memory_bytes": 400 << 20},
    "endless": {"load_s": 20, "wire_bytes": 3_000_000},
}


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    pki = TestPki()

    def capture(url: str, **limits: float) -> PageRecord:
        request = PageRequest(url=url, allowed_hosts=("127.0.0.1",), trusted_roots=(pki.root_der,))
        return EngineProcess(may_run_as_root=True).capture(request, PageLimits(**limits))

    tls = server_tls(pki, tmp_path_factory.mktemp("tls"), is_expired=True)
    with Site({"/": "secret"}) as other, Site(PAGES) as site, Site({"/": "hello"}, tls=tls) as expired:
        elsewhere = f"http://localhost:{other.port}"
        site.pages["/greedy"] = GREEDY % {"other": elsewhere, "port": site.port}
        site.pages["/redirect"] = Answer(status=302, headers=[("Location", f"{elsewhere}/")])
        yield Seen(site, other, expired, capture)


def test_what_a_page_must_not_get_is_refused(seen):
    """Other addresses of this computer, windows, downloads, dialogs, permissions, workers, sockets, files."""
    record = seen["greedy"]
    facts = acquire_page(record, judge(record)).source
    assert record.refusals["alert"] == 3
    assert {"download", "service_worker", "web_socket", "local_address"} <= set(record.refusals), record.refusals
    assert {"localhost", "192.168.77.1"} <= set(record.refused_hosts)
    assert {"/popup", "/worker.js", "/socket"}.isdisjoint({path for path, _headers in seen.site.asked})
    assert "candidates 0" in record.files["text"].decode()
    assert "root:" not in record.files["dom"].decode()
    assert "popup" not in facts["page_refused"], "scripts cannot even ask for a window"
    assert seen.other.asked == [], "nothing reached the other server of this computer"


def test_a_redirect_to_this_computer_goes_nowhere(seen):
    assert judge(seen["redirect"]).code == "address_refused"
    assert seen.other.asked == []


def test_a_page_that_waits_for_news_is_whole(seen):
    record = seen["news-page"]
    assert judge(record).code == "captured", (judge(record), record.took_ms)


def test_servers_that_stall_reset_and_lie_leave_what_came(seen):
    """And floods of frames: the page is kept, and called partial."""
    record = seen["half"]
    outcome = judge(record)
    assert outcome.code == "partial", outcome
    assert {"unfinished", "too_many_responses"} & set(record.marks)
    assert sum(not exchange.note for exchange in record.exchanges.values()) <= 30
    assert "Words that came." in record.files["text"].decode()
    facts = acquire_page(record, outcome).source
    assert int(facts["responses"]) <= 200 and int(facts["responses_incomplete"]) >= 1
    assert "viewport" in record.files


def test_scripts_without_end_are_stopped(seen):
    record = seen["loop"]
    assert "script_without_end" in record.marks and judge(record).code == "partial"
    assert "Words before the loop" in record.files["text"].decode() and "viewport" in record.files


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system does not tell how much memory others take")
def test_a_page_that_takes_ever_more_memory_is_stopped(seen):
    record = seen["hog"]
    assert "too_much_memory" in record.marks
    assert judge(record).code in ("partial", "engine_gave_up")


def test_a_page_that_sends_its_reader_on_for_ever_is_stopped(seen):
    assert "navigation_loop" in seen["again"].marks


def test_an_answer_without_end_is_cut_off(seen):
    """Called partial where something was seen before the end, and endless where nothing was; never captured."""
    record = seen["endless"]
    assert "too_much_data" in record.marks and record.bytes_received < 64 << 20
    assert judge(record).code in ("partial", "endless_loading")


def test_a_login_wall_and_a_blank_page_are_failed_captures(seen):
    assert judge(seen["someone"]).code == "login_wall"
    assert judge(seen["blank"]).code == "blank"


def test_a_certificate_that_is_not_valid_is_a_failed_capture(seen):
    record = seen.capture(f"{seen.expired.url}/")
    assert judge(record).code == "certificate_error"
    assert record.certificate_errors == ("CertificateAuthorityInvalid",)
    assert record.chains["refused"]
    assert seen.expired.asked == [], "nothing was sent over it"
