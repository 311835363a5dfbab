"""What every page is given: the session, the runner, the texts, the look, and the way to other pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QLocale, QObject, Signal

from evidence.i18n import LANGUAGES, Language, Texts, system_language, texts
from evidence.settings import Settings
from ui.jobs import Jobs
from ui.theme import Theme, is_dark_here, palette_for

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from evidence.model import Item, MinorAnswer
    from evidence.session import (
        BackupOutcome,
        Checked,
        LoadedPage,
        PassphraseAdvice,
        ScreenAccess,
        Session,
        SlotInfo,
        TsaList,
    )
    from ui.page import Page


#: Each language by the name that its speakers give it.
LANGUAGE_NAMES = {"ko": "한국어", "en": "English", "fr": "Français"}


class Navigator(Protocol):
    """The ways between the pages; the main window has them."""

    def show_start(self) -> None:
        """The page before a vault is open."""

    def show_welcome(self) -> None:
        """The first steps: is this computer safe, what the program does, how to leave."""

    def practise(self) -> None:
        """Open a vault of drawn material, which is thrown away when it is locked."""

    def leave_now(self) -> None:
        """Cover the window and lock the vault at once."""

    def show_create(self) -> None:
        """Make a vault."""

    def show_cases(self) -> None:
        """The list of cases."""

    def show_room(self, case_id: str, key: str) -> None:
        """A room of a case, by its key in :data:`ui.rooms.ROOMS`."""

    def enough_for_today(self) -> None:
        """Lock calmly: everything is kept already."""

    def show_case(self, case_id: str) -> None:
        """One case."""

    def show_capture(self, case_id: str, *, kind: str = "screen", url: str = "") -> None:
        """Bring something into a case; ``kind`` is ``screen``, ``files`` or ``link``."""

    def show_web(self, case_id: str, *, url: str = "") -> None:
        """Record a web page for a case."""

    def show_record(self, case_id: str) -> None:
        """Record the screen into a case."""

    def show_steps(self, case_id: str) -> None:
        """Walk through a checklist with single pictures."""

    def show_watch(self, case_id: str) -> None:
        """Watch a folder for a case."""

    def show_without_media(self, case_id: str, said: MinorAnswer, *, address: str = "") -> None:
        """Note something of which no media may be taken."""

    def show_exhibit(self, case_id: str, item_id: str) -> None:
        """One exhibit."""

    def show_redact(self, case_id: str, item_id: str) -> None:
        """Make a redacted copy of an exhibit."""

    def show_package(self, case_id: str) -> None:
        """Make a package of a case."""

    def show_verify(self, path: Path | None = None) -> None:
        """Check a package."""

    def show_settings(self) -> None:
        """Language, look, time authorities."""

    def show_handing(self, case_id: str, package_id: str = "") -> None:
        """Packages that were made of a case."""

    def show_upkeep(self) -> None:
        """Ways to open the vault, check, backup."""

    def show_loose(self, case_id: str) -> None:
        """Files outside the vault: looked at, and forgotten."""

    def show_detectors(self) -> None:
        """Detector packs, and whom to trust for content credentials."""

    def show_way(self, kind: str, slot: SlotInfo | None = None) -> None:
        """Add, change or take away a way to open the vault."""

    def said_in_upkeep(self, kind: str) -> None:
        """Say what was changed of the ways to open the vault."""

    def show_rekey(self) -> None:
        """Give the vault a new master key."""

    def rekeying(self) -> None:
        """The open vault gets a new master key: it can be locked meanwhile, and nothing else."""

    def stays_locked(self, problem: BaseException | None) -> None:
        """The vault did not open again: lock, and say why."""

    def show_restore(self) -> None:
        """Make a vault from a backup."""

    def show_sheet(self, sheet: Page) -> None:
        """Lay a sheet over the page: it asks something, and the page comes back as it was."""

    def close_sheet(self) -> None:
        """Take the sheet away."""

    def show_help(self, topic: str = "") -> None:
        """Help with the page that is shown, or with ``topic``."""

    def show_help_lines(self) -> None:
        """People and authorities to turn to."""

    def said_in_case(self, items: Sequence[Item]) -> None:
        """Say in the shown case what came in."""

    def made(self, session: Session) -> None:
        """A vault was made; its recovery key is still to be written down."""

    def opened(self, session: Session) -> None:
        """A vault was opened."""

    def lock(self) -> None:
        """Close the vault and everything that came out of it."""


class Area(Protocol):
    """A rectangle of the desktop, in the units in which the system places its monitors."""

    @property
    def left(self) -> int: ...
    @property
    def top(self) -> int: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...


class Monitor(Protocol):
    """One monitor as the session names it; ``number`` counts from 1."""

    @property
    def number(self) -> int: ...
    @property
    def region(self) -> Area: ...


class OtherWindow(Protocol):
    """A window of another program as the session names it."""

    @property
    def title(self) -> str: ...


@dataclass(frozen=True)
class Doors:
    """What is needed of the library without an open vault; handed in by the wiring."""

    create_vault: Callable[..., tuple[Session, str]]
    open_vault: Callable[..., Session]
    check_packages: Callable[..., list[Checked]]
    tsa_lists: Callable[[], Sequence[TsaList]]
    """The lists of roots of time-stamping authorities that hold on this computer."""
    screens: Callable[[], Sequence[Monitor]]
    restore_vault: Callable[..., BackupOutcome]
    judge_passphrase: Callable[[str], PassphraseAdvice]
    rekey_vault: Callable[..., tuple[Session, str, Sequence[SlotInfo]]]
    load_page: Callable[..., LoadedPage]
    make_practice: Callable[[Texts], tuple[Session, Callable[[], None]]]
    """An open vault of drawn material, and what throws it away."""
    windows: Callable[[], Sequence[OtherWindow]]
    """The windows of other programs that can be pictured, topmost first."""
    access: Callable[[], ScreenAccess]
    """Which way to the screen this system offers."""


class Desk(QObject):
    """One for the window; pages keep it, nothing imports it as a global."""

    language_changed = Signal()
    look_changed = Signal()
    keys_changed = Signal()
    touched = Signal()
    """The person did something in another window of the program: the vault must not lock for want of touch."""

    def __init__(
        self,
        doors: Doors,
        jobs: Jobs,
        settings: Settings,
        keep: Callable[[Settings], None],
        suggested_vault: Path,
    ) -> None:
        super().__init__()
        self.doors = doors
        self.jobs = jobs
        self.settings = settings
        self.suggested_vault = suggested_vault
        self.go: Navigator
        self.shelf: QWidget | None = None
        """Where pages stand; they are made there, because moving one works through all of its look again."""
        self.is_left_out_of_screens = False
        """Whether the system leaves the window out of what is shared or recorded of the screen."""
        self.leave_out_of_screens: Callable[[int], bool] = lambda _window: False
        """Asks the system for that, by a window's handle; gives whether it does."""
        self.epoch = 0
        """Counts locks: what a job of an earlier epoch brings is dropped."""
        self._keep = keep
        self._language_here = system_language(QLocale.system().uiLanguages())
        self._is_dark_here = is_dark_here()
        self._session: Session | None = None

    @property
    def language(self) -> Language:
        """The language of the window."""
        chosen = self.settings.language
        return chosen if chosen in LANGUAGES else self._language_here

    @property
    def t(self) -> Texts:
        """The texts in the language of the window."""
        return texts(self.language)

    @property
    def theme(self) -> Theme:
        """The look of the window."""
        palette = palette_for(self.settings.look, is_dark_here=self._is_dark_here)
        return Theme(palette, self.settings.text_percent, self.language)

    @property
    def session(self) -> Session:
        """The open vault. Pages that need one are only shown while there is one."""
        if self._session is None:
            raise LookupError("no vault is open")
        return self._session

    @property
    def is_open(self) -> bool:
        """Whether a vault is open."""
        return self._session is not None

    def follow_system(self) -> None:
        """The computer was set to light or to dark windows: a window that looks as the computer is set follows."""
        before, self._is_dark_here = self._is_dark_here, is_dark_here()
        if self._is_dark_here != before and self.settings.look == "system":
            self.look_changed.emit()

    def take(self, session: Session | None) -> None:
        """Set or, with None, forget the open vault."""
        self._session = session
        self.epoch += 1

    def change(self, **choices: Any) -> None:
        """Change settings, keep them, and let the window follow.

        Raises :class:`evidence.errors.EvidenceError` when they cannot be kept; the window follows all the same.
        """
        before = self.settings
        self.settings = replace(before, **choices)
        if self.settings.language != before.language:
            self.language_changed.emit()
        if (self.settings.look, self.settings.text_percent) != (before.look, before.text_percent):
            self.look_changed.emit()
        if self.settings.leave_keys != before.leave_keys:
            self.keys_changed.emit()
        self._keep(self.settings)
