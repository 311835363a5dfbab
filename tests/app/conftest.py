"""The command line, over vaults that are made with the least work for a passphrase."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.commands import PASSPHRASE, Holdfast

from evidence.store import FLOOR


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file with the passphrase in its first line."""
    path = tmp_path / "passphrase.txt"
    path.write_text(f"{PASSPHRASE}\nnot part of it\n", encoding="utf-8")
    return path


@pytest.fixture
def holdfast(capsys: pytest.CaptureFixture[str], secret: Path, monkeypatch: pytest.MonkeyPatch) -> Holdfast:
    """The command line; vaults are made with the least work for a passphrase."""
    monkeypatch.setattr("evidence.store.vault.tuned_cost", lambda: FLOOR)
    return Holdfast(capsys, secret)
