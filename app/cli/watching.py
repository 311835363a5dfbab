"""Watching a folder, or the clipboard, from a terminal."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from app.cli.clipboard import ClipboardWatch
from app.cli.console import Console
from app.cli.ending import CalmEnd
from app.cli.opened import unlocked
from app.cli.wording import exhibit_document, exhibit_lines
from evidence.errors import EvidenceError
from evidence.i18n import Texts
from evidence.model import Exhibit, Item
from evidence.session import Afterwards

DONE = 0
FAILED = 2
_LOOK_S = 2.0


def add_watch_arguments(parser: argparse.ArgumentParser, t: Texts) -> None:
    """The options of ``watch``; the vault and the case are added by the caller."""
    parser.add_argument("folder", type=Path, metavar="DIR", help=t("the folder that is watched"))
    parser.add_argument(
        "--clipboard", action="store_true", help=t("take in what is copied elsewhere, too (text and pictures)")
    )
    after = parser.add_mutually_exclusive_group()
    after.add_argument(
        "--move-to", type=Path, metavar="DIR", help=t("move each file there once its sealed copy was read back")
    )
    after.add_argument("--remove", action="store_true", help=t("remove each file once its sealed copy was read back"))
    _how_long(parser, t)
    parser.set_defaults(run=watch)


def add_clipboard_arguments(parser: argparse.ArgumentParser, t: Texts) -> None:
    """The options of ``clipboard``; the vault and the case are added by the caller."""
    _how_long(parser, t)
    parser.set_defaults(run=watch, folder=None, clipboard=True, remove=False, move_to=None)


def _how_long(parser: argparse.ArgumentParser, t: Texts) -> None:
    parser.add_argument("--seconds", type=float, metavar="S", help=t("how long; without it until Ctrl+C"))
    parser.add_argument("--every", type=float, default=_LOOK_S, metavar="S", help=t("seconds between two looks"))


def watch(arguments: argparse.Namespace, console: Console) -> int:
    """Seal what arrives in a folder, or what is copied, until it is told to stop."""
    t = console.t
    afterwards = (
        Afterwards.GOES if arguments.remove else Afterwards.MOVES if arguments.move_to else Afterwards.STAYS
    )  # fmt: skip
    items: list[Item] = []
    codes: list[str] = []
    with unlocked(arguments, console) as session, CalmEnd() as ending:
        folder = clipboard = None
        if arguments.folder is not None:
            folder = session.watch(
                arguments.case, arguments.folder, afterwards=afterwards, place=arguments.move_to, note=arguments.note,
                lawful_access=arguments.lawful_access, minor=arguments.minor,
            )  # fmt: skip
            console.say(t("The folder is being watched. Ctrl+C ends it."))
        if arguments.clipboard:
            session.case(arguments.case)

            def take(name: str, data: bytes | str, media_type: str) -> Item:
                return session.add_bytes(
                    arguments.case, name, data, arguments.note, media_type=media_type,
                    lawful_access=arguments.lawful_access, minor=arguments.minor,
                )  # fmt: skip

            clipboard = ClipboardWatch(take)
            console.say(t("What is copied elsewhere is taken in. Ctrl+C ends it."))
        until = None if arguments.seconds is None else time.monotonic() + arguments.seconds
        is_over = has_gone = False
        while not is_over and (until is None or time.monotonic() < until):
            came: list[Item] = []
            problems: list[EvidenceError] = []
            try:
                if folder is not None:
                    arrived = folder.look(lambda: ending.is_asked)
                    came, problems = [*arrived.items], [*arrived.problems]
            except EvidenceError as end:  # the folder is gone: what came before is said all the same
                problems, is_over, has_gone = [end], True, True
            if clipboard is not None:
                more, troubles = clipboard.look()
                came, problems = came + more, problems + troubles
            items += came
            for item in came:
                list(map(console.say, exhibit_lines(t, Exhibit(item=item))))
            for problem in problems:
                codes.append(problem.code)
                list(map(console.say, t.error(problem)))
            is_over = is_over or not ending.wait(max(0.05, arguments.every))
    document = {"items": [exhibit_document(Exhibit(item=item))["item"] for item in items], "problems": codes}
    console.result(document, [t.plural("{n} exhibit", "{n} exhibits", len(items))])
    return FAILED if has_gone or (codes and not items) else DONE
