"""A plain notes page: what is seen after leaving. It is what it looks like, and says nothing of anything else.

What is written in it stays in memory, unless the person saves it as a text file, where and under whatever name she
likes. No list of recent files.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QCloseEvent, QKeySequence
from PySide6.QtWidgets import QFileDialog, QLabel, QMainWindow, QMenu, QMessageBox, QPlainTextEdit

from ui import icons
from ui.desk import Desk
from ui.jobs import Lane

LARGEST = 4 << 20
"""Bytes of a text file that is opened."""
ENCODINGS = ("utf-8-sig", "cp949", "latin-1")
"""Tried in turn; the last one reads anything."""
Standard = QKeySequence.StandardKey


class NotesWindow(QMainWindow):
    """Menus, a page to write on, a line that says where one is. ``closed``: the person closed it."""

    closed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._path: Path | None = None
        self._is_ending = False
        self.page = QPlainTextEdit()
        self.page.setObjectName("notes")
        self.setCentralWidget(self.page)
        self.place = QLabel()
        self.statusBar().addPermanentWidget(self.place)
        self.statusBar().setSizeGripEnabled(False)
        self._menus: list[QMenu] = []
        self._actions: dict[str, QAction] = {}
        self._build_menus()
        self.page.cursorPositionChanged.connect(self._say_place)
        self.page.document().modificationChanged.connect(self._say_title)
        desk.language_changed.connect(self.relook)
        desk.language_changed.connect(self.retranslate)
        desk.look_changed.connect(self.relook)
        self.relook()
        self.retranslate()

    def _build_menus(self) -> None:
        page = self.page
        entries: list[list[tuple[str, Standard | str, Callable[[], object]] | None]] = [
            [("new", Standard.New, self.new), ("open", Standard.Open, self.choose_file), None,
             ("save", Standard.Save, self.save), ("save_as", "Ctrl+Shift+S", self.save_as), None,
             ("close", Standard.Close, self.close)],
            [("undo", Standard.Undo, page.undo), ("redo", Standard.Redo, page.redo), None,
             ("cut", Standard.Cut, page.cut), ("copy", Standard.Copy, page.copy), ("paste", Standard.Paste, page.paste),
             ("all", Standard.SelectAll, page.selectAll)],
        ]  # fmt: skip
        for column in entries:
            menu = self.menuBar().addMenu("")
            self._menus.append(menu)
            for entry in column:
                if entry is None:
                    menu.addSeparator()
                    continue
                name, keys, do = entry
                action = menu.addAction("")
                action.setShortcut(QKeySequence(keys))
                action.triggered.connect(lambda _checked=False, do=do: do())
                self._actions[name] = action

    def retranslate(self) -> None:
        """Say its words in the language of the window."""
        t = self._desk.t
        for menu, title in zip(self._menus, (t("&File"), t("&Edit")), strict=True):
            menu.setTitle(title)
        words = {
            "new": t("New"), "open": t("Open…"), "save": t("Save"), "save_as": t("Save as…"), "close": t("Close"),
            "undo": t("Undo"), "redo": t("Redo"), "cut": t("Cut"), "copy": t("Copy"), "paste": t("Paste"),
            "all": t("Select all"),
        }  # fmt: skip
        for name, action in self._actions.items():
            action.setText(words[name])
        self.page.setAccessibleName(t("Notes"))
        self._say_title()
        self._say_place()

    def relook(self) -> None:
        """Follow the colours and the size of text: someone needs them here too."""
        theme = self._desk.theme
        self.setStyleSheet(theme.stylesheet())
        self.setWindowIcon(icons.icon("notes", "#6B6B6B", 64))
        self.page.setFont(theme.font("lead"))

    def new(self) -> None:
        """An empty page, once what is there is saved or given up."""
        self._unless_unsaved(lambda: self._take(None, ""))

    def choose_file(self) -> None:
        """Ask for a text file and show it."""
        self._unless_unsaved(lambda: self._ask(QFileDialog.AcceptMode.AcceptOpen, self.open_file))

    def open_file(self, path: Path) -> None:
        """Show a text file."""
        self._desk.jobs.start(
            lambda _progress, _cancelled: read_text(path), lambda words: self._take(path, words),
            lambda _problem: self._cannot(path), lane=Lane.PARALLEL,
        )  # fmt: skip

    def save(self) -> None:
        """Save under the present name, or ask for one."""
        if self._path is None:
            self.save_as()
        else:
            self.save_to(self._path)

    def save_as(self) -> None:
        """Ask for a name and save there."""
        self._ask(QFileDialog.AcceptMode.AcceptSave, self.save_to)

    def save_to(self, path: Path) -> None:
        """Write the page as UTF-8."""
        words = self.page.toPlainText()

        def done(_nothing: object) -> None:
            self._path = path
            if words == self.page.toPlainText():
                self.page.document().setModified(False)
            self._say_title()

        self._desk.jobs.start(
            lambda _progress, _cancelled: write_text(path, words), done, lambda _problem: self._cannot(path),
            lane=Lane.PARALLEL,
        )  # fmt: skip

    def discard(self) -> None:
        """The program ends: close without a question."""
        self._is_ending = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask for what is not saved; then the program ends."""
        if self._is_ending:
            event.accept()
        elif self.page.document().isModified():
            event.ignore()
            self._unless_unsaved(self._end)
        else:
            event.accept()
            self._is_ending = True
            self.closed.emit()

    def _end(self) -> None:
        self.page.document().setModified(False)
        self.close()

    def _take(self, path: Path | None, words: str) -> None:
        self.page.setPlainText(words)
        self._path = path
        self.page.document().setModified(False)
        self._say_title()

    def _unless_unsaved(self, do: Callable[[], object]) -> None:
        if not self.page.document().isModified():
            do()
            return
        t = self._desk.t
        box = QMessageBox(QMessageBox.Icon.NoIcon, t("Notes"), t("There are changes that are not saved."), parent=self)
        keep = box.addButton(t("Save"), QMessageBox.ButtonRole.AcceptRole)
        drop = box.addButton(t("Do not save"), QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(t("Go back"), QMessageBox.ButtonRole.RejectRole)

        def answered() -> None:
            if box.clickedButton() is keep:
                self.save()
            elif box.clickedButton() is drop:
                do()
            box.deleteLater()

        box.finished.connect(answered)
        box.open()

    def _ask(self, mode: QFileDialog.AcceptMode, do: Callable[[Path], None]) -> None:
        t = self._desk.t
        dialog = QFileDialog(self, t("Notes"), str(Path.home()), f"{t('Text')} (*.txt);;{t('All files')} (*)")
        dialog.setAcceptMode(mode)
        if mode is QFileDialog.AcceptMode.AcceptSave:
            dialog.setDefaultSuffix("txt")
        else:
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda chosen: do(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _cannot(self, path: Path) -> None:
        self.statusBar().showMessage(self._desk.t("This file cannot be used: {name}", name=path.name), 8000)

    def _say_title(self) -> None:
        t = self._desk.t
        name = self._path.name if self._path is not None else t("Untitled")
        star = "*" if self.page.document().isModified() else ""
        self.setWindowTitle(f"{star}{name} – {t('Notes')}")

    def _say_place(self) -> None:
        cursor = self.page.textCursor()
        line, column = cursor.blockNumber() + 1, cursor.positionInBlock() + 1
        self.place.setText(self._desk.t("Line {line}, column {column}", line=line, column=column))


def read_text(path: Path) -> str:
    """The words of a text file of at most :data:`LARGEST` bytes. Raises ``OSError``."""
    with path.open("rb") as stream:
        data = stream.read(LARGEST + 1)
    if len(data) > LARGEST or b"\0" in data:
        raise OSError("not a text file")
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise OSError("not a text file")


def write_text(path: Path, words: str) -> None:
    """Write so that the file is the old one or the new one, never half of it. Raises ``OSError``."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with beside.open("w", encoding="utf-8", newline="") as stream:
            stream.write(words.replace("\n", os.linesep))
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
