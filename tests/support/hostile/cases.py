"""What a case of the hostile corpus is, and how one is judged."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from support.sample_package import LATER, Files, Recipe, World, write_folder, write_zip

from evidence.errors import EvidenceError
from evidence.model import VerificationReport
from evidence.verify import Parser, Trust, verify_package

YES, NO, CANNOT = ("yes",), ("no",), ("cannot_tell",)
NOT_YES = ("no", "cannot_tell")
ANY = ("yes", "no", "cannot_tell")
CLAIMS = ("complete", "signed", "signer", "time", "clock", "custody", "method", "report", "origin")
ALL_YES: Mapping[str, tuple[str, ...]] = dict.fromkeys(CLAIMS[:-1], YES) | {"origin": CANNOT}
TIME_LIMIT_S = 20.0

Expected = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Case:
    """One package, how it is made, and which answers are right. Claims that ``expected`` leaves out may be anything;
    origin is always *cannot tell*."""

    family: str
    name: str
    make: Callable[[Path], Path]
    expected: Expected
    damaged: str = ""
    """A path that the answer must name."""
    error: str = ""
    """The code of the error, for what is no package at all."""
    trust: Trust | None = None
    read: Callable[[Path, Parser], list[str]] | None = None
    """For what is no package (a receipt): reads it and says what is wrong with the answer."""

    @property
    def label(self) -> str:
        return f"{self.family}/{self.name}"


@dataclass
class Workshop:
    """What the families work with: keys, a recipe, and the valid package."""

    world: World = field(default_factory=World)

    def __post_init__(self) -> None:
        self.recipe = Recipe(self.world)
        self.files: Files = self.recipe.build()
        self.trust = Trust(certificates=(self.world.signer.certificate_der,), tsa_roots=(self.world.pki.root_der,))

    def copy(self, changes: Mapping[str, bytes | None] | None = None) -> Files:
        """The valid files with some replaced, or removed where the change is None."""
        files = self.files | {path: data for path, data in (changes or {}).items() if data is not None}
        for path, data in (changes or {}).items():
            if data is None:
                files.pop(path, None)
        return files


def as_zip(files: Files | Callable[[], Files]) -> Callable[[Path], Path]:
    """Makes a ZIP of ``files``, which may be built only when they are needed."""
    return lambda folder: write_zip(files() if callable(files) else files, folder / "package.zip")


def as_folder(files: Files) -> Callable[[Path], Path]:
    """Makes a folder of ``files``."""
    return lambda folder: write_folder(files, folder / "package")


def as_bytes(data: bytes, name: str = "package.zip") -> Callable[[Path], Path]:
    """Makes one file of ``data``."""

    def make(folder: Path) -> Path:
        target = folder / name
        target.write_bytes(data)
        return target

    return make


def judge(case: Case, folder: Path, workshop: Workshop, parser: Parser) -> list[str]:
    """What is wrong with the answer: lines that begin with ``false yes``, ``false no``, ``crash``, ``time-out``,
    ``not named``; none when it is right."""
    path = case.make(folder)
    began = time.monotonic()
    if case.read is not None:
        try:
            problems = case.read(path, parser)
        except Exception as problem:
            return [f"crash: {type(problem).__name__}: {problem}"]
        return problems + _too_slow(time.monotonic() - began)
    try:
        report = verify_package(path, trust=case.trust or workshop.trust, now=LATER, parser=parser)
    except EvidenceError as problem:
        return [] if problem.code == case.error else [f"crash: error {problem.code}"]
    except Exception as problem:
        return [f"crash: {type(problem).__name__}: {problem}"]
    took = time.monotonic() - began
    if case.error:
        return [f"crash: no error {case.error}"]
    return _too_slow(took) + _wrong_answers(case, report)


def _too_slow(took: float) -> list[str]:
    return [f"time-out: {took:.1f} s"] if took > TIME_LIMIT_S else []


def _wrong_answers(case: Case, report: VerificationReport) -> list[str]:
    problems = [
        f"crash: check {check.number}: {check.params.get('detail')}"
        for check in report.checks
        if check.reason in ("check.failed", "parser.crashed")
    ]
    expected = dict(case.expected) | {"origin": CANNOT}
    for claim in report.claims:
        allowed = expected.get(claim.name.value, ANY)
        answer = claim.answer.value
        if answer not in allowed:
            kind = "false yes" if answer == "yes" else "false no" if answer == "no" else "not told"
            reasons = sorted({check.reason for check in report.checks if check.answer.value != "yes"})
            problems.append(f"{kind}: {claim.name.value} is {answer}, expected {'/'.join(allowed)} {reasons}")
    told = {claim.name.value for claim in report.claims}
    problems += [f"not told: {name} is not said" for name in expected if name not in told]
    if case.damaged and case.damaged not in report.damaged:
        problems.append(f"not named: {case.damaged} in {report.damaged}")
    return problems
