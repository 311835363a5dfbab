"""Redacted copies from the command line."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from app.cli import run
from evidence.store import FLOOR

Holdfast = Callable[..., tuple[int, Any]]


@pytest.fixture
def holdfast(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Holdfast:
    """Runs a command with --json; gives the exit code and the document."""
    monkeypatch.setattr("evidence.store.vault.tuned_cost", lambda: FLOOR)

    def call(*words: object) -> tuple[int, Any]:
        code = run([*(str(word) for word in words), "--json", "--language", "en"])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return code, json.loads(said.out)

    return call


@pytest.fixture
def words(holdfast: Holdfast, tmp_path: Path) -> list[object]:
    """A vault with a case of a picture and a text, as the words that name it."""
    secret, text, picture = tmp_path / "passphrase.txt", tmp_path / "words.txt", tmp_path / "picture.png"
    secret.write_text("seven lanterns by the river\n", encoding="utf-8")
    text.write_text("invented words\nand more\n", encoding="utf-8")
    drawn = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(drawn, "PNG")
    picture.write_bytes(drawn.getvalue())
    vault = tmp_path / "vault"
    holdfast("vault", "create", vault, "--passphrase-file", secret)
    _code, case = holdfast("case", "create", vault, "--title", "one", "--passphrase-file", secret)
    found: list[object] = [vault, "--case", case["id"], "--passphrase-file", secret]
    holdfast("capture", "file", "--minor=no", *found, picture, text)
    return found


def test_copies_are_made_listed_and_taken_back(holdfast: Holdfast, words: list[object], tmp_path: Path) -> None:
    picture, text = [*words, "--item", "A-01"], [*words, "--item", "A-02"]
    code, said = holdfast("redact", *picture, "--commit")
    assert code == 0 and len(said["roots"]) == 1 and said["copies"] == []
    code, said = holdfast("redact", *picture, "--black", "0,0,10,10", "--blur", "100,100,80,20")
    assert code == 0 and said["made"] == said["copies"][0] and "object_id" not in said["made"]
    assert said["made"]["facts"] == {"areas": "2", "black": "1", "flat": "1", "tiles": "16", "tiles_hidden": "3"}
    code, seeds = holdfast("redact", *picture, "--seed")
    assert code == 0 and [each["is_confirmed"] for each in seeds["seeds"]] == [True]
    passages = tmp_path / "passages.txt"
    passages.write_text("more\n", encoding="utf-8")
    code, said = holdfast("redact", *text, "--remove-text", "INVENTED", "--remove-text-file", passages)
    assert code == 0 and said["made"]["facts"]["passages"] == "2"
    code, listed = holdfast("redact", *text, "--list")
    assert code == 0 and listed["copies"] == [said["made"]]
    out = tmp_path / "out"
    code, made = holdfast("package", *words, "--out", out, "--redacted", "A-01", "--no-zip", "--language", "en")
    payload = sorted(path.relative_to(made["folder"]).as_posix() for path in Path(made["folder"]).glob("data/*/*"))
    assert code == 0 and payload == ["data/A-01/redacted-1.png", "data/A-02/words.txt"]
    code, said_no = holdfast("package", *words, "--item", "A-02", "--out", out, "--redacted", "A-01")
    assert (code, said_no["error"]["code"]) == (2, "item.unknown")
    code, said = holdfast("redact", *text, "--take-back", said["made"]["id"])
    assert code == 0 and said["copies"] == []


def test_what_does_not_fit_is_said(holdfast: Holdfast, words: list[object]) -> None:
    for more, problem in (
        ((), "redaction.nothing_marked"), (("--black", "0,0,999,1"), "redaction.outside"),
        (("--black", "x"), "cli.usage"), (("--black", "1,1,0,0"), "cli.usage"),
        (("--remove-text", "abc"), "redaction.wrong_kind"), (("--mute",), "redaction.wrong_kind"),
        (("--silence", "3-2"), "cli.usage"), (("--silence", "1-2.5"), "redaction.wrong_kind"),
        (("--list", "--black", "0,0,1,1"), "redaction.one_thing_at_a_time"),
        (("--file", "2", "--black", "0,0,1,1"), "redaction.no_such_file"), (("--take-back", "x"), "redaction.unknown"),
        (("--remove-text-file", "/nowhere"), "redaction.passages_unreadable"),
    ):  # fmt: skip
        code, said = holdfast("redact", *words, "--item", "A-01", *more)
        assert (code, said["error"]["code"]) == (2, problem)
