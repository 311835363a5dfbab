"""The vault against plain copying and hashing, and against age, on the same bytes and the same disk."""

from __future__ import annotations

import hashlib
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pyrage  # type: ignore[import-untyped]

from app.bench.rows import Bench, measured
from evidence.model import Examiner, OperatorRole
from evidence.session import Session, create_vault
from evidence.session.measuring import CHEAP_COST, measure_large_vault

_LARGE = (100, 10 << 20)
_SMALL = (10_000, 50 << 10)
_EXHIBITS, _EVENTS_EACH = 100_000, 10
_RUNS = 3
_BLOCK = 1 << 20


def run(progress: Callable[[float, str], None]) -> Bench:
    """Measure in a folder of its own in the temporary folder, which must have about 6 GB free."""
    return measure(progress, large=_LARGE, small=_SMALL, exhibits=_EXHIBITS, runs=_RUNS)


def measure(
    progress: Callable[[float, str], None], *, large: tuple[int, int], small: tuple[int, int], exhibits: int, runs: int
) -> Bench:
    """The same with other sizes: ``large`` and ``small`` are number and bytes of files."""
    bench = Bench("vault")
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        _files(bench, folder, large, runs, lambda share: progress(0.5 * share, "files"))
        _small_files(bench, folder, small)
        progress(0.6, "files")
        _scale(bench, folder, exhibits, lambda share, step: progress(0.6 + 0.4 * share, step))
    return bench


def _files(bench: Bench, folder: Path, large: tuple[int, int], runs: int, progress: Callable[[float], None]) -> None:
    """Ingest, and reading back, of large files."""
    paths = _make(folder / "large", *large)
    size = large[0] * large[1]
    turns: list[list[float]] = []
    for turn in range(runs + 1):
        turns.append(_one_turn(folder, paths))
        progress((turn + 1) / (runs + 1))
    medians = [statistics.median(column) for column in zip(*turns[1:], strict=True)]  # the first was a warm-up
    speed = [size / seconds / 1e6 for seconds in medians]
    bench.versus(
        f"taking in {large[0]} files of {large[1] >> 20} MiB, both digests, on the disk",
        ours=speed[0], peer=speed[1], peer_name="copying, fsync and SHA-256", unit="MB/s", at_least=0.7,
    )  # fmt: skip
    bench.versus(
        "the same against age", ours=speed[0], peer=speed[2], peer_name="age (pyrage), fsync and SHA-256", unit="MB/s"
    )
    bench.versus(
        "reading back and verifying (a whole check)",
        ours=speed[3], peer=speed[4], peer_name="SHA-256", unit="MB/s", at_least=0.77,
    )  # fmt: skip


def _one_turn(folder: Path, paths: list[Path]) -> list[float]:
    """Seconds of: taking in, copying and hashing, age and hashing, checking, hashing alone."""
    with _vault(folder) as session:
        case = session.create_case("bench").id
        seconds = [
            measured(lambda: session.add_files(case, paths)),
            measured(lambda: _copy_and_hash(paths, folder / "copies")),
            measured(lambda: _age_and_hash(paths, folder / "age")),
            measured(session.check),
            measured(lambda: [_hash(path) for path in paths]),
        ]
    _clear(folder)
    return seconds


def _small_files(bench: Bench, folder: Path, small: tuple[int, int]) -> None:
    paths = _make(folder / "small", *small)
    with _vault(folder) as session:
        case = session.create_case("bench").id
        seconds = measured(lambda: session.add_files(case, paths))
        checking, hashing = measured(session.check), measured(lambda: [_hash(path) for path in paths])
    bench.alone(
        f"taking in {small[0]} files of {small[1] >> 10} KiB added at once, each on the disk",
        ours=small[0] / seconds, unit="files/s", at_least=300,
    )  # fmt: skip
    bench.versus(
        "a whole check of these: of small files, the time goes into rows, events and signatures",
        ours=small[0] / checking, peer=small[0] / hashing, peer_name="SHA-256", unit="files/s",
    )  # fmt: skip
    _clear(folder)


def _scale(bench: Bench, folder: Path, exhibits: int, progress: Callable[[float, str], None]) -> None:
    found = measure_large_vault(folder / "big", exhibits=exhibits, events_each=_EVENTS_EACH, progress=progress)
    with_all = f"with {exhibits} exhibits and {exhibits * _EVENTS_EACH} events"
    for what, seconds, most in (
        ("unlocking beyond the key derivation", found.unlock_s, 500),
        ("the first page of a case", found.first_page_s, 100),
        ("a new exhibit of 50 KiB", found.new_exhibit_s, 50),
        ("an inclusion proof", found.proof_s, 10),
    ):
        bench.alone(f"{what}, {with_all}", ours=seconds * 1000, unit="ms", at_most=most)
    if found.new_exhibit_early_s:
        bench.versus(
            f"a new exhibit, {with_all}", ours=found.new_exhibit_s * 1000, peer=found.new_exhibit_early_s * 1000,
            peer_name="the same vault with 1000 exhibits", unit="ms", at_most=2,
        )  # fmt: skip
    if sys.platform != "win32":
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        megabytes = peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)
        bench.alone("memory at its peak, all of the above", ours=megabytes, unit="MiB", at_most=300)


def _vault(folder: Path) -> Session:
    session, _recovery_key = create_vault(
        folder / "vault", "for measuring alone", examiner=Examiner(role=OperatorRole.VICTIM), cost=CHEAP_COST
    )
    return session


def _make(folder: Path, count: int, size: int) -> list[Path]:
    folder.mkdir()
    paths = [folder / f"{number:05}.bin" for number in range(count)]
    block = os.urandom(size)
    for number, path in enumerate(paths):
        path.write_bytes(number.to_bytes(8, "big") + block[8:])
    return paths


def _copy_and_hash(paths: list[Path], target: Path) -> None:
    target.mkdir()
    for path in paths:
        shutil.copyfile(path, target / path.name)
        _flush(target / path.name)
        _hash(path)


def _age_and_hash(paths: list[Path], target: Path) -> None:
    target.mkdir()
    recipient = pyrage.x25519.Identity.generate().to_public()
    for path in paths:
        pyrage.encrypt_file(str(path), str(target / path.name), [recipient])
        _flush(target / path.name)
        _hash(path)


def _flush(path: Path) -> None:
    with path.open("r+b") as stream:
        os.fsync(stream.fileno())


def _hash(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _clear(folder: Path) -> None:
    for name in ("vault", "copies", "age"):
        shutil.rmtree(folder / name, ignore_errors=True)
