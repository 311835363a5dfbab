"""``codes``: the QR codes in pictures, read without opening what they lead to."""

from __future__ import annotations

import argparse

from app.cli.console import Console
from app.cli.opened import choose, never, unlocked
from app.cli.wording import exhibit_document
from evidence.errors import EvidenceError
from evidence.i18n import Texts, visible
from evidence.model import Exhibit, Item

DONE = 0


def add_codes_arguments(parser: argparse.ArgumentParser, t: Texts) -> None:
    """The words of ``codes``; the vault, the case and the exhibits stand in the parser already."""
    parser.add_argument(
        "--take-links", action="store_true", help=t("take in each link that is found; it is never opened")
    )
    parser.set_defaults(run=read_codes)


def read_codes(arguments: argparse.Namespace, console: Console) -> int:
    """Read the codes in the chosen pictures."""
    t = console.t
    found_in, added = [], list[Item]()
    with unlocked(arguments, console) as session:
        chosen = choose(session.exhibits(arguments.case), arguments.item)
        for exhibit in chosen:
            if not arguments.item and not any(file.media_type.startswith("image/") for file in exhibit.item.files):
                continue
            try:
                found = session.read_codes(exhibit.item.id, cancelled=never)
            except EvidenceError as problem:
                if arguments.item or not problem.code.startswith(("media.", "guard.")):
                    raise
                continue  # one picture of many that cannot be decoded, or is held back
            found_in.append((exhibit.item.number, found))
            if arguments.take_links:
                added += session.add_codes(exhibit.item.id, found)
    document = {
        "codes": [
            {"exhibit": number, "text": code.text, "link": code.link} for number, found in found_in for code in found
        ],
        "items": [exhibit_document(Exhibit(item=item))["item"] for item in added],
    }
    lines = [f"{number}  {visible(code.text)}" for number, found in found_in for code in found]
    lines += [t("Taken in as {number}: {title}", number=item.number, title=visible(item.title)) for item in added]
    console.result(document, lines or [t("No QR code was found.")])
    return DONE
