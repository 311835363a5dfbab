"""Recording and picturing a screen of 1920x1080: pace, dropped pictures, processor, size, memory, time to the seal.

The pictures are taken from the real display where there is one. A chat that scrolls is drawn otherwise, and always for
the recording, so that every run encodes the same: handing over its pixels costs about what grabbing costs. Half a
minute by default; ``HOLDFAST_BENCH_SECONDS=600`` makes it ten minutes.
"""

from __future__ import annotations

import io
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from app.bench.rows import Bench, measured, medians_in_turn
from evidence.capture import Frame, MssGrabber, Region, Screen, ScreenGrabber, Window
from evidence.capture.film import RawFrame
from evidence.capture.screen import encode_png
from evidence.errors import EvidenceError
from evidence.model import Examiner, OperatorRole
from evidence.session import Session, create_vault, real_ports
from evidence.session.measuring import CHEAP_COST

WIDTH, HEIGHT = 1920, 1080
RATE = 15
_SECONDS = 30.0
_GRABS = 9
_LINE = 44
"""Height of a line of the drawn chat, in pixels."""


class DrawnScreen:
    """A chat of many lines that moves by some pixels with every look; a tenth of the looks shows no change."""

    draws_pointer = False

    def __init__(self) -> None:
        chance = np.random.default_rng(7)
        page = np.full((6 * HEIGHT, WIDTH, 4), 238, dtype=np.uint8)
        for top in range(0, page.shape[0] - _LINE, _LINE):
            left = int(chance.choice([300, 900]))
            page[top + 4 : top + 40, left : left + 700, :3] = chance.choice([255, 220, 200], 3)
            words = chance.random((18, 640)) < 0.3  # as many edges as small letters have
            page[top + 12 : top + 30, left + 20 : left + 660, :3][words] = 30
        self._page = page
        self._looks = 0

    def screens(self) -> Sequence[Screen]:
        """One monitor."""
        return (Screen(1, Region(0, 0, WIDTH, HEIGHT)),)

    def facts(self) -> dict[str, str]:
        """Nothing but what it is."""
        return {"display": "drawn"}

    def windows(self) -> Sequence[Window]:
        """None."""
        return ()

    def grab(self, region: Region) -> Frame:
        """The first picture."""
        rgb = np.ascontiguousarray(self._page[: region.height, : region.width, 2::-1])
        return Frame(region.width, region.height, rgb.tobytes())

    @contextmanager
    def film(self, _region: tuple[int, int, int, int]) -> Iterator[Callable[[], RawFrame]]:
        """Look after look."""

        def look() -> RawFrame:
            self._looks += self._looks % 10 != 9 or 11
            top = self._looks * 7 % (self._page.shape[0] - HEIGHT)
            return RawFrame(WIDTH, HEIGHT, self._page[top : top + HEIGHT].tobytes())

        yield look


def add_screens(bench: Bench, progress: Callable[[float, str], None]) -> None:
    """Measure for half a minute, or for as long as ``HOLDFAST_BENCH_SECONDS`` says."""
    try:
        seconds = float(os.environ.get("HOLDFAST_BENCH_SECONDS", _SECONDS))
    except ValueError:
        seconds = _SECONDS
    measure(bench, progress, seconds=max(1.0, seconds), grabs=_GRABS)


def measure(bench: Bench, progress: Callable[[float, str], None], *, seconds: float, grabs: int) -> None:
    """The same for other lengths."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        _grab(bench, Path(name) / "grab", grabs)
        _encode(bench)
        progress(0.1, "grab")
        _record(bench, Path(name) / "record", seconds, lambda share: progress(0.1 + 0.9 * share, "record"))


def _grab(bench: Bench, folder: Path, grabs: int) -> None:
    grabber, where = _display()
    with _vault(folder, lambda: grabber) as session:
        case_id = session.create_case("bench").id
        region = (0, 0, WIDTH, HEIGHT)
        times, processor = [], time.process_time()
        for number in range(grabs + 1):
            times.append(measured(lambda: session.capture_screen(case_id, region=region)) * 1000)
            if number == 0:
                processor = time.process_time()
        processor = (time.process_time() - processor) * 1000 / grabs
    what = f"a grab of {WIDTH}x{HEIGHT} ({where}) to the sealed exhibit"
    bench.alone(what, ours=statistics.median(times[1:]), unit="ms", at_most=300)
    bench.alone(f"{what}: processor", ours=processor, unit="ms")


def _encode(bench: Bench) -> None:
    """The part of a grab that costs most, on what costs it most: a desktop of which the half is a photograph."""
    rgb = np.frombuffer(DrawnScreen().grab(Region(0, 0, WIDTH, HEIGHT)).rgb, np.uint8).reshape(HEIGHT, WIDTH, 3).copy()
    chance = np.random.default_rng(7)
    shapes = Image.fromarray(chance.integers(0, 256, (60, 60, 3), dtype=np.uint8)).resize((WIDTH // 2, HEIGHT))
    noise = chance.normal(0, 3, (HEIGHT, WIDTH // 2, 3))
    rgb[:, : WIDTH // 2] = np.clip(np.asarray(shapes) + noise, 0, 255).astype(np.uint8)
    frame, picture = Frame(WIDTH, HEIGHT, rgb.tobytes()), Image.fromarray(rgb)
    ours, peer = medians_in_turn(lambda: encode_png(frame), lambda: picture.save(io.BytesIO(), "PNG", compress_level=1))
    bench.versus(
        f"the PNG of {WIDTH}x{HEIGHT}, the half of it a photograph", ours=ours * 1000, peer=peer * 1000,
        peer_name="Pillow, quickest level", unit="ms", at_most=1,
    )  # fmt: skip


def _record(bench: Bench, folder: Path, seconds: float, progress: Callable[[float], None]) -> None:
    with _vault(folder, DrawnScreen) as session:
        case_id = session.create_case("bench").id
        memory = [_memory_mib()]
        processor = time.process_time()
        going_on = session.films.begin(case_id, rate=RATE)
        while (status := going_on.status()).seconds < seconds and status.is_running:
            time.sleep(min(0.5, seconds / 10))
            memory.append(_memory_mib())
            progress(min(status.seconds / seconds, 1.0))
        item = session.films.finish(going_on)
        processor = time.process_time() - processor
    facts, length = item.source, float(item.source["film_seconds"])
    looks = int(facts["film_frames"]) + int(facts["frames_unchanged"])
    what = f"recording {WIDTH}x{HEIGHT} at {RATE} pictures a second for {length:.0f} s"
    bench.alone(f"{what}: pace", ours=looks / length, unit="pictures/s", at_least=RATE * 0.97)
    dropped = int(facts["frames_dropped"])
    bench.alone(f"{what}: dropped", ours=100 * dropped / max(looks + dropped, 1), unit="% of the pictures", at_most=3)
    bench.alone(f"{what}: processor", ours=100 * processor / length, unit="% of one core", at_most=100)
    bench.alone(f"{what}: size", ours=item.files[0].digests.size * 8 / length / 1e6, unit="Mbit/s")
    if memory[0]:
        bench.alone(f"{what}: memory at its peak", ours=max(memory), unit="MiB", at_most=600)
        late = memory[len(memory) // 2 :]
        bench.alone(
            f"{what}: memory that the second half adds", ours=max(late) - max(memory[: len(memory) // 2]), unit="MiB",
            at_most=32,
        )  # fmt: skip


def _display() -> tuple[ScreenGrabber, str]:
    """The real display if it is large enough, and what to call it."""
    real = MssGrabber()
    try:
        screens = real.screens()
    except EvidenceError:
        return DrawnScreen(), "drawn"
    is_large = any(one.region.width >= WIDTH and one.region.height >= HEIGHT for one in screens)
    return (real, "real display") if is_large else (DrawnScreen(), "drawn")


def _vault(folder: Path, grabber: Callable[[], ScreenGrabber]) -> Session:
    session, _recovery_key = create_vault(
        folder, "for measuring alone", examiner=Examiner(role=OperatorRole.VICTIM), cost=CHEAP_COST,
        ports=replace(real_ports(), grabber=grabber),
    )  # fmt: skip
    return session


def _memory_mib() -> float:
    """What this process holds now; 0 where the system does not tell this way."""
    if sys.platform != "linux":
        return 0.0
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)
