"""One sitting: an engine that is set up, a page that is loaded and recorded, and what was found said over the pipe."""

from __future__ import annotations

import math
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, QUrl
from PySide6.QtWebEngineCore import QWebEngineProfile
from PySide6.QtWebEngineWidgets import QWebEngineView

from app.browser.devtools import DevTools, DevToolsError, Message, spin
from app.browser.looking import Looker, difference
from app.browser.page import Gate, GuardedPage, Refusals, make_profile, refuse_downloads
from app.browser.proxy import Relay, is_local
from app.browser.recording import Recorder

if TYPE_CHECKING:
    from app.browser.window import BrowserWindow
    from evidence.i18n import Texts

Tell = Callable[[Message, bytes], None]
_QUIET_S = 0.25
_WATCH_S = 0.1
_TOO_LARGE = 1.5
"""Times what a page may grow by: then its process is ended."""


class Sitting:
    """The engine with its one view. ``request`` is what the near end asked for, ``tell`` answers it."""

    def __init__(self, request: Message, relay: Relay, tell: Tell) -> None:
        self._request = request
        self._limits: dict[str, float] = request["limits"]
        self._relay = relay
        self._tell = tell
        self._refusals = Refusals()
        roots = [bytes.fromhex(str(each)) for each in request["trusted_roots"]]
        self._recorder: Recorder | None = None
        self._window: BrowserWindow | None = None
        self._is_own_account = False
        self.view = QWebEngineView()
        self._profile = make_profile(self.view, request["accept_language"])
        agent = " ".join(part for part in self._profile.httpUserAgent().split() if not part.startswith("QtWebEngine/"))
        self._profile.setHttpUserAgent(agent)
        refuse_downloads(self._profile, self._refusals)
        self._gate = Gate(self._refusals, self._admit, self._profile)
        self._profile.setUrlRequestInterceptor(self._gate)
        self._page = GuardedPage(self._profile, self._refusals, roots, self.view)
        self.view.setPage(self._page)
        self.view.resize(*request["viewport"])
        self._tools_profile = QWebEngineProfile(self.view)
        self._devtools = DevTools(self._page, self._tools_profile, self._event)
        self._navigations = 0
        self._is_silenced = False
        self._page.loadStarted.connect(self._count_navigation)

    def show_first(self, url: str, t: Texts) -> str:
        """Let the person look at the page; the address to record, or an empty string when she left."""
        from app.browser.window import BrowserWindow  # hardly ever needed

        percent = int(self._request["text_percent"])
        touched: Message = {"kind": "touched"}
        window = self._window = BrowserWindow(self.view, t, percent, lambda: self._tell(touched, b""))
        window.begin()
        self._page.load(QUrl(url))
        spin(lambda: bool(window.answer), math.inf)
        window.rest()
        self._is_own_account = window.is_own.isChecked()
        return self._page.url().toString() if window.answer == "keep" else ""

    def record(self, url: str) -> None:
        """Load ``url`` with everything written down, and look at what came of it."""
        recorder = self._recorder = Recorder(self._tell, self._limits)
        self._relay.forget()
        self._refusals.clear()
        self._devtools.open()
        recorder.begin(self._devtools)
        marks: set[str] = set()
        began = time.monotonic()
        self._navigations = 0
        guard = QTimer(self.view)
        guard.timeout.connect(lambda: self._watch(recorder, marks))
        guard.start(round(_WATCH_S * 1000))
        self._load(url, recorder, marks)
        looker = Looker(self._devtools, self._page, recorder.main_frame)
        facts: Message = {}
        if not self._page.is_crashed and self._page.url().isValid():
            if looker.answers():
                self._settle(looker, recorder, marks)
            for _ in range(2):
                if not looker.answers():
                    marks.add("script_without_end")
                    if not looker.stop_scripts():
                        break
                with suppress(DevToolsError):
                    facts = self._look(looker, recorder, marks)
                    break
            if not facts:
                marks.add("page_unreadable")
        if self._page.is_crashed:
            marks.add("engine_gave_up")
        guard.stop()
        recorder.leave_streams()
        recorder.details()
        self._say(recorder, facts, marks, looker, time.monotonic() - began)

    def close(self) -> None:
        """Let go of the page before its profile: Qt warns otherwise."""
        self.view.close()
        self.view.setPage(None)  # type: ignore[arg-type]
        self._page.deleteLater()
        if self._window is not None:
            self._window.close()

    # Loading

    def _load(self, url: str, recorder: Recorder, marks: set[str]) -> None:
        ended: list[bool] = []
        connection = self._page.loadFinished.connect(ended.append)
        self._page.load(QUrl(url))
        until = time.monotonic() + self._limits["load_s"]

        def is_over() -> bool:
            self._watch(recorder, marks)
            too_many = self._navigations > self._limits["navigations"]
            return self._page.is_crashed or too_many or (bool(ended) and recorder.is_quiet(_QUIET_S))

        if not spin(is_over, until - time.monotonic()):
            marks.add("unfinished")
        if self._navigations > self._limits["navigations"]:
            marks.add("navigation_loop")
        if not recorder.document_numbers():
            marks.add("no_answer")
        if marks & {"unfinished", "no_answer", "navigation_loop"}:
            self._page.triggerAction(self._page.WebAction.Stop)
            recorder.drop_open()
            spin(lambda: False, 0.2)
        self._page.loadFinished.disconnect(connection)

    def _settle(self, looker: Looker, recorder: Recorder, marks: set[str]) -> None:
        """Scroll through, and wait a little for what that brought."""

        def is_over() -> bool:
            self._watch(recorder, marks)
            return recorder.is_quiet(_QUIET_S)

        looker.scroll()
        if not spin(is_over, self._limits["settle_s"]):
            marks.add("unfinished")

    def _watch(self, recorder: Recorder, marks: set[str]) -> None:
        now = time.monotonic()
        if now - getattr(self, "_watched", 0.0) > _WATCH_S:
            self._watched = now
            self._hold_memory(recorder.watch_memory())
            if self._relay.traffic.is_over_limit and "too_much_data" not in recorder.limits_hit:
                recorder.limits_hit.add("too_much_data")
                recorder.drop_open()

    def _hold_memory(self, share: float) -> None:
        """End the scripts of a page that takes more memory than it may, and the page's process when that is no use."""
        if share >= _TOO_LARGE and hasattr(signal, "SIGKILL") and (number := self._page.renderProcessPid()) > 0:
            with suppress(OSError):
                os.kill(number, signal.SIGKILL)
        elif share >= 1 and not self._is_silenced:
            self._is_silenced = True
            self._devtools.send("Runtime.terminateExecution")
            self._devtools.send("Emulation.setScriptExecutionDisabled", {"value": True})

    def _look(self, looker: Looker, recorder: Recorder, marks: set[str]) -> Message:
        facts = looker.facts()
        if str(facts.get("url", "")).startswith("chrome-error:"):  # the engine's own words, not the site's
            marks.add("no_page_shown")
            return {"url": "chrome-error:"}
        dom, text = facts.pop("dom").encode("utf-8", "replace"), facts.pop("text").encode("utf-8", "replace")
        lines = facts.pop("lines")
        self._tell({"kind": "file", "name": "dom"}, dom)
        self._tell({"kind": "file", "name": "text"}, text)
        facts["text_length"] = len(text)
        with suppress(DevToolsError):
            self._tell({"kind": "file", "name": "viewport"}, looker.picture())
        with suppress(DevToolsError):
            picture, is_cut = looker.whole_picture(
                int(self._limits["picture_height"]), int(self._limits["picture_width"])
            )
            self._tell({"kind": "file", "name": "page"}, picture)
            if is_cut:
                marks.add("picture_cut")
        with suppress(DevToolsError):
            numbers = recorder.document_numbers()
            served = recorder.bodies.get(numbers[-1]) if numbers else None
            if served is not None and str(facts.get("contentType", "")).lower() in (
                "text/html",
                "application/xhtml+xml",
            ):
                before = looker.served_lines(served, str(facts.get("charset", "")))
                if before is not None:
                    facts["difference"] = difference(before, [str(line) for line in lines])
        if printed := looker.print():
            self._tell({"kind": "file", "name": "print"}, printed)
        return facts

    # Saying

    def _say(self, recorder: Recorder, facts: Message, marks: set[str], looker: Looker, took_s: float) -> None:
        chains: dict[str, list[bytes]] = {}
        if not self._page.is_crashed:
            chains = looker.certificates(list(recorder.origins))
        for origin, chain in chains.items():
            self._tell({"kind": "chain", "origin": origin, "sizes": [len(each) for each in chain]}, b"".join(chain))
        if refused := self._page.certificate_chain:
            sizes = [len(each) for each in refused]
            self._tell({"kind": "chain", "origin": "refused", "sizes": sizes}, b"".join(refused))
        traffic = self._relay.traffic
        self._tell(
            {
                "kind": "done",
                "page": facts,
                "marks": sorted(marks | recorder.limits_hit),
                "documents": recorder.document_numbers(),
                "unfinished": recorder.unfinished(),
                "failures": recorder.failures[:50],
                "refusals": dict(self._refusals),
                "certificate_errors": self._page.certificate_errors,
                "dns": {name: list(found) for name, found in traffic.dns.items()},
                "servers": traffic.servers,
                "refused_hosts": sorted(traffic.refused),
                "bytes_received": traffic.received,
                "took_s": took_s,
                "engine": self._engine(),
                "agent": self._profile.httpUserAgent(),
                "accept_language": self._profile.httpAcceptLanguage(),
                "final_url": self._page.url().toString(),
                "navigations": self._navigations,
                "is_logged_in": self._is_own_account,
            },
            b"",
        )

    def _engine(self) -> str:
        from PySide6.QtWebEngineCore import qWebEngineChromiumVersion, qWebEngineVersion

        return f"Qt WebEngine {qWebEngineVersion()!s}, Chromium {qWebEngineChromiumVersion()!s}"

    # Hooks

    def _event(self, method: str, params: Message, session: str) -> None:
        if self._recorder is not None:
            self._recorder.event(method, params, session)

    def _admit(self, host: str) -> str:
        if is_literal_local(host) and host.lower().strip("[]") not in self._request["allowed_hosts"]:
            self._relay.traffic.refused.add(host)
            return "local_address"
        return self._recorder.admits(host) if self._recorder is not None else ""

    def _count_navigation(self) -> None:
        self._navigations += 1


def is_literal_local(host: str) -> bool:
    """Whether a host is an address, and a local one, or a name that means this computer."""
    name = host.lower().strip("[]").removesuffix(".")
    if name == "localhost" or name.endswith((".localhost", ".local", ".internal", ".home.arpa")):
        return True
    is_address = ":" in name or name.replace(".", "").isdigit()
    return is_address and is_local(name)
