"""``receipt import``: bring home what a receiver signed."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.cli.console import Console
from app.cli.opened import unlocked
from evidence.digest import fingerprint_groups, to_json
from evidence.i18n import Texts, visible
from evidence.model import Answer, ClaimName

DONE = 0


def add_receipt_verbs(
    parser: argparse.ArgumentParser, t: Texts, kind: type[argparse.ArgumentParser],
    parents: list[argparse.ArgumentParser],
) -> None:  # fmt: skip
    """The words of ``receipt``."""
    verbs = parser.add_subparsers(metavar=t("COMMAND"), required=True, parser_class=kind)
    bring = verbs.add_parser("import", parents=parents, help=t("check a receipt and keep it in the custody log"))
    bring.add_argument("vault", type=Path, metavar="VAULT")
    bring.add_argument("receipt", type=Path, metavar="RECEIPT", help=t("the file that the receiver gave you"))
    bring.add_argument("--case", required=True, metavar="ID", help=t("the case’s id, as “case list” prints it"))
    bring.set_defaults(run=import_receipt)


def import_receipt(arguments: argparse.Namespace, console: Console) -> int:
    """Check a receipt against the case and log it; says who signed it, as far as that can be known."""
    t = console.t
    with unlocked(arguments, console) as session:
        read = session.import_receipt(arguments.case, arguments.receipt)
    receipt = read.receipt
    lines = [
        t("The receipt is in the custody log. Keep the file: it shows if an older copy of the vault is put back."),
        t("Receiver, in their own words: {name}", name=visible(receipt.receiver)),
        *([t("Note: {note}", note=visible(receipt.note))] if receipt.note else []),
        t("Package {id}", id=receipt.package_id),
        t("What they were told:"),
    ]
    for claim, answer in receipt.answers.items():
        name = t.code("name", f"claim.{claim}") if claim in set(ClaimName) else visible(claim)
        said = t.code("name", f"answer.{answer}") if answer in set(Answer) else visible(answer)
        lines.append("    " + t("{where}: {words}", where=name, words=said))
    lines += [
        t("Fingerprint of the key that signed it. Compare it with what the receiver told you in another way:"),
        f"    {fingerprint_groups(receipt.certificate_sha256)}",
        f"    {read.words}",
    ]
    console.result(to_json(read), lines)
    return DONE
