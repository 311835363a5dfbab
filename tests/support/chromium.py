"""A real Chromium without a window, driven over WebDriver (W3C) on loopback with the standard library alone."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from evidence.verify import Trust

_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
_PATIENCE_S = 30.0


class Chromium:
    """One browser with one page. Close it after use; ``Chromium.is_there()`` says whether there is one."""

    def __init__(self, home: Path) -> None:
        """``home`` is a folder for the browser's profile; the person's own is never touched."""
        self._driver = subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env=os.environ | {"HOME": str(home), "TMPDIR": str(home)},
        )  # fmt: skip
        self._address = f"http://127.0.0.1:{self._port()}"
        options = {
            "binary": shutil.which("chromium"),
            "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                     "--disable-background-networking", "--disable-extensions", "--window-size=1000,1400"],
        }  # fmt: skip
        wanted = {
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"performance": "ALL", "browser": "ALL"},
        }
        self._session = ""
        self._session = self._ask("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})["sessionId"]

    @staticmethod
    def is_there() -> bool:
        """Whether this computer has Chromium and its driver."""
        return bool(shutil.which("chromium") and shutil.which("chromedriver"))

    def _port(self) -> int:
        assert self._driver.stdout is not None
        for line in self._driver.stdout:
            if match := re.search(r"started successfully on port (\d+)", line):
                return int(match[1])
        raise RuntimeError("the browser's driver did not start")

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        whole = self._address + (f"/session/{self._session}" if self._session else "") + path
        data = json.dumps(body or {}).encode() if method == "POST" else None
        with urlopen(Request(whole, data, method=method), timeout=60) as answer:
            return json.load(answer)["value"]

    def close(self) -> None:
        """End the browser and its driver."""
        self._ask("DELETE", "")
        self._driver.terminate()
        self._driver.wait(timeout=10)
        if self._driver.stdout is not None:
            self._driver.stdout.close()

    def command(self, name: str, **params: Any) -> Any:
        """A command of the browser's own protocol."""
        return self._ask("POST", "/goog/cdp/execute", {"cmd": name, "params": params})

    def open(self, address: str) -> None:
        """Go to an address and wait until it is loaded."""
        self._ask("POST", "/url", {"url": address})

    def run(self, script: str, *arguments: Any) -> Any:
        """Run a script in the page; what it returns."""
        return self._ask("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def type_into(self, selector: str, text: str) -> None:
        """Type text; into a file input, the paths, one in each line."""
        found = self._ask("POST", "/element", {"using": "css selector", "value": selector})
        self._ask("POST", f"/element/{found[_ELEMENT]}/value", {"text": text})

    def press(self, selector: str) -> None:
        """Press a button as a person does."""
        found = self._ask("POST", "/element", {"using": "css selector", "value": selector})
        self._ask("POST", f"/element/{found[_ELEMENT]}/click")

    def drop(self, selector: str, path: Path) -> None:
        """Drag a file or folder from outside onto an element and let it go."""
        place = self.run(
            "const box = document.querySelector(arguments[0]).getBoundingClientRect();"
            "return [Math.round(box.x + box.width / 2), Math.round(box.y + box.height / 2)];",
            selector,
        )
        data = {"items": [], "files": [str(path)], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            self.command("Input.dispatchDragEvent", type=kind, x=place[0], y=place[1], data=data)

    def key(self, key: str) -> None:
        """Press and release one key where the focus is."""
        steps = [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
        self._ask("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": steps}]})

    def names(self, selector: str) -> list[str]:
        """What a screen reader calls each element."""
        found = self._ask("POST", "/elements", {"using": "css selector", "value": selector})
        return [self._ask("GET", f"/element/{each[_ELEMENT]}/computedlabel") for each in found]

    def log(self, kind: str) -> list[dict[str, Any]]:
        """The lines of a log since it was last asked for: ``browser`` or ``performance``."""
        found: list[dict[str, Any]] = self._ask("POST", "/se/log", {"type": kind})
        return found

    def set_clock(self, seconds: float) -> None:
        """Every page that is opened from now on reads this time, in seconds since 1970."""
        source = f"Date.now = () => {int(seconds * 1000)};"
        self.command("Page.addScriptToEvaluateOnNewDocument", source=source)


class VerifyPage:
    """The page ``verify.html`` in a browser: ask it as an officer would."""

    def __init__(self, browser: Chromium, page: Path, folder: Path) -> None:
        self.browser = browser
        self._address = page.as_uri()
        self._folder = folder
        self._count = 0
        self._given: tuple[Trust, str] | None = None

    def open(self, language: str = "en") -> None:
        """Load the page afresh in a language."""
        self._given = None
        self.browser.open(self._address)
        self.browser.run(
            "const select = document.getElementById('language'); select.value = arguments[0];"
            "select.dispatchEvent(new Event('change'));",
            language,
        )

    def check(self, package: Path, trust: Trust, language: str = "en") -> dict[str, Any]:
        """Have the page check a package; its answer as a document, or ``{"error": code}``. What the officer knows is
        given once for packages that are checked one after the other."""
        if self._given != (trust, language):
            self.open(language)
            if trust.fingerprint:
                self.browser.type_into("#fingerprint", trust.fingerprint)
            self._give("#certificates", trust.certificates)
            self._give("#tsa-roots", trust.tsa_roots)
            self._given = (trust, language)
        self.browser.run(
            "for (const id of ['zip', 'folder']) document.getElementById(id).value = '';"
            "document.getElementById('chosen').textContent = '';"
        )
        self.browser.type_into("#folder" if package.is_dir() else "#zip", str(package))
        self.wait("return document.getElementById('chosen').textContent;")  # a folder is listed in its own time
        self.browser.press("#check")
        return self.answer()

    def answer(self) -> dict[str, Any]:
        """Wait for the answer."""
        text, error = self.wait(
            "const text = document.querySelector('pre.document')?.textContent;"
            "const error = document.getElementById('answers').dataset.error;"
            "return text || error ? [text, error] : null;"
        )
        if not text:
            return {"error": error}
        document: dict[str, Any] = json.loads(text)
        return document

    def wait(self, script: str) -> Any:
        """Wait until a script in the page returns something, and return it."""
        until = time.monotonic() + _PATIENCE_S
        while time.monotonic() < until:
            if found := self.browser.run(script):
                return found
            time.sleep(0.01)
        raise TimeoutError(f"the page did not answer: {script}")

    def _give(self, selector: str, certificates: Sequence[bytes]) -> None:
        if not certificates:
            return
        paths: list[str] = []
        for der in certificates:
            self._count += 1
            path = self._folder / f"certificate-{self._count}.der"
            path.write_bytes(der)
            paths.append(str(path))
        self.browser.type_into(selector, "\n".join(paths))
