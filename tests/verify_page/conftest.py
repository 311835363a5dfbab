"""One browser and one world of keys for all tests of the page."""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.chromium import Chromium, VerifyPage
from support.hostile.cases import Workshop
from support.sample_package import LATER

from evidence.errors import EvidenceError
from evidence.model import VerificationReport
from evidence.verify import InProcessParser, Trust, shipped_tsa_list, verify_package, with_lists


@pytest.fixture(scope="session")
def page_file(repository: Path) -> Path:
    """The committed page."""
    return repository / "resources" / "verify" / "verify.html"


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """A real Chromium whose clock stands an hour after the sample packages were made."""
    if not Chromium.is_there():
        pytest.skip("there is no Chromium with its driver on this computer")
    found = Chromium(tmp_path_factory.mktemp("browser"))
    found.set_clock(LATER.timestamp())
    yield found
    found.close()


@pytest.fixture(scope="session")
def page(browser: Chromium, page_file: Path, tmp_path_factory: pytest.TempPathFactory) -> VerifyPage:
    """The committed page in the browser."""
    return VerifyPage(browser, page_file, tmp_path_factory.mktemp("trust"))


@pytest.fixture(scope="session")
def shop() -> Workshop:
    """Keys, a recipe and the valid package."""
    return Workshop()


@pytest.fixture(autouse=True)
def silent_parsers() -> Iterator[None]:
    """The program's parsers complain in the log about hostile bytes."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def program() -> Callable[[Path, Trust], VerificationReport | EvidenceError]:
    """What the program itself answers."""
    parser = InProcessParser()

    def told(path: Path, trust: Trust) -> VerificationReport | EvidenceError:
        try:
            return verify_package(path, trust=with_lists(trust, [shipped_tsa_list()]), now=LATER, parser=parser)
        except EvidenceError as problem:
            return problem

    return told


@pytest.fixture
def make_real_package(repository: Path) -> Callable[..., Any]:
    """Makes a package with the program's own maker, as the verifier's tests do."""
    path = repository / "tests" / "verify" / "test_real_packages.py"
    spec = importlib.util.spec_from_file_location("real_packages", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made: Callable[..., Any] = module.make
    return made
