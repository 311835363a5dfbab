"""Making the redacted copy of a text: passages replaced, a second pass over the result, and its record."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from evidence.errors import EvidenceError
from evidence.model import RedactionKind, Tool
from evidence.redaction.lines import line_leaves, line_salt, lines_of
from evidence.redaction.passages import LEAST_LETTERS, find, letters_of, remains
from evidence.redaction.picture import Redacted
from evidence.redaction.record import Redaction, TextProof
from evidence.redaction.tiles import root_of

MARK = "█████"
"""Stands for every passage, whatever its length was."""
MOST_BYTES = 16 << 20
MOST_LINES = 250_000
"""The record names each line: a verifier keeps it in memory."""


def read_text(data: bytes) -> tuple[str, str]:
    """A text file as text, and the name of its encoding. Raises :class:`EvidenceError` ``redaction.no_text``,
    ``redaction.text_too_long``."""
    if len(data) > MOST_BYTES:
        raise EvidenceError("redaction.text_too_long", most=MOST_BYTES >> 20)
    encodings = ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp949")
    for encoding in encodings:
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise EvidenceError("redaction.no_text")


def redact_text(
    data: bytes, passages: Sequence[str], *, seed: bytes, original_sha256: str, tool: Tool
) -> Redacted:  # fmt: skip
    """Replace every place where one of ``passages`` stands, in any normal form, case or spacing.

    A second pass reads the copy anew, by another way, also through tags and escapes. Raises :class:`EvidenceError`
    ``redaction.nothing_marked``, ``redaction.passage_too_short``, ``redaction.not_found`` (with the position of the
    passage, from 1: a slip of the pen must not pass for a redaction), ``redaction.remains``, and as
    :func:`read_text`.
    """
    text, encoding = read_text(data)
    if not passages:
        raise EvidenceError("redaction.nothing_marked")
    if any(letters_of(passage) < LEAST_LETTERS for passage in passages):
        raise EvidenceError("redaction.passage_too_short", least=LEAST_LETTERS)
    for number, passage in enumerate(passages, 1):
        if not find(text, [passage]):
            raise EvidenceError("redaction.not_found", position=number)
    places = find(text, passages)
    lines, copied, hidden = lines_of(text), [], []
    if len(lines) > MOST_LINES:
        raise EvidenceError("redaction.text_too_long", most=MOST_BYTES >> 20)
    leaves, start, next_place = line_leaves(lines, seed), 0, 0
    for position, line in enumerate(lines):
        end = start + len(line)
        while next_place < len(places) and places[next_place][1] <= start:
            next_place += 1
        after = next_place
        while after < len(places) and places[after][0] < end:
            after += 1
        mine = places[next_place:after]
        if mine:
            hidden.append(position)
        copied.append(_without(line, start, mine))
        start = end
    copy = "".join(copied)
    reading = remains(copy, passages)
    if reading:
        raise EvidenceError("redaction.remains", reading=reading)
    gone = set(hidden)
    shown = [(leaf if at in gone else line_salt(seed, at)).hex() for at, leaf in enumerate(leaves)]
    made = copy.encode()
    proof = TextProof(encoding=encoding, hidden=tuple(hidden), lines=tuple(shown), passages=len(places))
    record = Redaction(
        kind=RedactionKind.TEXT, original_sha256=original_sha256, copy_sha256=hashlib.sha256(made).hexdigest(),
        root=root_of(leaves).hex(), tool=tool, text=proof,
    )  # fmt: skip
    return Redacted(made, "text/plain", record)


def root_of_text(text: str, seed: bytes) -> str:
    """The commitment to this text under ``seed``, hexadecimal."""
    return root_of(line_leaves(lines_of(text), seed)).hex()


def _without(line: str, start: int, places: Sequence[tuple[int, int]]) -> str:
    """A line with each place marked; its end stays, so that the lines stay as many as they were."""
    body = line[:-1] if line.endswith("\n") else line
    parts, at = [], 0
    for left, right in places:
        left, right = max(left - start, 0), min(right - start, len(body))
        parts.append(body[at:left] + MARK)
        at = max(right, at)
    return "".join(parts) + body[at:] + line[len(body) :]
