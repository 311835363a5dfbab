"""The self-test passes here, and fails when something is broken."""

from __future__ import annotations

import pytest

from evidence.errors import EvidenceError
from evidence.selftest import EXPECTED_COUNT, known_answers, run_selftest


def test_everything_answers_as_it_should() -> None:
    assert run_selftest() == EXPECTED_COUNT == len(known_answers.CHECKS)


@pytest.mark.parametrize("name", [check.__name__ for check in known_answers.CHECKS])
def test_one_wrong_answer_stops_it(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def wrong() -> bool:
        return False

    wrong.__name__ = name
    checks = tuple(wrong if check.__name__ == name else check for check in known_answers.CHECKS)
    monkeypatch.setattr(known_answers, "CHECKS", checks)
    with pytest.raises(EvidenceError) as raised:
        run_selftest()
    assert (raised.value.code, raised.value.params["name"]) == ("selftest.failed", name)


def test_a_check_that_is_left_out_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_answers, "CHECKS", known_answers.CHECKS[:-1])
    with pytest.raises(EvidenceError):
        run_selftest()


def test_a_cipher_that_accepts_anything_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    class Careless:
        def __init__(self, _key: bytes) -> None: ...

        def encrypt(self, _nonce: bytes, data: bytes, _place: bytes) -> bytes:
            return data

        def decrypt(self, _nonce: bytes, _data: bytes, _place: bytes) -> bytes:
            return b"sealed"

    monkeypatch.setattr(known_answers, "AESGCM", Careless)
    with pytest.raises(EvidenceError):
        run_selftest()
