"""Watching a folder from a terminal."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from app.cli.console import Console
from app.cli.opened import unlocked
from app.cli.wording import exhibit_document, exhibit_lines
from evidence.i18n import Texts
from evidence.model import Exhibit, Item
from evidence.session import Afterwards

DONE = 0
FAILED = 2
_LOOK_S = 2.0


def add_watch_arguments(parser: argparse.ArgumentParser, t: Texts) -> None:
    """The options of ``watch``; the vault and the case are added by the caller."""
    parser.add_argument("folder", type=Path, metavar="DIR", help=t("the folder that is watched"))
    parser.add_argument("--seconds", type=float, metavar="S", help=t("how long; without it until Ctrl+C"))
    after = parser.add_mutually_exclusive_group()
    after.add_argument(
        "--move-to", type=Path, metavar="DIR", help=t("move each file there once its sealed copy was read back")
    )
    after.add_argument("--remove", action="store_true", help=t("remove each file once its sealed copy was read back"))
    parser.add_argument("--every", type=float, default=_LOOK_S, metavar="S", help=t("seconds between two looks"))
    parser.set_defaults(run=watch)


def watch(arguments: argparse.Namespace, console: Console) -> int:
    """Seal what arrives in a folder until it is told to stop."""
    t = console.t
    afterwards = (
        Afterwards.GOES if arguments.remove else Afterwards.MOVES if arguments.move_to else Afterwards.STAYS
    )  # fmt: skip
    items: list[Item] = []
    codes: list[str] = []
    with unlocked(arguments, console) as session:
        watched = session.watch(
            arguments.case, arguments.folder, afterwards=afterwards, place=arguments.move_to, note=arguments.note,
            lawful_access=arguments.lawful_access, minor=arguments.minor,
        )  # fmt: skip
        console.say(t("The folder is being watched. Ctrl+C ends it."))
        until = None if arguments.seconds is None else time.monotonic() + arguments.seconds
        try:
            while until is None or time.monotonic() < until:
                arrived = watched.look()
                items += arrived.items
                for item in arrived.items:
                    list(map(console.say, exhibit_lines(t, Exhibit(item=item))))
                for problem in arrived.problems:
                    codes.append(problem.code)
                    list(map(console.say, t.error(problem)))
                time.sleep(max(0.05, arguments.every))
        except KeyboardInterrupt:
            pass
    document = {"items": [exhibit_document(Exhibit(item=item))["item"] for item in items], "problems": codes}
    console.result(document, [t.plural("{n} exhibit", "{n} exhibits", len(items))])
    return FAILED if codes and not items else DONE
