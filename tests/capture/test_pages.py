"""Web pages, captured by the real engine from real servers on loopback."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from support.pki import TestPki
from support.websites import Answer, Site, server_tls
from warcio.archiveiterator import ArchiveIterator

from evidence.capture.web import EngineProcess, PageLimits, PageRequest, acquire_page, judge

ARTICLE = (
    "<!doctype html><meta charset=euc-kr><title>방 안내</title><link rel=stylesheet href=/style.css>"
    "<h1>공개 방</h1><p id=price>무료</p><p>" + "차분한 글입니다. " * 60 + "</p><img src=/dot.png loading=lazy>"
    "<script src=/change.js></script><div style='height:2500px'></div><p>끝</p>"
).encode("euc-kr")


@pytest.fixture(scope="module")
def pki() -> TestPki:
    return TestPki()


@pytest.fixture(scope="module")
def site(pki: TestPki, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A forum with TLS: a page that a script alters, behind a redirect."""
    pages = {
        "/go": Answer(status=302, headers=[("Location", "/room?utm_source=x")]),
        "/room": Answer(ARTICLE, media_type="text/html", packed=True, headers=[("Set-Cookie", "visit=1; Path=/")]),
        "/style.css": Answer(b"body { font-family: sans-serif }", media_type="text/css"),
        "/change.js": Answer(
            "document.getElementById('price').textContent = '5만원'".encode(),
            media_type="text/javascript; charset=utf-8",
        ),
        "/dot.png": Answer(bytes.fromhex(
            "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc00000030101"
            "00c9fe92ef0000000049454e44ae426082"), media_type="image/png"),
    }  # fmt: skip
    with Site(pages, tls=server_tls(pki, tmp_path_factory.mktemp("tls"))) as running:
        yield running


@pytest.fixture
def capture(pki: TestPki) -> Callable:
    """Captures one page with the engine of the program, as root if the tests run so."""

    def run(url: str, *, trusted: bool = True, allowed: tuple[str, ...] = ("127.0.0.1",), **limits: float):
        request = PageRequest(
            url=url, languages="ko-KR,ko;q=0.9", allowed_hosts=allowed,
            trusted_roots=(pki.root_der,) if trusted else (),
        )  # fmt: skip
        return EngineProcess(may_run_as_root=True).capture(request, PageLimits(**limits))

    return run


@pytest.fixture(scope="module")
def record(site: Site, pki: TestPki):
    """One capture that several tests look at."""
    request = PageRequest(
        url=f"{site.url}/go", languages="ko-KR,ko;q=0.9", allowed_hosts=("127.0.0.1",), trusted_roots=(pki.root_der,)
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DISPLAY", raising=False)
        return EngineProcess(may_run_as_root=True).capture(request, PageLimits())


def test_what_was_served_and_what_was_rendered_are_both_there(record, site, pki):
    facts = acquire_page(record, judge(record)).source
    assert judge(record).code == "captured", (judge(record), record.marks)
    assert facts["http_status"] == "200"
    assert facts["redirects"] == f"302 {site.url}/go → 200 {site.url}/room?utm_source=x"
    assert facts["server_ip"] == "127.0.0.1"
    assert facts["tls"].startswith("TLS 1.3")
    assert facts["certificate_subject"] == "CN=sample site"
    assert facts["page_title"] == "방 안내"
    assert facts["served_and_rendered"] == "text_differs"
    assert (facts["only_served"], facts["only_rendered"]) == ("무료", "5만원")
    assert "QtWebEngine" not in facts["user_agent"]
    document = record.document
    assert document is not None
    assert document.untrusted_body == ARTICLE, "byte for byte, in the site's own encoding"
    assert "5만원" in record.files["dom"].decode() and "무료" not in record.files["dom"].decode()
    chain = record.chains[site.url]
    assert hashlib.sha256(chain[0]).hexdigest() == facts["certificate_sha256"]
    assert pki.issuing.public_bytes(Encoding.DER) in chain


def test_pictures_text_and_print_are_whole(record):
    from PIL import Image

    view, whole = (Image.open(BytesIO(record.files[name])) for name in ("viewport", "page"))
    assert view.size == (1280, 900)
    assert whole.size[1] > 2500
    assert record.files["print"].startswith(b"%PDF-")
    assert "차분한 글입니다." in record.files["text"].decode()


def test_the_archive_is_valid_and_says_what_the_engine_received(record, site, tmp_path):
    """Checked with the format's own tool, in a process of its own: it imports half a data-science kit."""
    from evidence.capture.web.warc import make_wacz

    path = tmp_path / "page.wacz"
    path.write_bytes(make_wacz(record))
    checked = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "wacz", "validate", "-f", str(path)], capture_output=True, text=True,
        timeout=60,
    )  # fmt: skip
    assert "the passed WACZ is valid" in checked.stdout, checked.stdout + checked.stderr
    with zipfile.ZipFile(path) as archive:
        warc = archive.read("archive/data.warc.gz")
        index = archive.read("indexes/index.cdx").decode().splitlines()
        assert all(info.compress_type == zipfile.ZIP_STORED for info in archive.infolist())
    found = {}
    for each in ArchiveIterator(BytesIO(warc), check_digests="raise"):
        if each.rec_type == "response":
            body = each.content_stream().read()
            found[each.rec_headers["WARC-Target-URI"]] = (each.http_headers, body, each.rec_headers)
        elif each.rec_type == "request":
            assert "visit=1" not in str(each.http_headers), "a cookie opens a session: it is left out"
    headers, body, about = found[f"{site.url}/room?utm_source=x"]
    assert body == ARTICLE
    assert headers.get_header("X-Orig-Content-Encoding") == "gzip"
    assert headers.get_header("Set-Cookie") == "visit=1; Path=/", "nobody was logged in"
    assert about["WARC-IP-Address"] == "127.0.0.1"
    assert set(site.pages) - {"/room", "/go"} <= {url.removeprefix(site.url) for url in found}
    for line in index:
        told = json.loads(line.split(" ", 2)[2])
        piece = warc[int(told["offset"]) : int(told["offset"]) + int(told["length"])]
        [only] = list(ArchiveIterator(BytesIO(piece)))
        assert only.rec_headers["WARC-Target-URI"] == told["url"]
