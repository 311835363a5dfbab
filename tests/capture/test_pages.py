"""Web pages, captured by the real engine from real servers on loopback."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from support.chromium import Chromium
from support.pki import TestPki
from support.websites import Answer, Site, server_tls
from warcio.archiveiterator import ArchiveIterator

from evidence.capture.web import EngineProcess, PageLimits, PageRequest, acquire_page, judge
from evidence.capture.web.warc import make_wacz
from evidence.capture.web.warc import surt as make_key
from evidence.errors import EvidenceError
from evidence.i18n import in_order, named_fact, texts

ROOT = Path(__file__).resolve().parent.parent.parent

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


def test_every_fact_of_a_page_has_its_words(record, language):
    t = texts(language)
    acquired = acquire_page(record, judge(record))
    for key in acquired.source | acquired.settings:
        assert t.code("name", f"fact.{key}")
    for key in ("profile", "compression", "extent"):
        assert t.code("name", f"fact.{key}.{acquired.settings[key]}")
    for key in ("served_and_rendered", "login_state", "network_used"):
        assert t.code("name", f"fact.{key}.{acquired.source[key]}")
    keys = [key for key, _value in in_order(acquired.source)]
    assert keys[:3] == ["capture_outcome", "url", "canonical_url"]
    assert named_fact(t, "page_refused", "popup 2, download 1")[1].count("(") == 2


@pytest.mark.parametrize(
    "url",
    [
        "https://t.me/Room/12?b=2&a=1", "http://127.0.0.1:18081/a.js", "https://www.example.org/", "http://example.org",
        "https://example.org:8443/A%20b/", "http://example.org/x?", "https://example.org/a?x=1&x=0#part",
        "https://forum.example.kr/list.php?id=한국", "https://[2606:4700::1]:80/x",
    ],
)  # fmt: skip
def test_the_index_has_the_keys_that_other_programs_look_for(url):
    surt = pytest.importorskip("surt")
    assert make_key(url) == surt.surt(url)


def test_pictures_text_and_print_are_whole(record):
    from PIL import Image

    view, whole = (Image.open(BytesIO(record.files[name])) for name in ("viewport", "page"))
    assert view.size == (1280, 900)
    assert whole.size[1] > 2500
    assert record.files["print"].startswith(b"%PDF-")
    assert "차분한 글입니다." in record.files["text"].decode()


def test_the_archive_is_valid_and_says_what_the_engine_received(record, site, tmp_path):
    """Checked with the format's own tool, in a process of its own: it imports half a data-science kit."""
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


def test_nothing_of_a_page_reaches_the_disk(tmp_path, home, monkeypatch):
    """The private folder stands in memory where there is such a place; it is watched while the page is open."""
    marker = "Seitentext-ohne-Spuren-5521"
    watched = tmp_path / "watched"
    watched.mkdir()
    monkeypatch.setattr("evidence.capture.web.engine.tempfile.mkdtemp", lambda **_named: str(watched))
    seen: set[str] = set()
    held: list[str] = []

    def look() -> bool:
        for path in [*watched.rglob("*"), *home.rglob("*")]:
            with contextlib.suppress(OSError):
                if path.is_file() and not path.is_symlink():
                    seen.add(path.name)
                    if marker.encode() in path.read_bytes() or marker.encode("utf-16-le") in path.read_bytes():
                        held.append(str(path))
        return False

    script = "localStorage.x = document.title; document.cookie = 'x=' + document.title; caches && caches.open('x')"
    page = f"<!doctype html><title>{marker}</title><p>{marker}<script>{script}</script>"
    with Site({"/": Answer(page.encode(), headers=[("Cache-Control", "max-age=9999")])}) as site:
        request = PageRequest(url=f"{site.url}/", allowed_hosts=("127.0.0.1",))
        record = EngineProcess(may_run_as_root=True).capture(request, PageLimits(), cancelled=look)
    assert marker in record.files["text"].decode()
    assert held == []
    assert not watched.exists(), "the folder is gone with the browser"


def test_without_the_switch_root_opens_no_page(monkeypatch):
    monkeypatch.setattr("evidence.capture.web.engine.os.geteuid", lambda: 0, raising=False)
    with pytest.raises(EvidenceError) as raised:
        EngineProcess(command=["never-started"]).capture(PageRequest(url="https://example.org"), PageLimits())
    assert raised.value.code == "capture.page_as_root"


def test_an_engine_that_cannot_start_or_talks_nonsense_is_an_error(monkeypatch):
    for command, code in (
        (["/no/such/program"], "capture.page_engine_missing"),
        ([sys.executable, "-c", "pass"], "capture.page_engine_failed"),
        ([sys.executable, "-c", "import sys; sys.stdin.buffer.read(9); print('x' * 99)"], "capture.page_engine_failed"),
        (
            [sys.executable, "-c",
             "import sys, struct; m = b'{\"kind\": \"done\"}';"
             "sys.stdout.buffer.write(struct.pack('>I', len(m)) + m + bytes(4))"],
            "capture.page_engine_failed",
        ),
    ):  # fmt: skip
        with pytest.raises(EvidenceError) as raised:
            EngineProcess(command=command, may_run_as_root=True).capture(
                PageRequest(url="https://example.org"), PageLimits(whole_s=20)
            )
        assert raised.value.code == code


@pytest.mark.skipif(not Chromium.is_there(), reason="there is no Chromium on this computer")
def test_the_archive_replays_in_another_browser(record, site, home):
    """From the archive alone: every answer is found through its index and served again, and scripts run anew."""
    with zipfile.ZipFile(BytesIO(make_wacz(record))) as archive:
        warc = archive.read("archive/data.warc.gz")
        index = [json.loads(line.split(" ", 2)[2]) for line in archive.read("indexes/index.cdx").decode().splitlines()]
        listed = [json.loads(line) for line in archive.read("pages/pages.jsonl").decode().splitlines()]
    pages = {}
    for line in index:
        found = next(ArchiveIterator(BytesIO(warc[int(line["offset"]) :])))
        headers = [(name, value) for name, value in found.http_headers.headers if name in ("Location",)]
        kind = found.http_headers.get_header("Content-Type")
        path = line["url"].removeprefix(site.url).partition("?")[0]
        pages[path] = Answer(found.content_stream().read(), int(line["status"]), kind, headers)
    with Site(pages) as replay, contextlib.closing(Chromium(home)) as browser:
        browser.open(listed[1]["url"].replace(site.url, replay.url))
        words = browser.run("return document.body.innerText")
        title = browser.run("return document.title")
    assert title == record.facts["title"] == listed[1]["title"]
    assert words.split() == record.files["text"].decode().split()


@pytest.mark.skipif(shutil.which("unshare") is None, reason="there is no unshare on this computer")
def test_an_ordinary_user_gets_the_sandbox(site):
    """As another user in a namespace of its own: the helpers of the engine run under a filter of system calls."""
    script = """
import glob, sys
from evidence.capture.web import EngineProcess, PageLimits, PageRequest, judge
filtered = set()
def look():
    for path in glob.glob("/proc/[0-9]*/status"):
        try:
            status, words = open(path).read(), open(path.replace("status", "cmdline")).read()
        except OSError:
            continue
        if "QtWebEngineProcess" in words and sys.argv[2] not in words:
            filtered.update(line.split()[1] for line in status.splitlines() if line.startswith("Seccomp:"))
    return False
request = PageRequest(url=sys.argv[1], allowed_hosts=("127.0.0.1",))
print(EngineProcess().capture(request, PageLimits(), cancelled=look).facts.get("title"), "2" in filtered)
"""
    with Site({"/": "<title>Seen</title><p>words"}) as plain:
        command = [
            "unshare",
            "--user",
            "--map-user=1000",
            sys.executable,
            "-c",
            script,
            f"{plain.url}/",
            "--no-sandbox",
        ]
        said = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=60)
    if "unshare" in said.stderr or "Operation not permitted" in said.stderr:
        pytest.skip("this computer allows no user namespaces")
    assert said.stdout.split() == ["Seen", "True"], said.stderr
