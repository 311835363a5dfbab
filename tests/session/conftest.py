"""Real sessions in temporary folders: a real vault, a real loopback authority; only the clock may be set."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from evidence import session as verbs
from evidence.model import Examiner, OperatorRole
from evidence.session import Session
from evidence.store import Argon2Cost

FAST = Argon2Cost(memory_kib=65536, passes=3, lanes=4)
"""The floor, so that a test does not wait for the second that a person waits."""
PASSPHRASE = "조용한 강가의 seven lanterns"


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    """Where the test's vault stands."""
    return tmp_path / "vault"


@pytest.fixture
def made(vault: Path) -> tuple[Session, str]:
    """A new vault's session and its recovery key."""
    return verbs.create_vault(
        vault, PASSPHRASE, examiner=Examiner(role=OperatorRole.VICTIM, name="Kim Sample"), cost=FAST
    )


@pytest.fixture
def session(made: tuple[Session, str]) -> Iterator[Session]:
    """An unlocked session on a new vault; locked at the end."""
    opened, _key = made
    with opened:
        yield opened


@pytest.fixture
def reopen(vault: Path) -> Callable[[], Session]:
    """Opens the vault again with its passphrase."""
    return lambda: verbs.open_vault(vault, passphrase=PASSPHRASE)
