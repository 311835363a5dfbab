"""What many verbs begin with: an unlocked vault, and the exhibits that the words name."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from app.cli.console import Console
from app.cli.secrets import given
from app.ports import program_ports
from evidence import session as verbs
from evidence.errors import EvidenceError
from evidence.model import Exhibit, Exposure
from evidence.selftest import run_selftest
from evidence.session import Session


@contextmanager
def unlocked(arguments: argparse.Namespace, console: Console) -> Iterator[Session]:
    """The vault that the words name, unlocked, and locked again whatever happens."""
    run_selftest()
    with verbs.open_vault(arguments.vault, given=given(arguments, console), ports=program_ports()) as session:
        for repair in session.repairs():
            sys.stderr.write(f"{console.t.code('name', repair.code, **repair.params)}\n")
        yield session


def choose(exhibits: Sequence[Exhibit], numbers: Sequence[str]) -> list[Exhibit]:
    """The exhibits with these numbers, or all. Raises ``item.unknown`` for a number that is not there."""
    by_number = {exhibit.item.number: exhibit for exhibit in exhibits}
    for number in numbers:
        if number not in by_number:
            raise EvidenceError("item.unknown", number=number)
    return [by_number[number] for number in dict.fromkeys(numbers)] if numbers else list(exhibits)


def exposures(chosen: Sequence[Exhibit], usual: Exposure, others: Sequence[str]) -> dict[str, Exposure]:
    """How each chosen exhibit appears, by item id; ``others`` are words like ``A-02=small``.

    Raises ``item.unknown`` for a number that is not chosen, ``cli.bad_exposure`` for other words.
    """
    found = {exhibit.item.id: usual for exhibit in chosen}
    for word in others:
        number, _, how = word.partition("=")
        if how not in set(Exposure):
            raise EvidenceError("cli.bad_exposure", word=word)
        [exhibit] = choose(chosen, [number])
        found[exhibit.item.id] = Exposure(how)
    return found


def never() -> bool:
    """The command line is stopped with Ctrl+C, which raises by itself."""
    return False
