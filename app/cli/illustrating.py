"""Illustrations of a score from a terminal: sealed as exhibits of their own, never written as files."""

from __future__ import annotations

import argparse

from app.cli.console import Console
from app.cli.opened import choose, unlocked
from app.cli.wording import exhibit_document, exhibit_lines
from evidence.errors import EvidenceError
from evidence.i18n import Texts
from evidence.model import Exhibit
from evidence.session import Wanted

DONE = 0


def add_illustrate_arguments(parser: argparse.ArgumentParser, t: Texts) -> None:
    """The options of ``illustrate``; vault and case are added by the caller."""
    parser.add_argument("--item", required=True, metavar="NO", help=t("the exhibit, A-01 for instance"))
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--map", default="", metavar="DETECTOR", help=t("where this detector’s output came from"))
    words = t("noise and fine edges, or what one more compression changes")
    which.add_argument("--layer", choices=("residual", "error_level"), help=words)
    parser.add_argument("--face", type=int, default=1, metavar="N", help=t("for a map: which face, 1 the largest"))
    words = t("for a map of a film: which of the pictures that mattered, 1 the earliest; the score names them")
    parser.add_argument("--picture", type=int, default=1, metavar="N", help=words)
    parser.set_defaults(run=illustrate)


def illustrate(arguments: argparse.Namespace, console: Console) -> int:
    """Draw one illustration and seal it as an exhibit that names what it is derived from."""
    t = console.t
    if arguments.face < 1 or arguments.picture < 1:
        raise EvidenceError("illustration.no_face", number=arguments.item)
    wanted = Wanted("map", arguments.map, arguments.face - 1) if arguments.map else Wanted(arguments.layer)
    with unlocked(arguments, console) as session:
        [exhibit] = choose(session.exhibits(arguments.case), [arguments.item])
        of_film = [
            one for one in session.illustrations.kinds(exhibit.item.id)
            if one.at_s is not None and one.detector == arguments.map
        ]  # fmt: skip
        if of_film:
            if arguments.picture > len(of_film):
                raise EvidenceError("illustration.no_face", number=arguments.item)
            wanted = of_film[arguments.picture - 1]
        kept = Exhibit(item=session.illustrations.keep(exhibit.item.id, wanted))
    lines = [
        *exhibit_lines(t, kept),
        t("It is an illustration: it shows on what a detector rested, or how a picture was compressed. It proves "
          "nothing."),
        t("It shows the content. It is sealed like the original."),
    ]  # fmt: skip
    console.result({"items": [exhibit_document(kept)["item"]]}, lines)
    return DONE
