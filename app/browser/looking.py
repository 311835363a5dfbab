"""What stands in the page once it is loaded: document, text, pictures, print, and how it differs from what was served.

The scripts run in a world of their own, where the page's scripts cannot have changed what ``innerText`` means.
"""

from __future__ import annotations

import base64
import codecs
import json
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from PySide6.QtCore import QByteArray
from PySide6.QtWebEngineCore import QWebEnginePage

from app.browser.devtools import DevTools, DevToolsError, Message, spin

WORLD = "look"
_FORMAT = {"format": "png", "optimizeForSpeed": True}
"""PNG, compressed lightly: it is lossless either way, and the heavier way takes seconds for a long page."""
_PYTHON_NAMES = {
    "euc-kr": "cp949", "shift_jis": "cp932", "gbk": "gb18030", "big5": "big5hkscs", "windows-874": "cp874",
    "iso-8859-1": "cp1252", "us-ascii": "cp1252", "iso-8859-8-i": "iso-8859-8", "x-user-defined": "latin-1",
    "utf-8": "utf-8-sig",
}  # fmt: skip
"""What a browser means by the name of an encoding, where Python means less or does not know it."""
_ASK_S = 5.0
_PICTURE_S = 15.0
_MOST_HTML = 8_000_000
"""Characters of a document that are compared."""
_MOST_LINES = 20_000
_SHOWN_LINES = 200
_SHOWN_LENGTH = 300

LINES = """
function linesOf(root) {
    const hidden = new Set(["SCRIPT", "STYLE", "NOSCRIPT", "TEMPLATE", "HEAD"]);
    const inline = new Set(["A", "ABBR", "B", "BDI", "BDO", "CITE", "CODE", "DFN", "EM", "FONT", "I", "KBD", "MARK",
        "Q", "RUBY", "S", "SAMP", "SMALL", "SPAN", "STRONG", "SUB", "SUP", "TIME", "U", "VAR", "WBR"]);
    const lines = [];
    let line = "";
    const end = () => {
        const text = line.replace(/\\s+/g, " ").trim();
        if (text && lines.length < %MOST%) lines.push(text);
        line = "";
    };
    const walk = (node, depth) => {
        if (depth > 400 || lines.length >= %MOST%) return;
        for (const child of node.childNodes) {
            if (child.nodeType === 3) line += child.data;
            else if (child.nodeType === 1 && !hidden.has(child.tagName)) {
                const isBlock = !inline.has(child.tagName);
                if (isBlock) end();
                walk(child, depth + 1);
                if (isBlock) end();
            }
        }
    };
    if (root) walk(root, 0);
    end();
    return lines;
}
""".replace("%MOST%", str(_MOST_LINES))

FACTS = (
    "(() => {" + LINES + """
    const all = (selector) => Array.from(document.querySelectorAll(selector));
    const shown = (element) => element.getClientRects().length > 0;
    const type = document.doctype ? "<!DOCTYPE " + document.doctype.name + ">\\n" : "";
    const root = document.documentElement;
    return {
        title: document.title.slice(0, 2000), url: location.href.slice(0, 8000), charset: document.characterSet,
        contentType: document.contentType, language: (root && root.lang || "").slice(0, 60),
        dom: root ? (type + root.outerHTML).slice(0, %MOST%) : "",
        text: document.body ? document.body.innerText.slice(0, 2000000) : "",
        lines: linesOf(document.body),
        passwords: all("input[type=password]").filter(shown).length,
        frames: all("iframe, frame").slice(0, 200).map((each) => (each.src || "").slice(0, 2000)),
        frameCount: all("iframe, frame").length,
        images: all("img, video, canvas, svg").filter(shown).length,
        height: root ? root.scrollHeight : 0, width: root ? root.scrollWidth : 0,
        secure: window.isSecureContext, agent: navigator.userAgent,
        view: [window.innerWidth, window.innerHeight, window.devicePixelRatio],
        ready: document.readyState,
    };
})()
""".replace("%MOST%", str(_MOST_HTML))
)  # fmt: skip
SERVED_LINES = "function(html) {" + LINES + "return linesOf(new DOMParser().parseFromString(html, 'text/html').body); }"
SCROLL = """
(async () => {
    const wait = (ms) => new Promise((done) => setTimeout(done, ms));
    for (let step = 1; step <= 20; step += 1) {
        if (step * innerHeight > document.documentElement.scrollHeight) break;
        scrollTo(0, step * innerHeight);
        await wait(40);
    }
    scrollTo(0, 0);
    await wait(60);
})()
"""


class Looker:
    """Asks one loaded page. Everything that it gives was written by the page."""

    def __init__(self, devtools: DevTools, page: QWebEnginePage, frame: str) -> None:
        self._devtools = devtools
        self._page = page
        self._frame = frame

    def answers(self, within_s: float = 2.0) -> bool:
        """Whether the page still reacts: a script without end holds everything up."""
        try:
            self._devtools.ask("Runtime.evaluate", {"expression": "1"}, within_s=within_s)
        except DevToolsError:
            return False
        return True

    def stop_scripts(self) -> bool:
        """End the script that runs now and let no other start; whether the page reacts again."""
        self._devtools.send("Runtime.terminateExecution")
        self._devtools.send("Emulation.setScriptExecutionDisabled", {"value": True})
        self._devtools.send("Page.stopLoading")
        return self.answers(5.0)

    def scroll(self) -> None:
        """Go through the page once, so that what loads only when it is seen is there."""
        with suppress(DevToolsError):
            self._evaluate(SCROLL, wait=True)

    def facts(self) -> Message:
        """Title, address, document, text, and counts that tell a login page from a room."""
        found = self._evaluate(FACTS)
        if not isinstance(found, dict):
            raise DevToolsError("facts")
        return found

    def served_lines(self, served: bytes, charset: str) -> list[str] | None:
        """The lines of text in the document as it was served, read without running anything; None when it is none."""
        html = as_text(served, charset)
        if len(html) > _MOST_HTML:
            return None
        answer = self._devtools.ask(
            "Runtime.callFunctionOn",
            {
                "functionDeclaration": SERVED_LINES,
                "arguments": [{"value": html}],
                "executionContextId": self._world(),
                "returnByValue": True,
            },
            within_s=_ASK_S,
        )
        value = answer.get("result", {}).get("value")
        return [str(line) for line in value] if isinstance(value, list) else None

    def picture(self) -> bytes:
        """What is seen without scrolling, PNG."""
        answer = self._devtools.ask("Page.captureScreenshot", _FORMAT, within_s=_PICTURE_S)
        return base64.b64decode(answer["data"])

    def whole_picture(self, most_height: int, most_width: int) -> tuple[bytes, bool]:
        """The page from its top to its end, PNG, and whether it had to be cut."""
        size = self._devtools.ask("Page.getLayoutMetrics", within_s=_ASK_S)["cssContentSize"]
        width, height = min(int(size["width"]), most_width), min(int(size["height"]), most_height)
        answer = self._devtools.ask(
            "Page.captureScreenshot",
            {
                **_FORMAT,
                "captureBeyondViewport": True,
                "clip": {"x": 0, "y": 0, "width": max(width, 1), "height": max(height, 1), "scale": 1},
            },
            within_s=_PICTURE_S,
        )
        return base64.b64decode(answer["data"]), width < size["width"] or height < size["height"]

    def print(self) -> bytes:
        """The page as PDF; empty when it cannot be printed in time."""
        printed: list[bytes] = []
        self._page.printToPdf(lambda data: printed.append(bytes(QByteArray(data).data())))
        spin(lambda: bool(printed), _PICTURE_S)
        return printed[0] if printed else b""

    def certificates(self, origins: Sequence[str]) -> dict[str, list[bytes]]:
        """The chain of each origin whose certificate the engine still knows, leaf first, DER."""
        found: dict[str, list[bytes]] = {}
        for origin in [each for each in origins if each.startswith("https:")][:30]:
            with suppress(DevToolsError):
                names = self._devtools.ask("Network.getCertificate", {"origin": origin}, within_s=2.0)["tableNames"]
                if names:
                    found[origin] = [base64.b64decode(each) for each in names]
        return found

    def _world(self) -> int:
        params = {"frameId": self._frame, "worldName": WORLD, "grantUniveralAccess": False}
        return int(self._devtools.ask("Page.createIsolatedWorld", params, within_s=_ASK_S)["executionContextId"])

    def _evaluate(self, expression: str, *, wait: bool = False) -> Any:
        answer = self._devtools.ask(
            "Runtime.evaluate",
            {
                "expression": expression,
                "contextId": self._world(),
                "returnByValue": True,
                "awaitPromise": wait,
                "timeout": _ASK_S * 1000,
            },
            within_s=_ASK_S + 1,
        )
        return answer.get("result", {}).get("value")


def as_text(data: bytes, charset: str) -> str:
    """Text in an encoding that the engine names (WHATWG, Encoding); what cannot be read becomes U+FFFD."""
    name = _PYTHON_NAMES.get(charset.lower(), charset or "utf-8")
    try:
        return data.decode(codecs.lookup(name).name, "replace")
    except LookupError:
        return data.decode("utf-8", "replace")


def difference(served: Sequence[str], rendered: Sequence[str]) -> Message:
    """Lines that only one side has. ``added`` is what a script brought, ``missing`` what it took away."""
    before, after = Counter(served), Counter(rendered)
    added, missing = list((after - before).elements()), list((before - after).elements())
    return {
        "served_lines": len(served),
        "rendered_lines": len(rendered),
        "added": len(added),
        "missing": len(missing),
        "added_lines": [line[:_SHOWN_LENGTH] for line in added[:_SHOWN_LINES]],
        "missing_lines": [line[:_SHOWN_LENGTH] for line in missing[:_SHOWN_LINES]],
    }


def as_json(value: Message) -> bytes:
    """A document that a person can read too."""
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode("utf-8")
