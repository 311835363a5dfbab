"""Passages are gone in every form; the other lines are provably the original's."""

from __future__ import annotations

import hashlib
import io
import unicodedata
from dataclasses import replace
from typing import Any

import pytest

from evidence.digest import canonical_json, from_json, parse_json
from evidence.errors import EvidenceError
from evidence.model import Tool
from evidence.redaction import MARK, PartsChecked, Redacted, Redaction, check_redaction, redact_text
from evidence.redaction.lines import lines_of
from evidence.redaction.passages import find, remains

TOOL = Tool(name="Holdfast", version="0.1.0", python="3.11", system="Linux", libraries={})
SEED = bytes(range(32))
CHAT = "2026-03-01, 김하늘 : 안녕\n2026-03-01, 이웃 : 하늘이 맑다\n@sky_kim: see you\nend without a line feed"


def made_of(text: str | bytes, *passages: str) -> Redacted:
    data = text if isinstance(text, bytes) else text.encode()
    return redact_text(data, passages, seed=SEED, original_sha256=hashlib.sha256(data).hexdigest(), tool=TOOL)


def code_of(text: str | bytes, *passages: str) -> str:
    with pytest.raises(EvidenceError) as caught:
        made_of(text, *passages)
    return caught.value.code


def checked(record: Redaction, data: bytes) -> PartsChecked:
    return check_redaction(record, io.BytesIO(data))


def test_only_the_marked_lines_are_not_confirmed() -> None:
    made = made_of(CHAT, "김하늘", "@SKY_KIM")
    assert made.data.decode() == CHAT.replace("김하늘", MARK).replace("@sky_kim", MARK)
    assert checked(made.record, made.data) == PartsChecked("", confirmed=2, hidden=2)
    assert made.record.text is not None and (made.record.text.hidden, made.record.text.passages) == ((0, 2), 2)
    assert from_json(parse_json(canonical_json(made.record)), Redaction) == made.record
    assert "김하늘" not in canonical_json(made.record).decode()


@pytest.mark.parametrize(
    "written",
    [
        "김하늘", unicodedata.normalize("NFD", "김하늘"), "김 하 늘", "김\u200b하\u00a0늘", "김\n하늘",
        r"\uae40\ud558\ub298", "&#44608;하&#xb298;", "%EA%B9%80%ED%95%98%EB%8A%98",
        r"\u00ea\u00b9\u0080\u00ed\u0095\u0098\u00eb\u008a\u0098",
    ],
)  # fmt: skip
def test_a_passage_is_found_however_it_is_written(written: str) -> None:
    text = f"before {written} after\nlast\n"
    made = made_of(text, "김하늘")
    copy = made.data.decode()
    assert copy.startswith(f"before {MARK}") and copy.endswith(" after\nlast\n") and not remains(copy, ["김하늘"])
    assert checked(made.record, made.data).problem == ""


def test_letters_are_taken_whole() -> None:
    assert find("김한 갔다", ["김하"]) == [] and not remains("김한 갔다", ["김하"])
    assert find("cafe\u0301", ["cafe"]) == [] and find("CAFE\u0301!", ["café"]) == [(0, 5)]
    assert find("ＡＢＣ １２３", ["abc123"]) == [(0, 7)]
    assert find("abcabc", ["abc", "bca"]) == [(0, 6)]
    assert find("Straße", ["STRASSE"]) == [(0, 6)]


def test_what_cannot_be_done_is_refused() -> None:
    assert code_of(CHAT) == "redaction.nothing_marked"
    assert code_of(CHAT, "김") == "redaction.passage_too_short"
    assert code_of(CHAT, "김하늘", "nobody") == "redaction.not_found"
    assert code_of(b"\xff\x00\x81\xfe" * 4, "ab") == "redaction.no_text"
    # Somewhere it is torn apart by tags: it cannot be replaced there, and must not stay unseen.
    assert code_of("<p>secret</p> <b>sec</b>ret", "secret") == "redaction.remains"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp949"])
def test_other_encodings_are_read_and_written_as_utf_8(encoding: str) -> None:
    made = made_of(CHAT.encode(encoding), "이웃")
    assert made.data.decode() == CHAT.replace("이웃", MARK)
    assert made.record.text is not None and made.record.text.encoding == encoding
    assert checked(made.record, made.data).confirmed == 3


def test_a_changed_line_or_a_record_that_lies_confirms_nothing() -> None:
    made = made_of(CHAT, "이웃")
    proof = made.record.text
    assert proof is not None
    for data in (made.data.replace(b"end", b"and"), made.data + b"\n", made.data[:-1], b"", b"\xff" + made.data):
        record = replace(made.record, copy_sha256=hashlib.sha256(data).hexdigest())
        assert checked(record, data).problem in ("not_from_original", "other_form")
        assert checked(made.record, data).problem
    shown = made.data.replace(MARK.encode(), "이웃".encode())
    assert checked(replace(made.record, copy_sha256=hashlib.sha256(shown).hexdigest()), shown).problem == "not_covered"
    edits: list[dict[str, Any]] = [
        {"hidden": ()}, {"hidden": (0, 1)}, {"hidden": (1, 1)}, {"hidden": (9,)}, {"lines": proof.lines[:-1]},
        {"lines": proof.lines[::-1]}, {"lines": ("zz" * 32, *proof.lines[1:])},
    ]  # fmt: skip
    for edit in edits:
        assert checked(replace(made.record, text=replace(proof, **edit)), made.data).problem
    assert checked(replace(made.record, root=""), made.data).problem == "malformed"


def test_lines_are_counted_once() -> None:
    assert lines_of("a\nb") == ["a\n", "b"] and lines_of("a\n") == ["a\n"] and lines_of("") == []
    assert lines_of("\n\n") == ["\n", "\n"] and lines_of("a\r\nb\r") == ["a\r\n", "b\r"]
