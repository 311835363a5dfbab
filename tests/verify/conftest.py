"""One world of keys for all packages of a run, and a quick way to ask for answers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.sample_package import LATER, Files, Recipe, World, write_zip

from evidence.model import VerificationReport
from evidence.verify import InProcessParser, Parser, Trust, verify_package

Answers = dict[str, str]


@pytest.fixture(scope="session")
def world() -> World:
    """Keys and authorities."""
    return World()


@pytest.fixture(scope="session")
def valid_files(world: World) -> Files:
    """The files of a valid package. Not to be changed: copy it."""
    return Recipe(world).build()


@pytest.fixture(scope="session")
def trust(world: World) -> Trust:
    """The officer got the signer's certificate and the authority's root in another way."""
    return Trust(certificates=(world.signer.certificate_der,), tsa_roots=(world.pki.root_der,))


@pytest.fixture(scope="session")
def parser() -> Iterator[Parser]:
    """The parsers in this process: quick, and a crash shows itself. They are silent, as in the program's child."""
    names = ("pyhanko", "pyhanko_certvalidator", "pikepdf")
    for name in names:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    yield InProcessParser()
    for name in names:
        logging.getLogger(name).setLevel(logging.NOTSET)


@pytest.fixture
def verify_files(tmp_path: Path, trust: Trust, parser: Parser) -> Callable[..., VerificationReport]:
    """Write files as a ZIP and verify it."""

    def verify(files: Files, given: Trust = trust) -> VerificationReport:
        target = tmp_path / "package.zip"
        target.unlink(missing_ok=True)
        return verify_package(write_zip(files, target), trust=given, now=LATER, parser=parser)

    return verify


def answers_of(report: VerificationReport) -> Answers:
    """Claim to answer."""
    return {claim.name.value: claim.answer.value for claim in report.claims}
