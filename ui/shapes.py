"""Shapes that the type checker holds things against; nothing of them is there when the program runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from evidence.model import Item, MinorAnswer
    from evidence.session import Session, SlotInfo
    from ui.page import Page


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
