"""Which way the screen is captured on this computer, which monitors there are, and what this system does not tell."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from app.cli.codes import DONE
from app.cli.console import Console
from evidence import session as verbs
from evidence.digest import to_json
from evidence.errors import EvidenceError
from evidence.i18n import N_, Texts
from evidence.session import ScreenAccess

_WAYS = {
    "x11": N_("The screen is pictured directly (X11)."),
    "portal": N_("The system pictures the screen itself and may ask you first (Wayland)."),
    "windows": N_("The screen is pictured directly (Windows)."),
    "macos": N_("The screen is pictured directly (macOS); the system asks once whether the program may."),
}


def screens(arguments: argparse.Namespace, console: Console) -> int:
    """Say how the screen is captured here, and name the monitors. Nothing is pictured."""
    t, access = console.t, verbs.screen_access()
    lines = access_lines(t, access)
    try:
        monitors = verbs.screens()
    except EvidenceError as problem:
        monitors = []
        lines += list(t.error(problem))
    for each in monitors:
        area = each.region
        words = t(
            "Monitor {number}: {width} × {height} at {left},{top}", number=each.number, width=area.width,
            height=area.height, left=area.left, top=area.top,
        )  # fmt: skip
        lines.append(f"{words}  {each.name}".rstrip())
    console.result({"access": to_json(access), "screens": [to_json(each) for each in monitors]}, lines)
    return DONE


def access_lines(t: Texts, access: ScreenAccess) -> list[str]:
    """What capturing is like here, in sentences."""
    lines = [t(_WAYS[access.way])]
    if access.writes_copy:
        lines.append(
            t("It writes each picture into a file of its own first. That file is removed once it is read; if it "
              "cannot be, you are told where it lies. Traces of it may stay on the disk.")
        )  # fmt: skip
    if not access.names_windows:
        lines.append(t("Title and program of the active window are not told by this system."))
    if access.chooses_film:
        lines.append(
            t("For a recording or a long chat the system asks which monitor may be seen. It takes PipeWire and the "
              "portal for ScreenCast; without them, take single pictures or log in with an “Xorg” or “X11” session.")
        )  # fmt: skip
    return lines


def add_ask_argument(parser: argparse.ArgumentParser, t: Texts) -> None:
    """``--ask``, for a system that has a window of its own to choose with."""
    parser.add_argument(
        "--ask", action="store_true", help=t("choose in the system’s own window what is taken in (Wayland)")
    )


class LeftBehind:
    """Says where the system's own copies of pictures still lie, whatever became of the capture."""

    def __init__(self, console: Console, paths: Sequence[Path]) -> None:
        self._console, self._paths = console, paths

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        t = self._console.t
        for path in self._paths:
            self._console.say(
                t("The system’s own copy of the picture could not be removed. It lies here: {path}", path=path)
            )

    def document(self) -> dict[str, list[str]]:
        """For ``--json``."""
        return {"left_behind": [str(path) for path in self._paths]} if self._paths else {}
