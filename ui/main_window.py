"""The main window: switches pages, and locks. Nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from ui.autolock import InputWatch
from ui.book import Book
from ui.desk import Desk
from ui.dress import dress
from ui.early import focus_on
from ui.flow import FlowLayout
from ui.leaving import Exit, keys_in_words
from ui.page import Page
from ui.sheets import Sheets
from ui.widgets import Button, Icon, text

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent, QWindow

    from evidence.model import Item, MinorAnswer
    from evidence.session import Session, SlotInfo
    from ui.focus import FocusRing
    from ui.pages.scores import ScoresPage
    from ui.systemwatch import SystemWatch


class MainWindow(Book):
    """A bar with the ways at the side, the page beside it."""

    def __init__(self, desk: Desk, watch: InputWatch, *, begins: bool = False) -> None:
        super().__init__(desk)
        self.resize(1120, 760)  # before anything is in it: the ways at the side ask how wide it is
        desk.go = self
        self._watch = watch
        watch.setParent(self)  # it watches the whole program, as long as this window is there
        self._native: QWindow | None = None
        """The system's window that tells how wide it is."""
        self.pending: Session | None = None
        """A vault that was just made while its recovery key is still on the screen."""
        self._throw_away: Callable[[], None] | None = None
        """What throws the open vault away, when it is one to practise in."""
        self._holder: QWidget | None = None
        """The page that shows that key."""
        self.sheets = Sheets(self.stack, self._prepare, _focus)
        self.setWindowTitle("Holdfast")
        self._build_side()
        whole = QWidget()
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.side)
        beside = QVBoxLayout()
        beside.setSpacing(0)
        beside.addWidget(self.stack, 1)
        self.foot = self._build_foot()
        beside.addWidget(self.foot)
        row.addLayout(beside, 1)
        self.setCentralWidget(whole)
        self._whole = whole
        self.exit = Exit(self, watch.leave_keys, watch.follow)
        self.leave_way.clicked.connect(lambda: self.exit.leave())
        watch.started.connect(self._make_shortcuts)  # they cost classes with enumerations too
        desk.language_changed.connect(self._speak)
        desk.look_changed.connect(self.relook)
        desk.keys_changed.connect(self.retranslate)
        self.first_shown.connect(watch.start)
        watch.idle.connect(self._idle)
        watch.started.connect(lambda: self._focus_moved(None, QApplication.focusWidget()))
        desk.touched.connect(watch.touch)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._focus_moved)
        self.relook()
        self.retranslate()
        if begins:
            self.begin()
        else:
            self.show_start()

    def _make_shortcuts(self) -> None:
        from PySide6.QtGui import QKeySequence, QShortcut

        self._shortcuts = [
            QShortcut(QKeySequence("Ctrl+L"), self, self.lock),
            QShortcut(QKeySequence("Ctrl+Q"), self, self.close),
            QShortcut(QKeySequence("Ctrl+1"), self, self.show_cases),
            QShortcut(QKeySequence("Ctrl+2"), self, self.show_verify),
            QShortcut(QKeySequence("Ctrl+,"), self, self.show_settings),
            QShortcut(QKeySequence("Alt+Left"), self, self._back),
            QShortcut(QKeySequence("F1"), self, lambda: self.show_help()),
        ]

    def _build_side(self) -> None:
        self.side = QFrame()
        self.side.setObjectName("side")
        column = QVBoxLayout(self.side)
        column.setContentsMargins(12, 18, 12, 16)
        column.setSpacing(4)
        self.leave_way = Button(self.desk, "leave", "leave")
        column.addWidget(self.leave_way)
        column.addSpacing(14)
        head = QHBoxLayout()
        head.setSpacing(10)
        self.brand = text("brand")
        self.brand.setWordWrap(False)
        head.addWidget(Icon(self.desk, "mark", 26))
        head.addWidget(self.brand, 1)
        column.addLayout(head)
        column.addSpacing(16)
        self.cases_way = Button(self.desk, "way", "cases", is_late=True)
        self.verify_way = Button(self.desk, "way", "verify")
        self.settings_way = Button(self.desk, "way", "settings")
        self.lock_way = Button(self.desk, "way", "lock", is_late=True)
        self._follows_watching = False
        self.watch_way = Button(self.desk, "way", "eye", is_late=True)
        self.watch_way.clicked.connect(lambda: self.show_watch(self.watching.case_id))
        self.cases_way.clicked.connect(lambda: self.show_cases())
        self.verify_way.clicked.connect(lambda: self.show_verify())
        self.settings_way.clicked.connect(lambda: self.show_settings())
        self.lock_way.clicked.connect(lambda: self.lock())
        for way in (self.cases_way, self.verify_way, self.settings_way):
            column.addWidget(way)
        column.addStretch(1)
        self._scores: ScoresPage | None = None
        self.score_way = Button(self.desk, "way", "score", is_late=True)
        self.score_way.clicked.connect(self._show_score_run)
        column.addWidget(self.watch_way)
        column.addWidget(self.score_way)
        column.addWidget(self.lock_way)

    def _build_foot(self) -> QWidget:
        """The same on every page, in the same place: help with it, people who help, and enough for today."""
        foot, line = QWidget(), QFrame()
        column = QVBoxLayout(foot)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.practice_note = text("label")
        self.practice_note.setObjectName("practice")
        column.addWidget(self.practice_note)
        column.addWidget(line)
        line.setObjectName("foot")
        ways = FlowLayout(line, gap=12)
        ways.setContentsMargins(28, 2, 28, 6)
        self.lines_way = Button(self.desk, "text", "people")
        self.lines_way.clicked.connect(lambda: self.show_help_lines())
        self.help_way = Button(self.desk, "text", "question")
        self.help_way.clicked.connect(lambda: self.show_help())
        self.enough_way = Button(self.desk, "text", "lock", is_late=True)
        self.enough_way.clicked.connect(lambda: self.enough_for_today())
        self.enough_way.hide()
        ways.addWidget(self.help_way)
        ways.addWidget(self.lines_way)
        ways.addWidget(self.enough_way)
        return foot

    # The ways (ui.shapes.Navigator) -----------------------------------------------------------------------------------

    def show_start(self) -> None:
        """The page before a vault is open; with an open vault, its cases; with one that was just made, its key."""
        if self.desk.is_open:
            self.show_cases()
        elif self.pending is not None and isinstance(self._holder, Page):
            self._show(self._holder)
        else:
            self._show(self.start)

    def begin(self) -> None:
        """The first page: where no vault is yet, the first steps."""
        if is_vault(Path(self.desk.settings.vault or self.desk.suggested_vault)):
            self.show_start()
        else:
            self.show_welcome()

    def show_welcome(self) -> None:
        """Is this computer safe, what the program does, how to leave."""
        self._show(self.welcome)

    def leave_now(self) -> None:
        """Cover the window and lock the vault at once."""
        self.exit.leave()

    def practise(self) -> None:
        """Open a vault of drawn material."""
        t, make, page = self.desk.t, self.desk.doors.make_practice, self.stack.currentWidget()
        if self.desk.is_open or not isinstance(page, Page):
            return

        def done(made: tuple[Session, Callable[[], None]]) -> None:
            session, self._throw_away = made
            self.opened(session)

        label = t("Drawing material to practise with")
        page.work(lambda _progress, _cancelled: make(t), done, label=label, can_stop=False)

    def show_create(self) -> None:
        """Make a vault."""
        self._show(self.create_page)

    def show_cases(self) -> None:
        """The list of cases."""
        if self.desk.is_open:
            self._show(self.cases)

    def show_room(self, case_id: str, key: str) -> None:
        """A room of a case."""
        from ui.rooms import EXHIBITS

        if key == EXHIBITS:
            self.show_case(case_id)
            return
        page = self.room(key)
        if key == "scores" and self._scores is None:
            self._scores = cast("ScoresPage", page)
            self._scores.changed.connect(self._show_side)
        page.open_case(case_id)
        self._show(page)

    def enough_for_today(self) -> None:
        """Lock calmly: everything is kept already."""
        self.lock()
        self.start.say(
            lambda t: (t("Everything is kept. That is enough for today."), t("The vault is locked. Nothing was sent."))
        )

    def show_case(self, case_id: str) -> None:
        """One case."""
        self.case.open_case(case_id)
        self._show(self.case)

    def show_capture(self, case_id: str, *, kind: str = "screen", url: str = "") -> None:
        """Bring something into a case."""
        self.capture.open_for(case_id, kind, url)
        self._show(self.capture)

    def show_web(self, case_id: str, *, url: str = "") -> None:
        """Record a web page for a case."""
        self.web.open_for(case_id, url)
        self._show(self.web)

    def show_record(self, case_id: str) -> None:
        """Record the screen into a case."""
        self.record.open_for(case_id)
        self._show(self.record)

    def show_steps(self, case_id: str) -> None:
        """Walk through a checklist with single pictures."""
        self.steps.open_for(case_id)
        self._show(self.steps)

    def show_watch(self, case_id: str) -> None:
        """Watch a folder for a case."""
        if not self._follows_watching:
            self._follows_watching = True
            self.watching.changed.connect(self._show_side)
        self.watching.open_for(case_id)
        self._show(self.watching)

    def show_without_media(self, case_id: str, said: MinorAnswer, *, address: str = "") -> None:
        """Note something of which no media may be taken."""
        self.without.open_for(case_id, said, address)
        self._show(self.without)

    def show_exhibit(self, case_id: str, item_id: str) -> None:
        """One exhibit."""
        self.exhibit.open_item(case_id, item_id)
        self._show(self.exhibit)

    def show_redact(self, case_id: str, item_id: str) -> None:
        """Make a redacted copy of an exhibit."""
        self.redact.open_item(case_id, item_id)
        self._show(self.redact)

    def show_package(self, case_id: str) -> None:
        """Make a package of a case."""
        self.package.open_case(case_id)
        self._show(self.package)

    def show_verify(self, path: Path | None = None) -> None:
        """Check a package."""
        self.verify.open_package(path)
        self._show(self.verify)

    def show_settings(self) -> None:
        """Language, look, time authorities."""
        self._show(self.settings)

    def show_handing(self, case_id: str, package_id: str = "") -> None:
        """Packages that were made of a case."""
        self.handing.open_case(case_id, package_id)
        self._show(self.handing)

    def show_upkeep(self) -> None:
        """Ways to open the vault, check, backup."""
        self._show(self.upkeep)

    def show_loose(self, case_id: str) -> None:
        """Files outside the vault: looked at, and forgotten."""
        self.loose.open_for(case_id)
        self._show(self.loose)

    def show_detectors(self) -> None:
        """Detector packs, and whom to trust for content credentials."""
        self._show(self.detectors)

    def show_way(self, kind: str, slot: SlotInfo | None = None) -> None:
        """Add, change or take away a way to open the vault."""
        self.way.open_for(kind, slot)
        self._show(self.way)

    def said_in_upkeep(self, kind: str) -> None:
        """Say what was changed of the ways to open the vault."""
        self.upkeep.changed(kind)

    def show_rekey(self) -> None:
        """Give the vault a new master key."""
        self._show(self.rekey)

    def rekeying(self) -> None:
        """The open vault gets a new master key: it can be locked meanwhile, and nothing else."""
        self.made(self.desk.session)
        self.desk.take(None)
        self._show_side()

    def stays_locked(self, problem: BaseException | None) -> None:
        """The vault did not open again: lock, and say why."""
        self.lock()
        if problem is not None:
            self.start.say_problem(problem)

    def show_restore(self) -> None:
        """Make a vault from a backup."""
        self._show(self.restore)

    def show_sheet(self, sheet: Page) -> None:
        """Lay a sheet over the page."""
        self.sheets.lay(sheet)

    def close_sheet(self) -> None:
        """Take the sheet away; the page under it comes back as it was."""
        self.sheets.take_away()

    def show_help(self, topic: str = "") -> None:
        """Help with the page that is shown, or with ``topic``."""
        from ui.pages.help import HelpSheet

        page = self.stack.currentWidget()
        if isinstance(page, Page) and not isinstance(page, HelpSheet):
            self.show_sheet(HelpSheet(self.desk, topic or page.HELP))

    def show_help_lines(self) -> None:
        """People and authorities to turn to."""
        from datetime import UTC, datetime

        from ui.pages.helplines import HelpLinesSheet

        if not isinstance(self.stack.currentWidget(), HelpLinesSheet):
            self.show_sheet(HelpLinesSheet(self.desk, datetime.now(UTC).date()))

    def said_in_case(self, items: Sequence[Item]) -> None:
        """Say in the shown case what came in."""
        self.case.added(items)

    def made(self, session: Session) -> None:
        """A vault was made; it is not shown before its recovery key is written down, but it can be locked."""
        self.pending, self._holder = session, self.stack.currentWidget()
        self._show_side()

    def opened(self, session: Session) -> None:
        """A vault was opened: show its cases and count idle minutes."""
        self.pending = None
        self.desk.take(session)
        self._watch.begin(self.desk.settings.auto_lock_minutes)
        self._show_side()
        self.show_cases()
        self.cases.say_repairs()

    def lock(self) -> None:
        """Stop all work, close the vault, drop everything that came out of it."""
        session = self.desk.session if self.desk.is_open else self.pending
        if session is None:
            return
        self.desk.jobs.cancel_all()
        self.pending = None
        self.desk.take(None)
        self._watch.end()
        for page in self.pages:
            page.forget()
        throw_away, self._throw_away = self._throw_away, None

        def close(_progress: object, _cancelled: object) -> None:
            session.lock()
            if throw_away is not None:
                throw_away()

        self.desk.jobs.start(close, _nothing, _nothing)
        self._show_side()
        self._show(self.start)

    # The window -------------------------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        """Say every word in the language of the window."""
        t = self.desk.t
        self.brand.setText("Holdfast")
        self._watch.leave_keys.chosen = self.desk.settings.leave_keys
        keys = keys_in_words(t, self.desk.settings.leave_keys)
        for way, words in (
            (self.leave_way, t("Leave now")),
            (self.cases_way, t("Cases")),
            (self.verify_way, t("Check a package")),
            (self.settings_way, t("Settings")),
            (self.watch_way, t("A folder is being watched")),
            (self.score_way, t("Looking for signs")),
            (self.lock_way, t("Lock (Ctrl+L)")),
        ):
            way.setProperty("words", words)
            way.setAccessibleName(words.replace("&", ""))
            way.setToolTip(words.replace("&", ""))
        self.leave_way.setToolTip(t("Covers this window and locks the vault at once ({keys})", keys=keys))
        self.leave_way.setAccessibleDescription(self.leave_way.toolTip())
        self.practice_note.setText(t("Practice: nothing here is real. Locking throws all of it away."))
        self.help_way.setText(t("Help with this page (F1)"))
        self.lines_way.setText(t("People and places that help"))
        self.enough_way.setText(t("Enough for today"))
        self.enough_way.setToolTip(t("Everything is kept already. This locks the vault."))
        self.enough_way.setAccessibleDescription(self.enough_way.toolTip())
        if isinstance(page := self.stack.currentWidget(), Page):
            page.speak()
            self._mark_way(page)
        self._show_side()

    def _speak(self) -> None:
        """The words at once, and the letters that the language is set in (:class:`ui.theme.Theme`) right after them."""
        self.retranslate()
        if self.isVisible():
            QTimer.singleShot(0, self, self.relook)
        else:
            self.relook()

    def relook(self) -> None:
        """Follow the look and the size of text."""
        theme = self.desk.theme
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.setFont(theme.font())
        application.setPalette(theme.qpalette())
        # Polishing takes a while: what is not shown gets its new look when it is (ui.dress), and what stands around the
        # page in an event of its own.
        dress(self.stack.currentWidget(), theme)
        if self.isVisible():
            QTimer.singleShot(0, self, self._relook_around)
        else:
            self._relook_around()

    def _relook_around(self) -> None:
        for part in (self.side, self.foot):
            dress(part, self.desk.theme, is_around=True)
        self._show_side()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Lock, wait for the threads, and leave."""
        self.end()
        super().closeEvent(event)

    def end(self) -> None:
        """Lock and wait for the threads: what was being recorded is sealed when this returns. Nothing more is done."""
        self.lock()
        self.desk.jobs.close()
        self.exit.close()

    def lock_now(self) -> None:
        """Lock, and return when the vault is closed: the system that asks for it may end the program then."""
        self.lock()
        self.desk.jobs.wait_for_vault()

    def setVisible(self, is_visible: bool) -> None:
        """Nothing brings the window back while the person is away, but her own keys."""
        is_visible = is_visible and not self.exit.is_away
        if is_visible:
            self._show_side()
        super().setVisible(is_visible)
        # How wide it is: asked of the system's window, because an event of Qt's in Python costs the start (ui.early).
        if is_visible and self._native is not (native := self.windowHandle()):
            self._native = native
            native.widthChanged.connect(self._show_side)

    def _show(self, page: Page) -> None:
        self.sheets.take_all_away()
        before = self.stack.currentWidget()
        if isinstance(before, Page) and before is not page:
            before.leave()
        self._prepare(page)
        self.stack.setCurrentWidget(page)
        page.area.verticalScrollBar().setValue(0)
        page.enter()
        self._mark_way(page)
        self.enough_way.setVisible(self.desk.is_open)
        _focus(page)

    def _mark_way(self, page: Page) -> None:
        for way, name in ((self.cases_way, "cases"), (self.verify_way, "verify"), (self.settings_way, "settings")):
            way.become_current(name == page.WAY, self.desk.t("This page is shown now."))

    def _show_side(self) -> None:
        """The ways that there are now; narrow, when the page needs the room."""
        theme = self.desk.theme
        is_open = self.desk.is_open
        self.practice_note.setVisible(self._throw_away is not None)
        self.cases_way.setVisible(is_open)
        self.lock_way.setVisible(is_open or self.pending is not None)
        self.watch_way.setVisible(is_open and self._follows_watching and self.watching.is_watching)
        self.score_way.setVisible(is_open and self._scores is not None and self._scores.run.is_running)
        is_narrow = self.width() < theme.px(232) + theme.px(480)
        for way in (
            self.leave_way, self.cases_way, self.verify_way, self.settings_way, self.watch_way, self.score_way,
            self.lock_way,
        ):  # fmt: skip
            way.setText("" if is_narrow else str(way.property("words") or ""))
        self.brand.setVisible(not is_narrow)
        self.side.setFixedWidth(theme.px(48) + 24 if is_narrow else theme.px(212) + 24)

    def _show_score_run(self) -> None:
        if self._scores is not None:
            self.show_room(self._scores.run.case_id, "scores")

    def _back(self) -> None:
        page = self.stack.currentWidget()
        if isinstance(page, Page) and page.back.isVisible() and page.back.isEnabled():
            page.back.click()

    def follow(self, system: SystemWatch) -> None:
        """Lock whenever the system says that nobody is there any more, work under way or not."""
        system.left.connect(self.lock)

    def _idle(self) -> None:
        if self.desk.jobs.is_busy:
            self._watch.begin(1)
        else:
            QTimer.singleShot(0, self.lock)

    @cached_property
    def ring(self) -> FocusRing:
        """Surrounds what the keyboard is on."""
        from ui.focus import FocusRing

        return FocusRing(self.desk, self._whole)

    def _focus_moved(self, _old: QWidget | None, new: QWidget | None) -> None:
        is_ours = new is not None and self.isAncestorOf(new)
        if self._watch.is_watching:  # nobody listens before the window is there
            from ui.surroundings import name_surroundings

            name_surroundings(new)
        if self._watch.is_watching:  # what surrounds the focus watches too
            self.ring.follow(new if is_ours and self._watch.is_by_keyboard else None)


def is_vault(place: Path) -> bool:
    """Whether a vault stands there."""
    return (place / "slots.json").exists()


def _focus(page: Page) -> None:
    focus = page.first_focus()
    if focus is not None:
        focus_on(focus)


def _nothing(_outcome: object) -> None:
    """Closing the vault has no outcome that anyone waits for."""
