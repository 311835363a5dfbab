"""The guard, consents, and the verbs of a case as a place, on the command line."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.cli import run
from app.sample import chat_picture
from evidence.model import MINOR_FACT
from evidence.store import FLOOR

Holdfast = Callable[..., tuple[int, Any]]


@pytest.fixture
def holdfast(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Holdfast:
    """Runs a command with --json and the passphrase file; gives the exit code and the document."""
    monkeypatch.setattr("evidence.store.vault.tuned_cost", lambda: FLOOR)
    secret = tmp_path / "passphrase.txt"
    secret.write_text("seven lanterns by the river")

    def call(*words: object) -> tuple[int, Any]:
        code = run([*map(str, words), "--json", "--language", "en", "--passphrase-file", str(secret)])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return code, json.loads(said.out)

    return call


@pytest.fixture
def case(holdfast: Holdfast, tmp_path: Path) -> list[object]:
    """The words that name a case of a new vault, in which a picture and a link are."""
    vault = tmp_path / "vault"
    holdfast("vault", "create", vault)
    words = [vault, "--case", holdfast("case", "create", vault, "--title", "one")[1]["id"]]
    (tmp_path / "chat.png").write_bytes(chat_picture())
    assert holdfast("capture", "file", *words, tmp_path / "chat.png", "--minor=no")[0] == 0
    holdfast("capture", "link", *words, "https://x.com/someone")
    return words


def test_nothing_comes_in_before_the_question_is_answered(case: list[object], holdfast: Holdfast) -> None:
    missing = "no such file: it would be said if it were opened"
    for answer in ("unsure", "yes"):
        for words in (("file", *case, missing), ("screen", *case)):
            exit_code, said = holdfast("capture", *words, "--minor", answer)
            assert (exit_code, said["error"]["code"]) == (2, "guard.media_refused")


def test_an_exhibit_does_not_claim_that_somebody_was_asked(
    case: list[object], holdfast: Holdfast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, added = holdfast("capture", "file", *case, tmp_path / "chat.png")
    assert code == 0 and MINOR_FACT not in added["items"][0]["settings"]
    monkeypatch.setattr("sys.stdin", Terminal("\nno\n"))
    code, said = holdfast("capture", "file", *case, tmp_path / "chat.png")
    assert (code, said["error"]["code"]) == (2, "guard.not_asked")
    code, added = holdfast("capture", "file", *case, tmp_path / "chat.png")
    assert code == 0 and added["items"][0]["settings"][MINOR_FACT] == "no"


class Terminal(io.StringIO):
    """A standard input at which somebody sits."""

    def isatty(self) -> bool:
        return True


def test_a_record_without_media(case: list[object], holdfast: Holdfast) -> None:
    words = (
        "--minor",
        "yes",
        "--address",
        "https://t.me/room/3",
        "--accounts",
        "@x",
        "--seen",
        "Monday",
        "--note",
        "a tip",
    )
    code, added = holdfast("capture", "without-media", *case, *words)
    [item] = added["items"]
    assert (code, item["method"], item["settings"]["media_taken"]) == (0, "transcription", "no")
    assert holdfast("capture", "without-media", *case, "--minor", "yes")[1]["error"]["code"] == "guard.nothing_noted"


def test_holding_back(case: list[object], holdfast: Holdfast, tmp_path: Path) -> None:
    made = holdfast("package", *case, "--out", tmp_path / "out", "--item", "A-01")[1]
    code, said = holdfast("hold-back", *case, "--item", "A-01", "--minor", "unsure", "--reason", "uniform")
    assert (code, said) == (0, {"held_back": ["A-01"], "earlier_packages": {"A-01": [made["package_id"]]}})
    assert holdfast("hold-back", *case)[1]["held_back"] == ["A-01"]
    assert (
        holdfast("score", *case)[1]["scores"][0]["item_id"] == holdfast("items", *case)[1]["exhibits"][1]["item"]["id"]
    )
    assert holdfast("score", *case, "--item", "A-01")[1]["error"]["code"] == "guard.quarantined"


def test_consents(case: list[object], holdfast: Holdfast, tmp_path: Path) -> None:
    words = ("package", *case, "--out", tmp_path / "out", "--for", "police")
    assert holdfast(*words)[1]["error"]["code"] == "consent.missing"
    _code, said = holdfast("consent", *case, "--give", "police")
    assert [one["purpose"] for one in said["consents"] if one["is_given"]] == ["police"]
    assert holdfast(*words)[1]["recipient"] == "police"
    holdfast("consent", *case, "--withdraw", "police")
    assert holdfast(*words)[1]["error"]["code"] == "consent.withdrawn"


@pytest.mark.parametrize("verb", ["hand-over", "upload-set"])
def test_handing_over_sees_a_consent_that_was_taken_back(
    verb: str, case: list[object], holdfast: Holdfast, tmp_path: Path
) -> None:
    holdfast("consent", *case, "--give", "counsellor")
    made = holdfast("package", *case, "--item", "A-02", "--out", tmp_path / "out", "--for", "counsellor")[1]
    moved = Path(made["zip_file"]).rename(tmp_path / "moved.zip")
    words = ("package", verb, moved, "--out", tmp_path / "stick")
    origin = ("--vault", *case)
    assert holdfast("package", verb, moved, "--out", tmp_path / "other")[1]["consent_checked"] is False
    assert holdfast(*words, "--vault", case[0])[1]["error"]["code"] == "cli.vault_and_case"
    assert holdfast(*words, *origin)[1]["consent_checked"] is True
    other = holdfast("case", "create", case[0], "--title", "two")[1]["id"]
    there = [other if word == case[2] else word for word in origin]
    assert holdfast(*words, *there)[1]["error"]["code"] == "consent.other_package"
    holdfast("consent", *case, "--withdraw", "counsellor")
    assert holdfast(*words, *origin)[1]["error"]["code"] == "consent.withdrawn"


def test_a_case_as_a_place(case: list[object], holdfast: Holdfast) -> None:
    assert holdfast("tag", *case, "--item", "A-01", "--add", "협박", "--add", "x")[1]["tags"] == {"x": 1, "협박": 1}
    assert holdfast("tag", *case, "--item", "A-01", "--remove", "x")[1]["exhibits"] == {"A-01": ["협박"]}
    assert holdfast("title", *case, "--item", "A-01", "첫 유포 화면")[1]["items"][0]["title"] == "첫 유포 화면"
    for words in (("--words", "유포"), ("--tag", "협박"), ("--words", "화면", "--not-scored")):
        found = holdfast("search", *case, *words)[1]["exhibits"]
        assert [one["item"]["number"] for one in found] == ["A-01"], words
    assert holdfast("note", *case, "--write", "월요일에 시작됨")[1]["notes"][0]["text"] == "월요일에 시작됨"
    assert holdfast("search", *case, "--words", "시작")[1]["notes"][0]["author"] == "victim"
    shown = holdfast("shown-time", *case, "--item", "A-02", "2026-10", "--zone", "")[1]["shown"]["A-02"]
    assert (shown["precision"], shown["is_zone_known"]) == ("month", False)
    assert [one["kind"] for one in holdfast("timeline", *case)[1]["timeline"]] == ["shown", "acquired", "acquired"]
    assert holdfast("undo", *case)[1] == {"undone": "shown_time"}
    found = holdfast("search", *case, "--words", "협박")[1]
    assert found["matches"] == {"A-01": [{"where": "tag", "text": "협박"}]}
    for words, numbers in ((("--kind", "picture"), ["A-01"]), (("--kind", "film"), []),
                           (("--standing", "failed"), []), (("--band", "inconclusive"), [])):  # fmt: skip
        found = holdfast("search", *case, *words)[1]["exhibits"]
        assert [one["item"]["number"] for one in found] == numbers, words
    assert holdfast("order", *case, "--item", "A-02", "--move", "up")[1]["order"] == ["A-02", "A-01"]
    assert [one["item"]["number"] for one in holdfast("items", *case)[1]["exhibits"]] == ["A-02", "A-01"]
    assert holdfast("order", *case, "--item", "A-02")[1]["error"]["code"] == "order.nothing_to_move"
    assert holdfast("order", *case, "--item", "A-09", "--move", "up")[1]["error"]["code"] == "item.unknown"
    assert holdfast("order", *case, "--item", "A-01", "--before", "A-02")[1]["order"] == ["A-01", "A-02"]
    assert holdfast("order", *case, "--by-number")[1] == {"order": ["A-01", "A-02"], "is_by_number": True}
    assert holdfast("undo", *case)[1] == {"undone": "order"}
    assert {"code": "no_time", "is_next": True} in holdfast("missing", *case)[1]["missing"]
    assert holdfast("looks", *case, "--limit", "3")[1]["looked"]["limit"] == 3


def test_notes_go_into_a_package_one_by_one(case: list[object], holdfast: Holdfast, tmp_path: Path) -> None:
    holdfast("note", *case, "--write", "월요일에 시작됨")
    [_first, second] = holdfast("note", *case, "--write", "둘째 메모")[1]["notes"]
    made = holdfast("package", *case, "--out", tmp_path / "out", "--note", second["id"])[1]
    manifest = json.loads((Path(made["folder"]) / "proof" / "manifest.json").read_bytes())
    assert [(note["text"], note["item"]) for note in manifest["notes"]] == [("둘째 메모", "")]
    [told] = holdfast("verify", made["folder"], "--contents")[1]["packages"]
    assert [(note["text"], note["item"]) for note in told["notes"]] == [("둘째 메모", "")]
    assert [exhibit["number"] for exhibit in told["contents"]] == ["A-01", "A-02"]
    words = ("package", *case, "--out", tmp_path / "out", "--note", 77)
    assert holdfast(*words)[1]["error"]["code"] == "package.no_such_note"


@pytest.mark.parametrize(
    "verb", ["note", "tag", "search", "order", "timeline", "missing", "undo", "looks", "hold-back", "consent"]
)
@pytest.mark.parametrize("language", ["ko", "fr"])
def test_every_verb_speaks(verb: str, language: str, case: list[object], tmp_path: Path, capsys: Any) -> None:
    words = [str(word) for word in case]
    code = run([verb, *words, "--language", language, "--passphrase-file", str(tmp_path / "passphrase.txt")])
    said = capsys.readouterr()
    assert code == (2 if verb == "undo" else 0)
    assert said.out or said.err
