"""Looking for signs of manipulation from a terminal: exhibits of a vault, or files and folders outside of one."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.cli.console import Console
from app.cli.opened import choose, never, unlocked
from app.cli.wording import score_lines
from app.ports import program_ports
from evidence import session as verbs
from evidence.digest import to_json
from evidence.errors import EvidenceError
from evidence.i18n import Texts, visible
from evidence.model import Band
from evidence.session import ScoredFile

DONE = 0
FAILED = 2


def add_score_arguments(parser: argparse.ArgumentParser, t: Texts) -> None:
    """The options of ``score``: a vault with a case, or a folder."""
    parser.add_argument("vault", type=Path, metavar="VAULT|FOLDER")
    parser.add_argument(
        "--case", default="", metavar="ID", help=t("with a vault: the case’s id; without it, a folder is looked at")
    )
    parser.add_argument(
        "--item", action="append", default=[], metavar="NO", help=t("an exhibit number; without it all of them")
    )
    add_trust_arguments(parser, t)
    parser.set_defaults(run=score)


def add_score_file_arguments(parser: argparse.ArgumentParser, t: Texts) -> None:
    """The options of ``score-file``."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    add_trust_arguments(parser, t)
    parser.set_defaults(run=lambda arguments, console: _score_loose(arguments.paths, arguments, console))


def add_trust_arguments(parser: argparse.ArgumentParser, t: Texts) -> None:
    """Whom to trust for content credentials."""
    parser.add_argument(
        "--c2pa-trust", action="append", default=[], type=Path, metavar="CERT.pem",
        help=t("certificates that you trust for content credentials (C2PA); a vault keeps them. None is built in"),
    )  # fmt: skip


def score(arguments: argparse.Namespace, console: Console) -> int:
    """Score exhibits of a case; without a case, the files of a folder."""
    if not arguments.case:
        if (arguments.vault / "vault.db").exists() or arguments.item:
            raise EvidenceError("score.case_needed")
        return _score_loose([arguments.vault], arguments, console)
    with unlocked(arguments, console) as session:
        for path in arguments.c2pa_trust:
            session.scores.add_trust_anchors(path)
        chosen = choose(session.exhibits(arguments.case), arguments.item)
        reports = session.score(
            arguments.case, [exhibit.item.id for exhibit in chosen], progress=console.progress, cancelled=never
        )
    lines: list[str] = []
    numbers = {exhibit.item.id: exhibit.item.number for exhibit in chosen}  # those that are held back have no score
    for report in reports:
        lines += [numbers[report.item_id], *(f"    {line}" for line in score_lines(console.t, report))]
    console.result({"scores": to_json(reports)}, [*lines, *_bands(console.t, [report.band for report in reports])])
    return DONE


def _score_loose(paths: Sequence[Path], arguments: argparse.Namespace, console: Console) -> int:
    """Score files that are in no vault, and keep nothing. The exit code says whether one could not be read."""
    t = console.t
    files = verbs.score_files(
        paths, trust_anchors=arguments.c2pa_trust, progress=console.progress, cancelled=never, ports=program_ports()
    )
    lines: list[str] = []
    for one in files:
        said = score_lines(t, one.report) if one.report is not None else t.error(one.error) if one.error else ()
        lines += [visible(str(one.path)), *(f"    {line}" for line in said)]
    lines += _bands(t, [one.report.band for one in files if one.report is not None])
    unread = [{"path": str(one.path), "code": one.error.code} for one in files if one.error is not None]
    console.result({"scores": [_document(one) for one in files if one.report is not None], "unread": unread}, lines)
    return FAILED if unread else DONE


def _document(one: ScoredFile) -> dict[str, Any]:
    return {"path": str(one.path), **to_json(one.report)}


def _bands(t: Texts, bands: Sequence[Band]) -> list[str]:
    """How many of each band, where there are several."""
    if len(bands) < 2:
        return []
    counted = Counter(bands)
    return ["", *(f"{t.number(counted[band])}  {t.code('name', f'band.{band}')}" for band in Band if counted[band])]
