"""The pages of the window, each made when it is first needed, so that the window opens at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QWidget

from ui.desk import Desk
from ui.dress import dress
from ui.page import Page

if TYPE_CHECKING:
    from ui.pages.capture import CapturePage
    from ui.pages.case import CasePage
    from ui.pages.cases import CasesPage
    from ui.pages.create import CreatePage
    from ui.pages.detectors import DetectorsPage
    from ui.pages.exhibit import ExhibitPage
    from ui.pages.handing import HandingPage
    from ui.pages.loose import LoosePage
    from ui.pages.package import PackagePage
    from ui.pages.record import RecordPage
    from ui.pages.redact import RedactPage
    from ui.pages.rekey import RekeyPage
    from ui.pages.restore import RestorePage
    from ui.pages.settings import SettingsPage
    from ui.pages.start import StartPage
    from ui.pages.steps import StepsPage
    from ui.pages.upkeep import UpkeepPage
    from ui.pages.verify import VerifyPage
    from ui.pages.watch import WatchPage
    from ui.pages.way import WayPage
    from ui.pages.web import WebPage
    from ui.pages.welcome import WelcomePage
    from ui.pages.without import WithoutMediaPage
    from ui.rooms import CaseRoom

P = TypeVar("P", bound=Page)

SOON = (
    "msgspec", "evidence.model", "ui.pages.create", "ui.pages.cases", "ui.pages.case", "ui.pages.capture",
    "ui.pages.exhibit", "ui.pages.package", "ui.pages.handing", "ui.pages.verify", "ui.pages.settings",
    "ui.pages.upkeep", "ui.pages.help", "babel.numbers", "babel.dates",
)  # fmt: skip
"""What the pages that most sittings come to are made of; read while nobody does anything, each for itself."""
THEN = (
    "create_page", "cases", "case", "capture", "exhibit", "package", "handing", "verify", "settings", "upkeep",
)  # fmt: skip
"""Those pages, made ahead after that: to make one and to show it would be one long answer to a single press."""
SOON_AFTER_MS = 1000
APART_MS = 40


class Book(QMainWindow):
    """A window with pages, of which one is shown."""

    first_shown = Signal()
    all_made = Signal()
    """The pages that most sittings come to are read and made: the start is over."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.pages: list[Page] = []
        """Those that were shown already."""
        self.stack = desk.shelf = QStackedWidget()
        self._soon: list[Callable[[], Any]] = [partial(import_module, name) for name in SOON]
        for name in THEN:
            self._soon += [partial(self._make_ahead, name), partial(self._prepare_ahead, name)]
        self._is_ahead = False
        self._was_shown = False
        self._rooms: dict[str, CaseRoom] = {}

    @cached_property
    def start(self) -> StartPage:
        """The page before a vault is open."""
        from ui.pages.start import StartPage

        return self._made(StartPage(self.desk))

    @cached_property
    def welcome(self) -> WelcomePage:
        """The first steps."""
        from ui.pages.welcome import WelcomePage

        return self._made(WelcomePage(self.desk))

    @cached_property
    def create_page(self) -> CreatePage:
        """Make a vault."""
        from ui.pages.create import CreatePage

        return self._made(CreatePage(self.desk))

    @cached_property
    def cases(self) -> CasesPage:
        """The list of cases."""
        from ui.pages.cases import CasesPage

        return self._made(CasesPage(self.desk))

    @cached_property
    def case(self) -> CasePage:
        """One case."""
        from ui.pages.case import CasePage

        return self._made(CasePage(self.desk))

    def room(self, key: str) -> CaseRoom:
        """A room of a case, by its key."""
        from ui.rooms import ROOMS, CaseRoom

        if key not in self._rooms:
            page = next(room for room in ROOMS if room.key == key).make(self.desk)
            assert isinstance(page, CaseRoom)
            self._rooms[key] = self._made(page)
        return self._rooms[key]

    @cached_property
    def capture(self) -> CapturePage:
        """Bring something into a case."""
        from ui.pages.capture import CapturePage

        return self._made(CapturePage(self.desk))

    @cached_property
    def web(self) -> WebPage:
        """Record a web page."""
        from ui.pages.web import WebPage

        return self._made(WebPage(self.desk))

    @cached_property
    def record(self) -> RecordPage:
        """Record the screen."""
        from ui.pages.record import RecordPage

        return self._made(RecordPage(self.desk))

    @cached_property
    def steps(self) -> StepsPage:
        """Walk through a checklist with single pictures."""
        from ui.pages.steps import StepsPage

        return self._made(StepsPage(self.desk))

    @cached_property
    def without(self) -> WithoutMediaPage:
        """Note something of which no media may be taken."""
        from ui.pages.without import WithoutMediaPage

        return self._made(WithoutMediaPage(self.desk))

    @cached_property
    def watching(self) -> WatchPage:
        """Watch a folder."""
        from ui.pages.watch import WatchPage

        return self._made(WatchPage(self.desk))

    @cached_property
    def exhibit(self) -> ExhibitPage:
        """One exhibit."""
        from ui.pages.exhibit import ExhibitPage

        return self._made(ExhibitPage(self.desk))

    @cached_property
    def redact(self) -> RedactPage:
        """A redacted copy of an exhibit."""
        from ui.pages.redact import RedactPage

        return self._made(RedactPage(self.desk))

    @cached_property
    def package(self) -> PackagePage:
        """Make a package."""
        from ui.pages.package import PackagePage

        return self._made(PackagePage(self.desk))

    @cached_property
    def verify(self) -> VerifyPage:
        """Check a package."""
        from ui.pages.verify import VerifyPage

        return self._made(VerifyPage(self.desk))

    @cached_property
    def settings(self) -> SettingsPage:
        """Language, look, time authorities."""
        from ui.pages.settings import SettingsPage

        return self._made(SettingsPage(self.desk))

    @cached_property
    def handing(self) -> HandingPage:
        """Packages that were made."""
        from ui.pages.handing import HandingPage

        return self._made(HandingPage(self.desk))

    @cached_property
    def upkeep(self) -> UpkeepPage:
        """This vault: ways to open it, check, backup."""
        from ui.pages.upkeep import UpkeepPage

        return self._made(UpkeepPage(self.desk))

    @cached_property
    def loose(self) -> LoosePage:
        """Files outside the vault."""
        from ui.pages.loose import LoosePage

        return self._made(LoosePage(self.desk))

    @cached_property
    def detectors(self) -> DetectorsPage:
        """Detector packs, and whom to trust for content credentials."""
        from ui.pages.detectors import DetectorsPage

        return self._made(DetectorsPage(self.desk))

    @cached_property
    def way(self) -> WayPage:
        """One way to open the vault."""
        from ui.pages.way import WayPage

        return self._made(WayPage(self.desk))

    @cached_property
    def rekey(self) -> RekeyPage:
        """Give the vault a new master key."""
        from ui.pages.rekey import RekeyPage

        return self._made(RekeyPage(self.desk))

    @cached_property
    def restore(self) -> RestorePage:
        """Make a vault from a backup."""
        from ui.pages.restore import RestorePage

        return self._made(RestorePage(self.desk))

    def setVisible(self, is_visible: bool) -> None:
        """From when it is first shown on there is time to read ahead, however long the start took."""
        super().setVisible(is_visible)
        if is_visible and not self._was_shown:
            self._was_shown = True
            self.first_shown.emit()
            QTimer.singleShot(SOON_AFTER_MS, self, self._do_one_ahead)

    def _do_one_ahead(self) -> None:
        """Read or make one page, so that it comes at once when it is wanted; then the next, in a while."""
        if not self._soon:
            self.all_made.emit()
            return
        self._soon.pop(0)()
        QTimer.singleShot(APART_MS, self, self._do_one_ahead)

    def _make_ahead(self, name: str) -> None:
        self._is_ahead = True
        try:
            getattr(self, name)
        finally:
            self._is_ahead = False

    def _prepare_ahead(self, name: str) -> None:
        self._prepare(getattr(self, name))

    @property
    def is_ready(self) -> bool:
        """Whether all of them are made."""
        return not self._soon

    def _made(self, page: P) -> P:
        self.pages.append(page)
        if not self._is_ahead:
            self._prepare(page)
        self.stack.addWidget(page)  # the first one is shown by that: all of it stands by then
        return page

    def _prepare(self, page: QWidget) -> None:
        """What is about to be shown follows the look and the language, if they changed meanwhile."""
        dress(page, self.desk.theme)
        if isinstance(page, Page):
            page.speak()
