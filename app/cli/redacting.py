"""``holdfast redact``: redacted copies of an exhibit, made, listed and taken back."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.cli.console import Console
from app.cli.opened import choose, unlocked
from evidence.capture import Region
from evidence.digest import fingerprint_groups, to_json
from evidence.errors import EvidenceError
from evidence.i18n import Texts
from evidence.model import CommittedFile, Fill, MarkedArea, RedactedCopy, RedactionWish, parse_span
from evidence.session import Session

DONE = 0
_MOST_PASSAGES = 1000


def add_redact_arguments(parser: argparse.ArgumentParser, t: Texts) -> None:
    """The words of ``redact``, but for vault and case."""
    parser.add_argument("--item", required=True, metavar="NO", help=t("an exhibit number"))
    parser.add_argument("--file", type=int, default=1, metavar="N", help=t("which of its files, counted from 1"))
    parser.add_argument(
        "--black", action="append", default=[], type=_area, metavar="X,Y,W,H",
        help=t("black out this part of the picture, in its pixels; may be given several times"),
    )  # fmt: skip
    parser.add_argument(
        "--blur", action="append", default=[], type=_area, metavar="X,Y,W,H",
        help=t("cover this part with one soft grey instead of black; nothing of it can be brought back"),
    )  # fmt: skip
    parser.add_argument(
        "--remove-text", action="append", default=[], metavar="TEXT",
        help=t("replace this passage wherever it stands, however it is written"),
    )  # fmt: skip
    parser.add_argument(
        "--remove-text-file", type=Path, metavar="FILE",
        help=t("passages to replace, one on each line; “-” reads them from standard input"),
    )  # fmt: skip
    parser.add_argument("--mute", action="store_true", help=t("take all sound out of a film"))
    parser.add_argument(
        "--silence", action="append", default=[], type=_span, metavar="FROM-TO",
        help=t("silence this part of a sound recording, in seconds: 12.5-15; may be given several times"),
    )  # fmt: skip
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--list", action="store_true", help=t("list the redacted copies"))
    what.add_argument("--take-back", metavar="ID", help=t("erase a redacted copy; the log notes it"))
    what.add_argument(
        "--commit", action="store_true",
        help=t("let the log fix now what the exhibit shows, for copies that may be made later"),
    )  # fmt: skip
    what.add_argument(
        "--seed", action="store_true",
        help=t("show the seed with which, and with the original, a copy can be confirmed; the log notes it"),
    )  # fmt: skip
    parser.set_defaults(run=redact)


def redact(arguments: argparse.Namespace, console: Console) -> int:
    """Make, list or take back redacted copies of one exhibit."""
    t = console.t
    wish = RedactionWish(
        areas=_areas(arguments), texts=tuple(_passages(arguments)), mute=arguments.mute,
        silences=tuple(arguments.silence),
    )  # fmt: skip
    is_other = arguments.list or arguments.take_back or arguments.commit or arguments.seed
    if is_other and wish != RedactionWish():
        raise EvidenceError("redaction.one_thing_at_a_time")
    with unlocked(arguments, console) as session:
        (exhibit,) = choose(session.exhibits(arguments.case), [arguments.item])
        item_id = exhibit.item.id
        made, lines = _done(session, arguments, t, item_id, wish)
        copies = session.redactions(item_id)
    lines += [line for copy in copies for line in copy_lines(t, copy)] or [t("There is no redacted copy of it.")]
    console.result({**made, "copies": [copy_document(copy) for copy in copies]}, lines)
    return DONE


def _done(
    session: Session, arguments: argparse.Namespace, t: Texts, item_id: str, wish: RedactionWish
) -> tuple[dict[str, Any], list[str]]:  # fmt: skip
    if arguments.list:
        return {}, []
    if arguments.take_back:
        session.take_back_redaction(item_id, arguments.take_back)
        return {"taken_back": arguments.take_back}, [t("The redacted copy is erased. The log notes it.")]
    if arguments.commit:
        roots = session.commit_parts(item_id)
        return {"roots": roots}, [t("Fixed in the log: {root}", root=fingerprint_groups(root)) for root in roots]
    if arguments.seed:
        seeds = session.redaction_seeds(item_id)
        return {"seeds": to_json(seeds)}, [line for each in seeds for line in seed_lines(t, each)]
    made = session.redact(item_id, wish, file_index=arguments.file - 1)
    return {"made": copy_document(made)}, [t("The redacted copy is kept. The original stays as it is.")]


def seed_lines(t: Texts, shown: CommittedFile) -> list[str]:
    """What is needed to confirm the copies of one original."""
    return [
        f"SHA-256 {fingerprint_groups(shown.original_sha256)}",
        t("Fixed in the log: {root}", root=fingerprint_groups(shown.root)),
        t("Seed: {seed}", seed=shown.seed),
        t("Computed anew from the original: the same.") if shown.is_confirmed
        else t("Computed anew from the original: not the same."),
    ]  # fmt: skip


def copy_lines(t: Texts, copy: RedactedCopy) -> list[str]:
    """A redacted copy in a few lines."""
    return [
        f"{copy.id}  {t.moment(copy.made_at)}  {copy.media_type}  {t.size(copy.digests.size)}",
        *(f"    {line}" for line in done_lines(t, copy.facts)),
        f"    SHA-256 {fingerprint_groups(copy.digests.sha256)}",
    ]


def done_lines(t: Texts, facts: dict[str, str]) -> list[str]:
    """What was done in a copy, in words."""
    lines = []
    if "areas" in facts:
        lines.append(t.plural("{n} area is covered.", "{n} areas are covered.", int(facts["areas"])))
    if facts.get("sound") == "removed":
        lines.append(t("All sound is taken out."))
    if "silences" in facts:
        lines.append(t.plural("{n} part is silenced.", "{n} parts are silenced.", int(facts["silences"])))
    if "passages" in facts:
        lines.append(t.plural("{n} passage is replaced.", "{n} passages are replaced.", int(facts["passages"])))
    return lines


def copy_document(copy: RedactedCopy) -> dict[str, Any]:
    """A redacted copy for programs: all but the name of the encrypted file."""
    document: dict[str, Any] = to_json(copy)
    del document["object_id"]
    return document


def _areas(arguments: argparse.Namespace) -> tuple[MarkedArea, ...]:
    """Black comes last: where areas meet, it stays."""
    fills = ((Fill.FLAT, arguments.blur), (Fill.BLACK, arguments.black))
    return tuple(MarkedArea(x, y, width, height, fill) for fill, areas in fills for x, y, width, height in areas)


def _passages(arguments: argparse.Namespace) -> Sequence[str]:
    passages: list[str] = list(arguments.remove_text)
    if arguments.remove_text_file is not None:
        try:
            text = (
                sys.stdin.read() if str(arguments.remove_text_file) == "-"
                else arguments.remove_text_file.read_text("utf-8-sig")
            )  # fmt: skip
        except (OSError, UnicodeDecodeError) as problem:
            raise EvidenceError("redaction.passages_unreadable") from problem
        passages += [line for line in text.splitlines() if line.strip()]
    if len(passages) > _MOST_PASSAGES:
        raise EvidenceError("redaction.passages_unreadable")
    return passages


def _span(text: str) -> tuple[int, int]:
    """``FROM-TO`` in seconds, as the first and the last millisecond."""
    try:
        return parse_span(text)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(text) from problem


def _area(text: str) -> tuple[int, int, int, int]:
    """``X,Y,W,H`` in pixels of the upright picture."""
    try:
        left, top, width, height = Region.parse(text)
    except EvidenceError as problem:
        raise argparse.ArgumentTypeError(text) from problem
    return left, top, width, height
