"""Scores from a terminal: a folder outside of any vault, and whom to trust for content credentials."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from support.agency import agency_pack, public_key
from support.content_credentials import Signing

from app.cli import run
from app.sample import chat_picture
from evidence.scoring.drawn import draw_face
from evidence.store import FLOOR

Holdfast = Callable[..., tuple[int, Any]]


@pytest.fixture
def holdfast(capsys: pytest.CaptureFixture[str]) -> Holdfast:
    def call(*words: object, as_json: bool = True, language: str = "en") -> tuple[int, Any]:
        code = run([*map(str, words), *(["--json"] if as_json else []), "--language", language])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return code, json.loads(said.out) if as_json else said.out

    return call


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "received"
    made.mkdir()
    (made / "chat.png").write_bytes(chat_picture())
    (made / "signed.png").write_bytes(Signing().signed("PNG", "image/png"))
    return made


def test_a_folder(folder: Path, holdfast: Holdfast) -> None:
    code, said = holdfast("score", folder)
    assert code == 0
    assert [Path(one["path"]).name for one in said["scores"]] == ["chat.png", "signed.png"]
    assert all("body" in one["not_examined"] for one in said["scores"])
    assert {fact["kind"] for fact in said["scores"][1]["provenance"]} >= {"c2pa.valid", "c2pa.digital_source_type"}


@pytest.mark.parametrize("language", ["ko", "en", "fr"])
def test_a_folder_in_words(folder: Path, holdfast: Holdfast, language: str) -> None:
    _code, said = holdfast("score", folder, as_json=False, language=language)
    words = {"ko": "신고를 약하게 하지", "en": "does not weaken a report", "fr": "n’affaiblit pas un signalement"}
    assert words[language] in said


def test_trust_is_given_as_a_file(holdfast: Holdfast, tmp_path: Path) -> None:
    signing, anchors = Signing(), tmp_path / "roots.pem"
    (tmp_path / "signed.png").write_bytes(signing.signed("PNG", "image/png"))
    anchors.write_bytes(signing.pki.root.public_bytes(Encoding.PEM))
    _code, said = holdfast("score-file", tmp_path / "signed.png", "--c2pa-trust", anchors)
    [score] = said["scores"]
    assert ("c2pa.trusted", "validated") in {(fact["kind"], fact["reading"]) for fact in score["provenance"]}
    code, said = holdfast("score-file", tmp_path / "signed.png", "--c2pa-trust", tmp_path / "signed.png")
    assert (code, said["error"]["code"]) == (2, "scoring.bad_anchors")


def test_what_cannot_be_read_is_named(folder: Path, holdfast: Holdfast) -> None:
    code, said = holdfast("score-file", folder / "chat.png", folder / "gone.png")
    assert (code, len(said["scores"])) == (2, 1)
    assert said["unread"][0]["code"] == "capture.file_missing"


def test_a_vault_without_a_case(folder: Path, holdfast: Holdfast) -> None:
    (folder / "vault.db").touch()
    assert holdfast("score", folder)[1]["error"]["code"] == "score.case_needed"


def test_packs(holdfast: Holdfast, tmp_path: Path) -> None:
    shipped = {pack["id"] for pack in holdfast("packs", "list")[1]["packs"]}
    assert shipped == {"swap-small", "synthesis-small"}
    file = agency_pack(tmp_path)
    assert holdfast("packs", "import", file)[1]["error"]["code"] == "scoring.pack_unsigned"
    _code, made = holdfast("packs", "import", file, "--publisher-key", public_key(tmp_path))
    assert (made["pack"]["publisher"], made["pack"]["is_shipped"]) == ("Example agency", False)
    _code, shown = holdfast("packs", "show", "agency-swap")
    assert "only the agency" in shown["pack"]["card"]
    _code, words = holdfast("packs", "list", as_json=False, language="ko")
    assert "배포자의 주장" in words
    assert holdfast("packs", "remove", "agency-swap")[0] == 0
    assert holdfast("packs", "remove", "swap-small")[1]["error"]["code"] == "scoring.no_such_pack"


def test_trust_of_a_vault(holdfast: Holdfast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evidence.store.vault.tuned_cost", lambda: FLOOR)
    secret, anchors = tmp_path / "secret", tmp_path / "roots.pem"
    secret.write_text("seven lanterns by the river")
    anchors.write_bytes(Signing().pki.root.public_bytes(Encoding.PEM))
    unlock = (tmp_path / "vault", "--passphrase-file", secret)
    holdfast("vault", "create", *unlock)
    [kept] = holdfast("c2pa-trust", *unlock, "--add", anchors)[1]["trust_anchors"]
    assert holdfast("c2pa-trust", *unlock)[1]["trust_anchors"] == [kept]
    assert holdfast("c2pa-trust", *unlock, "--remove", kept["sha256"])[1]["trust_anchors"] == []


def test_an_illustration_is_sealed(holdfast: Holdfast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evidence.store.vault.tuned_cost", lambda: FLOOR)
    secret, picture = tmp_path / "secret", tmp_path / "chat.png"
    secret.write_text("seven lanterns by the river")
    picture.write_bytes(chat_picture())
    unlock = (tmp_path / "vault", "--passphrase-file", secret)
    holdfast("vault", "create", *unlock)
    case = (*unlock, "--case", holdfast("case", "create", *unlock, "--title", "October")[1]["id"])
    holdfast("capture", "file", *case, "--minor", "no", picture)
    _code, said = holdfast("illustrate", *case, "--item", "A-01", "--layer", "residual")
    assert (said["items"][0]["number"], said["items"][0]["method"]) == ("A-02", "derived")
    _code, said = holdfast("illustrate", *case, "--item", "A-01", "--map", "nobody")
    assert said["error"]["code"] == "illustration.unknown"
    assert {path.name for path in tmp_path.iterdir()} == {"vault", "secret", "chat.png"}  # nothing is written beside


def test_a_map_of_a_film_needs_its_score(holdfast: Holdfast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evidence.store.vault.tuned_cost", lambda: FLOOR)
    secret, film = tmp_path / "secret", tmp_path / "film.avi"
    secret.write_text("seven lanterns by the river")
    writer = cv2.VideoWriter(str(film), cv2.VideoWriter_fourcc(*"MJPG"), 4, (240, 240))
    for _ in range(3):
        writer.write(cv2.cvtColor(draw_face(120, (240, 240)), cv2.COLOR_RGB2BGR))
    writer.release()
    unlock = (tmp_path / "vault", "--passphrase-file", secret)
    holdfast("vault", "create", *unlock)
    case = (*unlock, "--case", holdfast("case", "create", *unlock, "--title", "October")[1]["id"])
    holdfast("capture", "file", *case, "--minor", "no", film)
    drawn = ("illustrate", *case, "--item", "A-01", "--map", "swap-small")
    assert holdfast(*drawn)[1]["error"]["code"] == "illustration.unknown"
    holdfast("score", *case)
    assert holdfast(*drawn, "--picture", "9")[1]["error"]["code"] == "illustration.no_face"
    [kept] = holdfast(*drawn, "--picture", "2")[1]["items"]
    assert (kept["number"], kept["method"]) == ("A-02", "derived")
    assert 0 < float(kept["source"]["film_time_s"]) < 1
