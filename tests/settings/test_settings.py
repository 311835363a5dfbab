"""Settings on a real disk: kept, replaced as a whole, and never in the way."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from evidence.errors import EvidenceError
from evidence.i18n import system_language
from evidence.settings import Settings, load_settings, read_settings, save_settings
from evidence.settings.file import SIZE_LIMIT

CHOSEN = Settings(language="ko", text_percent=150, look="dark", auto_lock_minutes=3, vault="/내 자료/보관함")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "settings.json"


@pytest.fixture
def write(path: Path) -> Callable[[bytes], None]:
    def written(data: bytes) -> None:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)

    return written


def codes(path: Path) -> list[str]:
    return [problem.code for problem in read_settings(path)[1]]


def test_what_is_saved_is_read_again(path: Path) -> None:
    save_settings(path, CHOSEN)
    assert read_settings(path) == (CHOSEN, ())
    save_settings(path, Settings())
    assert load_settings(path) == Settings()
    assert [each.name for each in path.parent.iterdir()] == ["settings.json"]


@pytest.mark.skipif(os.name != "posix", reason="POSIX rights")
def test_only_the_own_account_can_read_it(path: Path) -> None:
    save_settings(path, CHOSEN)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_first_start_is_no_problem(path: Path) -> None:
    assert read_settings(path) == (Settings(), ())


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"null", b'"text"', b"\xff\xfe", b"[" * 50_000, b'{"look": ' + b"9" * 5000 + b"}",
     b'{"language": "ko"}' + b" " * SIZE_LIMIT],
)  # fmt: skip
def test_a_damaged_file_gives_the_defaults(data: bytes, path: Path, write: Callable[[bytes], None]) -> None:
    write(data)
    assert load_settings(path) == Settings()
    assert codes(path) == ["settings.malformed"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("language", "de"), ("language", None), ("text_percent", 99), ("text_percent", True), ("text_percent", 125.0),
     ("text_percent", 10**100), ("look", "pink"), ("look", ["dark"]), ("auto_lock_minutes", 0),
     ("auto_lock_minutes", 241), ("auto_lock_minutes", "10"), ("vault", "a\0b"), ("vault", "a\nb"),
     ("vault", "a" * 5000), ("vault", 1)],
)  # fmt: skip
def test_one_bad_value_leaves_the_others(name: str, value: Any, path: Path, write: Callable[[bytes], None]) -> None:
    write(json.dumps({"language": "ko", "look": "dark", name: value}).encode())
    found, problems = read_settings(path)
    assert getattr(found, name) == getattr(Settings(), name)
    assert [(problem.code, problem.params) for problem in problems] == [("settings.bad_value", {"name": name})]
    assert name == "look" or found.look == "dark"


def test_an_unknown_name_is_said(path: Path, write: Callable[[bytes], None]) -> None:
    write(json.dumps({"look": "light", "b\x1bad": 1}).encode())
    assert load_settings(path).look == "light"
    assert [(each.code, each.params) for each in read_settings(path)[1]] == [
        ("settings.unknown_name", {"name": "'b\\x1bad'"})
    ]


@pytest.mark.skipif(os.name != "posix", reason="POSIX files")
def test_what_is_no_file_does_not_block(path: Path) -> None:
    path.parent.mkdir()
    os.mkfifo(path)
    assert codes(path) == ["settings.unreadable"]
    path.unlink()
    path.mkdir()
    assert codes(path) == ["settings.unreadable"]


def test_a_value_that_is_not_allowed_is_not_saved(path: Path) -> None:
    save_settings(path, CHOSEN)
    with pytest.raises(EvidenceError) as caught:
        save_settings(path, replace(CHOSEN, look="pink"))
    assert (caught.value.code, caught.value.params) == ("settings.bad_value", {"name": "look"})
    assert load_settings(path) == CHOSEN


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(EvidenceError) as caught:
        save_settings(tmp_path / "file" / "settings.json", CHOSEN)
    assert caught.value.code == "settings.unwritable"


@pytest.mark.skipif(sys.platform != "linux" or not Path("/dev/full").exists(), reason="a full device")
def test_a_failed_write_keeps_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_settings(path, CHOSEN)
    real = os.open

    def onto_a_full_disk(target: Any, flags: int, mode: int = 0o777) -> int:
        real_target = real(target, flags, mode)
        if str(target).endswith(".part"):
            os.close(real_target)
            return real("/dev/full", os.O_WRONLY)
        return real_target

    monkeypatch.setattr(os, "open", onto_a_full_disk)
    with pytest.raises(EvidenceError) as caught:
        save_settings(path, Settings())
    monkeypatch.undo()
    assert caught.value.code == "settings.unwritable"
    assert load_settings(path) == CHOSEN
    assert [each.name for each in path.parent.iterdir()] == ["settings.json"]


@hypothesis_settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from([*Settings.__slots__, "other"]), inner),
    )
)
def test_no_content_raises(tmp_path: Path, document: Any) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(json.dumps(document).encode("utf-8", "surrogatepass"))
    found, _ = read_settings(path)
    save_settings(path, found)
    assert load_settings(path) == found


@pytest.mark.parametrize(
    ("environment", "preferred", "language"),
    [
        ({"LANG": "ko_KR.UTF-8"}, (), "ko"), ({"LANG": "ko_KR.UTF-8", "LC_ALL": "fr_FR"}, (), "fr"),
        ({"LANG": "C.UTF-8"}, (), "en"), ({"LANG": "en_GB", "LC_MESSAGES": "ko"}, (), "ko"),
        ({"LANG": "kok_IN"}, (), "en"), ({"LANG": "en_US"}, ("ko-KR", "en-US"), "ko"),
        ({"LANG": "ko_KR"}, ("de-DE", "fr-BE"), "fr"), ({"LANG": "ko_KR"}, ("en-US", "ko-KR"), "en"),
        ({"LC_CTYPE": "ko_KR.UTF-8"}, (), "ko"), ({"LANG": "fr_FR", "LC_CTYPE": "ko_KR"}, (), "fr"),
        ({"LC_CTYPE": "UTF-8"}, (), "en"),
    ],
)  # fmt: skip
def test_the_language_of_the_computer(
    environment: dict[str, str], preferred: tuple[str, ...], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "LC_CTYPE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert system_language(preferred) == language
