"""What every page is given: the session, the runner, the texts, the look, and the way to other pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QLocale, QObject, Signal

from evidence.i18n import LANGUAGES, Language, Texts, system_language, texts
from evidence.settings import Settings
from ui.jobs import Jobs
from ui.theme import Theme, is_dark_here, palette_for

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

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
    from ui.shapes import Monitor, Navigator, OtherWindow


#: Each language by the name that its speakers give it.
LANGUAGE_NAMES = {"ko": "한국어", "en": "English", "fr": "Français"}


class Doors(NamedTuple):
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
