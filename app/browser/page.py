"""The page as it may behave here: it shows, and everything else that a page can ask for is refused and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QObject, QUrl
from PySide6.QtWebEngineCore import (
    QWebEngineCertificateError,
    QWebEngineDownloadRequest,
    QWebEnginePage,
    QWebEngineProfile,
    QWebEngineSettings,
    QWebEngineUrlRequestInfo,
    QWebEngineUrlRequestInterceptor,
)

SCHEMES = frozenset({"http", "https", "data", "blob", "about", "ws", "wss"})
"""``data:`` and ``blob:`` hold what a page made itself; ``about:`` is an empty page. No other is ever opened."""
_WEB = frozenset({"http", "https", "ws", "wss"})
Kind = QWebEngineUrlRequestInfo.ResourceType


class Refusals(Counter[str]):
    """How often something was refused, by its code: ``download``, ``popup``, ``permission``, ``scheme`` …"""


class Gate(QWebEngineUrlRequestInterceptor):
    """Sees every request before it is made; ``admit`` may say no besides, with a code."""

    def __init__(self, refusals: Refusals, admit: Callable[[str], str], parent: QObject) -> None:
        super().__init__(parent)
        self._refusals = refusals
        self._admit = admit

    def interceptRequest(self, info: QWebEngineUrlRequestInfo) -> None:
        """Block what is not of the web, workers that outlive the page, and what the limits do not admit any more."""
        scheme, kind = info.requestUrl().scheme().lower(), info.resourceType()
        if scheme not in SCHEMES or (kind == Kind.ResourceTypeMainFrame and scheme not in _WEB | {"about"}):
            refused = "scheme"
        elif kind in (Kind.ResourceTypeServiceWorker, Kind.ResourceTypeSharedWorker):
            refused = "service_worker"
        elif kind == Kind.ResourceTypeWebSocket:
            refused = "web_socket"
        else:
            refused = self._admit(info.requestUrl().host()) if scheme in _WEB else ""
        if refused:
            self._refusals[refused] += 1
            info.block(True)


class GuardedPage(QWebEnginePage):
    """A page that opens no windows, saves no files, asks for nothing and interrupts nobody."""

    def __init__(
        self, profile: QWebEngineProfile, refusals: Refusals, trusted_roots: Sequence[bytes], parent: QObject
    ) -> None:
        super().__init__(profile, parent)
        self.refusals = refusals
        self._trusted_roots = trusted_roots
        self.certificate_errors: list[dict[str, Any]] = []
        self.certificate_chain: list[bytes] = []
        self.is_crashed = False
        self.certificateError.connect(self._refuse_certificate)
        self.renderProcessTerminated.connect(self._note_crash)
        self.permissionRequested.connect(self._refuse_permission)
        self.registerProtocolHandlerRequested.connect(self._refuse_handler)
        self.fullScreenRequested.connect(lambda request: request.reject())
        self.desktopMediaRequested.connect(lambda request: request.cancel())

    def acceptNavigationRequest(self, url: QUrl | str, _kind: Any, is_main_frame: bool) -> bool:
        """Only to web addresses, in frames also to what the page made itself."""
        scheme = (url.scheme() if isinstance(url, QUrl) else QUrl(url).scheme()).lower()
        allowed = scheme in ("http", "https") or scheme == "about" or (not is_main_frame and scheme in SCHEMES)
        if not allowed:
            self.refusals["scheme"] += 1
        return allowed

    def createWindow(self, _kind: Any) -> QWebEnginePage | None:  # type: ignore[override]
        """No window is opened for a page."""
        self.refusals["popup"] += 1
        return None

    def chooseFiles(self, *_: Any) -> list[str]:
        """No file is given to a page."""
        self.refusals["file_dialog"] += 1
        return []

    def javaScriptAlert(self, *_: Any) -> None:
        """Said to nobody."""
        self.refusals["alert"] += 1

    def javaScriptConfirm(self, *_: Any) -> bool:
        """Answered with no."""
        self.refusals["alert"] += 1
        return False

    def javaScriptPrompt(self, *_: Any) -> tuple[bool, str]:
        """Answered with nothing."""
        self.refusals["alert"] += 1
        return False, ""

    def javaScriptConsoleMessage(self, *_: Any) -> None:
        """What a page writes to the console goes nowhere."""

    def _refuse_certificate(self, error: QWebEngineCertificateError) -> None:
        chain = [bytes(each.toDer().data()) for each in error.certificateChain()]
        is_unknown = error.type() == QWebEngineCertificateError.Type.CertificateAuthorityInvalid
        if is_unknown and self._trusted_roots:
            from app.browser.trust import is_trusted_besides  # hardly ever needed, and slow to load

            if is_trusted_besides(chain, error.url().host(), self._trusted_roots):
                error.acceptCertificate()
                return
        if not self.certificate_errors:
            self.certificate_chain = chain
        if len(self.certificate_errors) < 20:
            self.certificate_errors.append(
                {"url": error.url().toString(), "kind": error.type().name, "is_main": error.isMainFrame()}
            )
        error.rejectCertificate()

    def _refuse_permission(self, permission: Any) -> None:
        self.refusals["permission"] += 1
        permission.deny()

    def _refuse_handler(self, request: Any) -> None:
        self.refusals["permission"] += 1
        request.reject()

    def _note_crash(self, *_: Any) -> None:
        self.is_crashed = True


def make_profile(parent: QObject, accept_language: str) -> QWebEngineProfile:
    """A profile that is kept nowhere: no cache on disk, no cookies kept, no spelling, no translation."""
    profile = QWebEngineProfile(parent)
    profile.setHttpCacheType(QWebEngineProfile.HttpCacheType.MemoryHttpCache)
    profile.setPersistentCookiesPolicy(QWebEngineProfile.PersistentCookiesPolicy.NoPersistentCookies)
    profile.setPersistentPermissionsPolicy(QWebEngineProfile.PersistentPermissionsPolicy.AskEveryTime)
    profile.setSpellCheckEnabled(False)
    profile.setPushServiceEnabled(False)
    profile.setHttpAcceptLanguage(accept_language)
    settings = profile.settings()
    wanted = QWebEngineSettings.WebAttribute
    for attribute, is_on in (
        (wanted.PluginsEnabled, False),
        (wanted.LocalStorageEnabled, True),
        (wanted.LocalContentCanAccessFileUrls, False),
        (wanted.LocalContentCanAccessRemoteUrls, False),
        (wanted.HyperlinkAuditingEnabled, False),
        (wanted.JavascriptCanOpenWindows, False),
        (wanted.JavascriptCanAccessClipboard, False),
        (wanted.JavascriptCanPaste, False),
        (wanted.FullScreenSupportEnabled, False),
        (wanted.ScreenCaptureEnabled, False),
        (wanted.WebRTCPublicInterfacesOnly, True),
        (wanted.DnsPrefetchEnabled, False),
        (wanted.PdfViewerEnabled, False),
        (wanted.PlaybackRequiresUserGesture, True),
        (wanted.AllowRunningInsecureContent, False),
        (wanted.NavigateOnDropEnabled, False),
        (wanted.BackForwardCacheEnabled, False),
        (wanted.ErrorPageEnabled, True),
    ):
        settings.setAttribute(attribute, is_on)
    return profile


def refuse_downloads(profile: QWebEngineProfile, refusals: Refusals) -> None:
    """Nothing that a page offers is saved."""

    def refuse(download: QWebEngineDownloadRequest) -> None:
        refusals["download"] += 1
        download.cancel()

    profile.downloadRequested.connect(refuse)
