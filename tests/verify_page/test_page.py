"""The page as it is committed: up to date, closed to the network, usable by keyboard, ear and in a small window."""

from __future__ import annotations

import base64
import hashlib
import html
import importlib.util
import json
import re
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import ModuleType

import pytest
from support.chromium import Chromium, VerifyPage
from support.hostile.cases import Workshop
from support.sample_package import write_folder, write_zip

from evidence.i18n import LANGUAGES


@pytest.fixture(scope="module")
def builder(repository: Path) -> ModuleType:
    """packaging/build_verify_page.py."""
    spec = importlib.util.spec_from_file_location(
        "build_verify_page", repository / "packaging" / "build_verify_page.py"
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_committed_page_is_what_its_sources_give(builder: ModuleType) -> None:
    assert builder.stale() == "", "run: python packaging/build_verify_page.py"


def test_the_policy_allows_this_script_and_nothing_else(page_file: Path) -> None:
    text = page_file.read_text("utf-8")
    found = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    script = re.search(r"\n<script>(.*?)</script>\n", text, re.DOTALL)
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert found and script and style
    hashes = [base64.b64encode(hashlib.sha256(each[1].encode()).digest()).decode() for each in (script, style)]
    assert html.unescape(found[1]).split("; ") == [
        "default-src 'none'", f"script-src 'sha256-{hashes[0]}'", f"style-src 'sha256-{hashes[1]}'", "worker-src blob:",
        "base-uri 'none'", "form-action 'none'",
    ]  # fmt: skip
    assert not re.search(r'(?:src|href|action)\s*=\s*"', re.sub(r"<(script|pre)\b.*?</\1>", "", text, flags=re.DOTALL))


def test_no_lock_file_names_a_place_to_load_from(repository: Path) -> None:
    lock = json.loads((repository / "packaging" / "verify_page" / "package-lock.json").read_text("utf-8"))
    for name, entry in lock["packages"].items():
        assert "resolved" not in entry
        assert not name or entry["integrity"].startswith("sha512-")
    wanted = json.loads((repository / "packaging" / "verify_page" / "package.json").read_text("utf-8"))
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted["devDependencies"].values())


class _Calls(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.calls += 1  # type: ignore[attr-defined]
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def listener() -> Iterator[HTTPServer]:
    """A server on loopback that counts who calls."""
    server = HTTPServer(("127.0.0.1", 0), _Calls)
    server.calls = 0  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_nothing_reaches_the_network(
    page: VerifyPage, browser: Chromium, listener: HTTPServer, shop: Workshop, tmp_path: Path
) -> None:
    browser.log("performance")
    page.check(write_zip(shop.files, tmp_path / "p.zip"), shop.trust)
    asked = [json.loads(line["message"])["message"] for line in browser.log("performance")]
    addresses = [each["params"]["request"]["url"] for each in asked if each["method"] == "Network.requestWillBeSent"]
    assert addresses
    assert all(address.startswith(("file:", "blob:")) for address in addresses)
    address = f"http://127.0.0.1:{listener.server_port}/"
    said = browser.run(
        "const address = arguments[0]; new Image().src = address;"
        "return fetch(address, {mode: 'no-cors'}).then(() => 'reached', (problem) => problem.name);",
        address,
    )
    assert said == "TypeError"
    worker = f"fetch('{address}', {{mode: 'no-cors'}}).then(() => postMessage('reached'), (e) => postMessage(e.name))"
    said = browser.run(
        "const worker = new Worker(URL.createObjectURL(new Blob([arguments[0]])));"
        "return new Promise((resolve) => { worker.onmessage = (event) => resolve(event.data); });",
        worker,
    )
    assert said == "TypeError"
    assert listener.calls == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_control_has_a_name_and_every_text_a_translation(language: str, page: VerifyPage) -> None:
    page.open(language)
    page.browser.run(
        "document.getElementById('working').hidden = false; document.getElementById('status').textContent = 'x';"
    )
    names = page.browser.names("input, select, button, progress, h1, h2, summary")
    assert all(name.strip() for name in names), names
    shown = page.browser.run("return document.body.innerText;")
    assert "page." not in shown
    if language == "ko":
        assert "확인하기" in names
    if language == "fr":
        assert "Vérifier" in names


def test_it_works_at_twice_the_size_and_in_a_narrow_window(page: VerifyPage, shop: Workshop, tmp_path: Path) -> None:
    page.check(write_zip(shop.files, tmp_path / "p.zip"), shop.trust, "fr")
    try:
        page.browser.command(
            "Emulation.setDeviceMetricsOverride", width=360, height=700, deviceScaleFactor=2, mobile=False
        )
        width, room = page.browser.run("const e = document.documentElement; return [e.scrollWidth, e.clientWidth];")
        assert width <= room
    finally:
        page.browser.command("Emulation.clearDeviceMetricsOverride")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_stand_out_from_their_ground(scheme: str, repository: Path) -> None:
    style = (repository / "packaging" / "verify_page" / "page.css").read_text("utf-8")
    block = style.partition("@media (prefers-color-scheme: dark)")[0 if scheme == "light" else 2]
    colours = {name: _light(value) for name, value in re.findall(r"--(\w+): (#[0-9a-f]{6})", block)}
    for text in ("ink", "quiet", "yes", "no", "cannot_tell", "accent"):
        for ground in ("paper", "card"):
            high, low = sorted((colours[text], colours[ground]), reverse=True)
            assert (high + 0.05) / (low + 0.05) >= 4.5, (text, ground)


def _light(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_keyboard_is_enough(page: VerifyPage, shop: Workshop, tmp_path: Path) -> None:
    page.open()
    page.browser.type_into("#zip", str(write_zip(shop.files, tmp_path / "p.zip")))
    page.browser.run("document.getElementById('check').focus();")
    page.browser.key("\ue007")
    assert page.answer()["claims"]
    assert page.browser.run("return document.activeElement.tagName;") == "H2"


@pytest.mark.parametrize("form", ["zip", "folder"])
def test_what_is_dropped_is_checked(form: str, page: VerifyPage, shop: Workshop, tmp_path: Path) -> None:
    make = write_zip if form == "zip" else write_folder
    page.open()
    page.browser.drop("#drop", make(shop.files, tmp_path / "dropped"))
    page.wait("return !document.getElementById('check').disabled;")
    page.browser.press("#check")
    document = page.answer()
    assert document["path"] == "dropped"
    assert document["claims"][1]["answer"] == "yes"
    assert document["damaged"] == []


def test_a_check_can_be_stopped(page: VerifyPage, shop: Workshop, tmp_path: Path) -> None:
    page.open()
    files = shop.files | {"data/A-01/large.bin": bytes(200_000_000)}
    page.browser.type_into("#zip", str(write_zip(files, tmp_path / "p.zip")))
    page.browser.press("#check")
    page.browser.press("#cancel")
    said = page.browser.run("return document.getElementById('status').textContent;")
    assert said == "Stopped. Nothing was judged."
    assert page.browser.run("return document.getElementById('answers').childElementCount;") == 0
