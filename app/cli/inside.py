"""What files say about themselves, from a terminal."""

from __future__ import annotations

import argparse

from app.cli.console import Console
from app.cli.opened import choose, unlocked
from app.cli.wording import exhibit_document, exhibit_lines
from evidence.i18n import Texts, visible
from evidence.model import Exhibit

DONE = 0


def add_metadata_arguments(parser: argparse.ArgumentParser, t: Texts) -> None:
    """The options of ``metadata``; vault, case and exhibits are added by the caller."""
    words = t("keep it as a report of its own, derived from the exhibit")
    parser.add_argument("--keep", action="store_true", help=words)
    parser.set_defaults(run=metadata)


def metadata(arguments: argparse.Namespace, console: Console) -> int:
    """Say what pictures and films tell about themselves; with ``--keep``, seal it too."""
    t = console.t
    documents, kept, lines = [], [], []
    with unlocked(arguments, console) as session:
        for exhibit in choose(session.exhibits(arguments.case), arguments.item):
            found = session.metadata(exhibit.item.id)
            documents.append({"exhibit": exhibit.item.number, "files": found})
            for file in found:
                lines.append(f"{exhibit.item.number}  {visible(file['name'])}  {file['media_type']}")
                lines += [f"    {visible(name)}: {visible(value)}" for name, value in sorted(file["metadata"].items())]
                if file["tells_place"]:
                    lines.append("    " + t("It tells a place. Think of that before you hand it over."))
            if found and arguments.keep:
                report = Exhibit(item=session.keep_metadata(exhibit.item.id))
                kept.append(exhibit_document(report)["item"])
                lines += exhibit_lines(t, report)
    lines.append(t("Whoever made a file could write anything there: it supports, it proves nothing."))
    console.result({"metadata": documents, "items": kept}, lines)
    return DONE
