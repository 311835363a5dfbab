"""The entry point: what a frozen program starts itself for, and nothing else that way."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app.__main__ import CHILD_WORD, CHILDREN, main
from evidence import media
from evidence.scoring.score import WORKER_MODULE


def test_the_children_are_those_that_the_rooms_start() -> None:
    assert CHILD_WORD == media.CHILD_WORD
    assert WORKER_MODULE in CHILDREN
    for module in CHILDREN:
        code = f"import importlib; importlib.import_module({module!r}).main"
        assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0


@pytest.mark.parametrize("words", [["--child"], ["--child", "os"], ["--child", "evidence.media.worker", "more"]])
def test_nothing_else_is_run_as_a_child(words: list[str]) -> None:
    assert main(words) == 2


def test_a_child_started_this_way_decodes(repository: Path, tmp_path: Path) -> None:
    from app.sample import chat_picture

    picture = tmp_path / "chat.png"
    picture.write_bytes(chat_picture())
    command = [sys.executable, "-m", "app", "--child", "evidence.media.worker"]
    with media.MediaWorker(command=command) as worker, picture.open("rb") as stream:
        assert media.preview(stream, worker=worker, max_side=64).startswith(b"\xff\xd8")
