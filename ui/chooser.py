"""Choose a folder or files without the system's dialog, which would keep a list of what was opened.

It speaks the language of the window, and everything in it can be reached with the keyboard. Nothing is remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QStandardPaths, QStorageInfo
from PySide6.QtWidgets import QVBoxLayout, QWidget
from shiboken6 import isValid

from evidence.i18n import Texts
from ui import wording
from ui.desk import Desk
from ui.fields import Field, TextField
from ui.flow import FlowLayout
from ui.jobs import Lane
from ui.page import Page
from ui.widgets import Button, text

MAX_ENTRIES = 5000
REMOVABLE = ("/media/", "/run/media/", "/Volumes/")


class PlaceField(Field):
    """A line with a path, and a button that opens the chooser."""

    def __init__(self, desk: Desk, *, wants: str = "folder") -> None:
        super().__init__()
        self._desk = desk
        self._wants = wants
        self.choose_button = Button(desk, "", "folder")
        self.choose_button.clicked.connect(self._choose)
        self.row.addWidget(self.choose_button)

    def retranslate(self, t: Texts) -> None:
        """Name the button."""
        self.choose_button.setText(t("Choose…"))
        self.choose_button.setAccessibleName(f"{t('Choose…')} {self.label.text().replace('&', '')}")

    def path(self) -> Path:
        """The path that stands in the line; ``~`` is the home folder."""
        return Path(self.line.text().strip() or ".").expanduser()

    def _choose(self) -> None:
        def taken(paths: Sequence[Path]) -> None:
            self.line.setText(str(paths[0]))
            self.line.setFocus()

        self._desk.go.show_sheet(Chooser(self._desk, self._wants, self.path(), taken))


class PlacesField(TextField):
    """A few paths, one in each line, and a button that adds one with the chooser."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.choose_button = Button(desk, "", "folder")
        self.choose_button.clicked.connect(self._choose)
        aside = QVBoxLayout()
        aside.addWidget(self.choose_button)
        aside.addStretch(1)
        self.row.addLayout(aside)

    def retranslate(self, t: Texts) -> None:
        """Name the button."""
        self.choose_button.setText(t("Choose…"))
        self.choose_button.setAccessibleName(f"{t('Choose…')} {self.label.text().replace('&', '')}")

    def paths(self) -> list[Path]:
        """The paths; ``~`` is the home folder."""
        return [Path(line.strip()).expanduser() for line in self.words().splitlines() if line.strip()]

    def _choose(self) -> None:
        def taken(paths: Sequence[Path]) -> None:
            self.set_words("\n".join(map(str, dict.fromkeys([*self.paths(), *paths]))))
            self.edit.setFocus()

        start = (self.paths() or [Path.home()])[-1]
        self._desk.go.show_sheet(Chooser(self._desk, "files", start, taken))


class Chooser(Page):
    """Looks through folders. ``wants``: ``folder``, ``file``, ``files`` or ``any`` (a folder or a file).

    It lies over the page that asked; ``taken`` gets what was chosen when it is gone.
    """

    def __init__(self, desk: Desk, wants: str, start: Path, taken: Callable[[Sequence[Path]], None]) -> None:
        super().__init__(desk, has_back=True)
        self._wants, self._taken = wants, taken
        self._folder = Path.home()
        self.back.clicked.connect(self.discard)
        places = FlowLayout(gap=8)
        self.body.addLayout(places)
        for icon, path in known_places():
            button = Button(desk, "", icon)
            button.setText(wording.safe(path.name or str(path)).replace("&", "&&"))
            button.clicked.connect(lambda _checked=False, to=path: self.look_into(to))
            places.addWidget(button)
        self.where = Field()
        self.up = Button(desk, "", "up", is_alone=True)
        self.up.clicked.connect(lambda: self.look_into(self._folder.parent))
        self.where.row.addWidget(self.up)
        self.where.line.returnPressed.connect(self._typed)
        self.body.addWidget(self.where)
        from ui.rows import RowList  # not needed before something is chosen

        self.entries = RowList(desk, is_checkable=wants == "files")
        self.entries.opened.connect(self._open)
        self.body.addWidget(self.entries, 1)
        self.note = text("small")
        self.body.addWidget(self.note)
        buttons = FlowLayout(gap=10)
        self.take = Button(desk, "main", "check")
        self.take.clicked.connect(self._take)
        buttons.addWidget(self.take)
        self.body.addLayout(buttons)
        self.retranslate(desk.t)
        begin = start if start.is_dir() else start.parent
        self.look_into(begin if begin.is_dir() else Path.home())

    def first_focus(self) -> QWidget:
        return self.entries

    def retranslate(self, t: Texts) -> None:
        super().retranslate(t)
        titles = {
            "folder": t("Choose a folder"),
            "file": t("Choose a file"),
            "files": t("Choose files"),
            "any": t("Choose a folder or a file"),
        }
        self.say_title(titles[self._wants])
        self.back.setText(t("&Back"))
        self.where.name(t("&Folder"))
        self.up.setAccessibleName(t("One folder up"))
        self.up.setToolTip(t("One folder up"))
        self.entries.setAccessibleName(t("What is in the folder"))
        self.take.setText(t("&Take it"))
        self.note.setText(t("A click or Space ticks a file; a double click or Enter opens a folder."))
        self.note.setVisible(self._wants == "files")

    def look_into(self, folder: Path) -> None:
        """Show what is in ``folder``."""
        wants_files = self._wants != "folder"

        def listed(entries: Sequence[tuple[bool, Path]]) -> None:
            if not isValid(self):  # closed meanwhile
                return
            from ui.rows import Row

            self._folder, has_ticks = folder, self._wants == "files"
            self.where.line.setText(str(folder))
            self.entries.rows.checked.clear()
            self.entries.show_rows(
                [
                    Row(
                        str(path), wording.safe(path.name), icon="folder" if is_folder else "file",
                        is_tickable=not (has_ticks and is_folder),
                    )
                    for is_folder, path in entries
                ]
            )

        self.desk.jobs.start(
            lambda _progress, _cancelled: _list(folder, wants_files=wants_files),
            listed,
            self._unreadable,
            lane=Lane.PARALLEL,
        )

    def _unreadable(self, _problem: BaseException) -> None:
        if isValid(self):
            self.say(lambda t: (t("This folder cannot be read."), ""), kind="care")

    def _open(self, key: str) -> None:
        path = Path(key)
        if path.is_dir():
            self.look_into(path)
        elif self._wants == "files":
            self.entries.rows.checked.add(key)
            self._take()
        else:
            self._done([path])

    def _typed(self) -> None:
        path = Path(self.where.line.text().strip()).expanduser()
        if path.is_dir():
            self.look_into(path)
        elif path.is_file() and self._wants != "folder":
            self._done([path])

    def _take(self) -> None:
        key = self.entries.current_key()
        current = [Path(key)] if key and Path(key).is_file() else []
        if self._wants == "folder":
            self._done([self._folder])
        elif self._wants == "files":
            ticked = self.entries.rows.checked
            self._done([Path(row.key) for row in self.entries.rows.rows if row.key in ticked] or current)
        else:
            self._done(current or ([self._folder] if self._wants == "any" else []))

    def _done(self, paths: Sequence[Path]) -> None:
        if paths:
            self.discard()
            self._taken(paths)

    def discard(self) -> None:
        """Go back to the page that asked."""
        self.desk.go.close_sheet()


def known_places() -> list[tuple[str, Path]]:
    """Where people keep things: home, desktop, documents, downloads, pictures, memory sticks."""
    kinds = QStandardPaths.StandardLocation
    wanted = [Path.home()]
    for kind in (kinds.DesktopLocation, kinds.DocumentsLocation, kinds.DownloadLocation, kinds.PicturesLocation):
        wanted += [Path(place) for place in QStandardPaths.standardLocations(kind)[:1]]
    places = [("folder", path) for path in dict.fromkeys(wanted) if path.is_dir()]
    for volume in QStorageInfo.mountedVolumes():
        root = Path(volume.rootPath())
        is_drive = volume.rootPath()[1:2] == ":" or volume.rootPath().startswith(REMOVABLE)
        if is_drive and volume.isReady() and not volume.isReadOnly():
            places.append(("drive", root))
    return places[:8]


def _list(folder: Path, *, wants_files: bool) -> list[tuple[bool, Path]]:
    """Folders first, then files, by name; hidden ones are left out."""
    found: list[tuple[bool, Path]] = []
    for entry in folder.iterdir():
        if entry.name.startswith("."):
            continue
        try:
            is_folder = entry.is_dir()
        except OSError:
            continue
        if is_folder or wants_files:
            found.append((is_folder, entry))
        if len(found) >= MAX_ENTRIES:
            break
    return sorted(found, key=lambda pair: (not pair[0], pair[1].name.casefold()))
