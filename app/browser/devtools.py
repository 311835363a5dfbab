"""Chromium's DevTools protocol without a port: spoken inside this process, so that no other program can join in.

Qt lets a second page be the developer tools of a first one. That page is given the door to the protocol
(``DevToolsHost``) before its own scripts run; ours stop those scripts and pass messages through, one console line for
each answer.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QCoreApplication, QEventLoop, QObject, QTimer
from PySide6.QtWebEngineCore import QWebEnginePage, QWebEngineProfile, QWebEngineScript

Message = dict[str, Any]

_DOOR = """
(() => {
    window.stop();
    let parts = [], missing = 0;
    window.DevToolsAPI = {
        dispatchMessage(message) { console.log("%KEY%" + message); },
        dispatchMessageChunk(chunk, size) {
            if (size) { parts = []; missing = size; }
            parts.push(chunk);
            missing -= chunk.length;
            if (missing <= 0) { console.log("%KEY%" + parts.join("")); parts = []; }
        },
    };
    window.tell = (message) => DevToolsHost.sendMessageToEmbedder(
        JSON.stringify({id: 1, method: "dispatchProtocolMessage", params: [message]}));
    console.log("%KEY%{}");
})();
"""
_KEY = "devtools:"
OPEN_S = 20.0


class DevToolsError(Exception):
    """The engine refused a command, did not answer in time, or is gone."""


class DevTools(QObject):
    """The protocol of one page. Events go to ``on_event(method, params, session)``."""

    def __init__(
        self, page: QWebEnginePage, profile: QWebEngineProfile, on_event: Callable[[str, Message, str], None]
    ) -> None:
        super().__init__(page)
        self._on_event = on_event
        self._waiting: dict[int, Callable[[Message], None]] = {}
        self._number = 0
        self._is_open = False
        self._door = _Door(profile, self._received)
        script = QWebEngineScript()
        script.setInjectionPoint(QWebEngineScript.InjectionPoint.DocumentCreation)
        script.setWorldId(QWebEngineScript.ScriptWorldId.MainWorld)
        script.setSourceCode(_DOOR.replace("%KEY%", _KEY))
        self._door.scripts().insert(script)
        page.setDevToolsPage(self._door)

    def open(self) -> None:
        """Wait until the protocol answers. Raises :class:`DevToolsError`."""
        if not spin(lambda: self._is_open, OPEN_S):
            raise DevToolsError("open")

    def send(
        self, method: str, params: Message | None = None, *, session: str = "",
        then: Callable[[Message], None] | None = None,
    ) -> None:  # fmt: skip
        """Give a command and go on; ``then`` gets its result, or ``{"error": …}``."""
        self._number += 1
        message: Message = {"id": self._number, "method": method, "params": params or {}}
        if session:
            message["sessionId"] = session
        if then is not None:
            self._waiting[self._number] = then
        self._door.runJavaScript(
            f"tell({json.dumps(json.dumps(message))})", QWebEngineScript.ScriptWorldId.MainWorld.value
        )

    def ask(self, method: str, params: Message | None = None, *, within_s: float = 10.0, session: str = "") -> Message:
        """Give a command and wait for its result; events are handled meanwhile. Raises :class:`DevToolsError`."""
        answers: list[Message] = []
        self.send(method, params, session=session, then=answers.append)
        if not spin(lambda: bool(answers), within_s):
            raise DevToolsError(method)
        if "error" in answers[0]:
            raise DevToolsError(f"{method}: {answers[0]['error']}")
        return answers[0]

    def _received(self, line: str) -> None:
        if not line.startswith(_KEY):
            return
        message = json.loads(line[len(_KEY) :])
        if not message:
            self._is_open = True
        elif "id" in message:
            then = self._waiting.pop(message["id"], None)
            if then is not None:
                then(message["result"] if "result" in message else {"error": message.get("error", "")})
        elif "method" in message:
            self._on_event(message["method"], message.get("params", {}), message.get("sessionId", ""))


class _Door(QWebEnginePage):
    def __init__(self, profile: QWebEngineProfile, received: Callable[[str], None]) -> None:
        super().__init__(profile)
        self._received = received

    def javaScriptConsoleMessage(self, _level: Any, message: str, _line: int, _source: str) -> None:
        self._received(message)


def spin(is_done: Callable[[], bool], within_s: float) -> bool:
    """Let events happen until ``is_done`` or the time is over; whether it is done."""
    until = time.monotonic() + within_s
    loop = QEventLoop()
    clock = QTimer()
    clock.setInterval(15)
    clock.timeout.connect(loop.quit)
    clock.start()
    while not is_done():
        if time.monotonic() > until:
            return False
        loop.exec()
    return True


def settle() -> None:
    """Let what is due happen."""
    QCoreApplication.processEvents()
