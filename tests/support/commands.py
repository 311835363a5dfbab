"""The command line as tests call it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.cli import run

PASSPHRASE = "seven lanterns by the river"


class Holdfast:
    """Runs a command with --json and the passphrase file; gives the exit code and the document."""

    def __init__(self, capsys: pytest.CaptureFixture[str], secret: Path) -> None:
        self._capsys, self._secret = capsys, secret
        self.said = ""
        """What the last command said on the way (standard error)."""

    def __call__(self, *words: object, vault: bool = True) -> tuple[int, Any]:
        """Without ``vault`` no passphrase is given."""
        more = ["--passphrase-file", str(self._secret)] if vault else []
        code = run([*(str(word) for word in words), "--json", "--language", "en", *more])
        told = self._capsys.readouterr()
        self.said = told.err
        assert "Traceback" not in told.err
        return code, json.loads(told.out)
