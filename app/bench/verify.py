"""The verifier: large packages against ``sha256sum`` of the same bytes, many small ones, the first answer, memory."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from app.bench.rows import Bench, measured, medians_in_turn
from evidence.model import Examiner, OperatorRole, PackageChoices, PackageMade
from evidence.session import create_vault
from evidence.session.measuring import CHEAP_COST

LARGE = (4, 256 << 20)
SMALL = 1000
_RUNS = 3
_BLOCK = 1 << 20


def run(progress: Callable[[float, str], None]) -> Bench:
    """Measure in a folder of its own in the temporary folder, which must have about 4 GB free."""
    return measure(progress, large=LARGE, small=SMALL, runs=_RUNS)


def measure(progress: Callable[[float, str], None], *, large: tuple[int, int], small: int, runs: int) -> Bench:
    """The same with other sizes: ``large`` is number and bytes of originals, ``small`` a number of packages."""
    bench = Bench("verify")
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as name:
        folder = Path(name)
        progress(0.0, "package")
        made = _package(folder / "large", large)
        originals = sorted(Path(made.folder, "data").rglob("*.bin"))
        total = f"{large[0] * large[1] / (1 << 30):.2g} GiB"
        for position, (form, path) in enumerate((("folder", made.folder), ("ZIP", made.zip_file))):
            progress(0.2 + 0.2 * position, form)
            ours, peer = medians_in_turn(lambda path=path: _verify([path]), lambda: _digest(originals), runs)  # type: ignore[misc]
            peer_name = "sha256sum of the originals" if shutil.which("sha256sum") else "hashlib over the originals"
            bench.versus(f"{total} as {form}", ours=ours, peer=peer, peer_name=peer_name, unit="s", at_most=1.25)
        progress(0.6, "memory")
        if sys.platform == "linux":
            bench.alone("peak memory of a process", ours=_peak(made.zip_file), unit="MiB", at_most=250)
        tiny = _package(folder / "tiny", (1, 4096))
        first = median(measured(lambda: _verify([tiny.zip_file])) for _ in range(runs))
        bench.alone("start to answer on a small package", ours=first, unit="s", at_most=1)
        copies = [str(shutil.copy(tiny.zip_file, folder / f"{number}.zip")) for number in range(small)]
        progress(0.7, "many")
        seconds = measured(lambda: _verify(copies, "--jobs", str(os.cpu_count() or 1)))
        bench.alone(f"{small} small packages", ours=small / seconds, unit="packages/s", at_least=40)
    return bench


def _package(folder: Path, originals: tuple[int, int]) -> PackageMade:
    """A package of ``originals`` (number and bytes), made through a vault."""
    incoming = folder / "incoming"
    incoming.mkdir(parents=True)
    paths = [incoming / f"{number}.bin" for number in range(originals[0])]
    for path in paths:
        with path.open("wb") as stream:
            for start in range(0, originals[1], _BLOCK):
                stream.write(os.urandom(min(_BLOCK, originals[1] - start)))
    examiner = Examiner(role=OperatorRole.COUNSELLOR, name="")
    session, _key = create_vault(folder / "vault", "not a secret", examiner=examiner, cost=CHEAP_COST)
    with session:
        case = session.create_case("Benchmark")
        session.add_files(case.id, paths)
        shutil.rmtree(incoming)
        ids = [exhibit.item.id for exhibit in session.exhibits(case.id)]
        choices = PackageChoices(language="en", exposure={}, ask_time=False)
        made = session.package(case.id, choices, folder / "out", ids)
    shutil.rmtree(folder / "vault")
    return made


def _verify(paths: Sequence[str], *options: str) -> None:
    command = [sys.executable, "-m", "app.verify", "--json", *options, *paths]
    root = Path(__file__).resolve().parent.parent.parent
    done = subprocess.run(command, cwd=root, stdout=subprocess.DEVNULL, check=False)
    if done.returncode != 3:  # nothing is wrong, and nothing was given to trust
        raise RuntimeError(f"the verifier answered {done.returncode}")


def _peak(path: str) -> float:
    """MiB of the largest process of one verification."""
    import resource

    _verify([path])
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def _digest(paths: Sequence[Path]) -> None:
    if shutil.which("sha256sum"):
        subprocess.run(["sha256sum", *map(str, paths)], check=True, stdout=subprocess.DEVNULL)
        return
    for path in paths:
        with path.open("rb") as stream:
            hashlib.file_digest(stream, "sha256")
