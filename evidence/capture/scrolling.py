"""A long chat while a person scrolls it: picture after picture of one region, each kept, and a tall one of all."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from evidence.capture.access import allow_film
from evidence.capture.clock import Clock, read_clock
from evidence.capture.naming import time_name
from evidence.capture.screen import (
    AskedGrabber,
    Frame,
    Place,
    Region,
    ScreenGrabber,
    choose_place,
    encode_png,
    frame_of,
)
from evidence.capture.stitching import Stitched, stitch
from evidence.errors import CancelledError, EvidenceError
from evidence.model import Acquisition, AcquisitionMethod, IncomingFile, Item, Moment

MOST_FRAMES = 150
_MOST_BYTES = 768 << 20
"""Of pixels that are held at once."""


@dataclass(frozen=True, slots=True)
class Scrolled:
    """The single pictures as an acquisition, and the tall one that is made of them, if one can be made."""

    originals: Acquisition
    stitched: Stitched | None


def acquire_scroll(
    grabber: ScreenGrabber, *, seconds: float, every_s: float = 0.4, clock: Clock = read_clock,
    screen: int | None = None, region: Region | tuple[int, int, int, int] | None = None, note: str = "",
    lawful_access: str = "", progress: Callable[[float, str], None] = lambda _share, _step: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Scrolled:  # fmt: skip
    """Picture a region every ``every_s`` seconds for ``seconds``; a picture that equals the one before is left out.

    Ends early after 150 pictures. When it is cancelled, or the screen fails, what was pictured until then is given and
    says that it is partial; no tall picture is made then. Before the first picture it raises as
    :func:`evidence.capture.acquire_screen`, and :class:`CancelledError`.
    """
    place = allow_film(grabber, choose_place(grabber, screen=screen, region=region), cancelled)
    facts, started, begin = grabber.facts(), clock(), time.monotonic()
    frames: list[Frame] = []
    times: list[float] = []
    unchanged = size = 0
    is_cut = is_ended = False
    due = begin
    with _looking(grabber, place) as look:
        while (now := time.monotonic()) - begin < seconds or not frames:
            try:
                if cancelled():
                    raise CancelledError
                frame = look()
            except (CancelledError, EvidenceError):
                if not frames:
                    raise
                is_ended = True
                break
            if frames and frame == frames[-1]:
                unchanged += 1
            else:
                size += len(frame.rgb)
                if frames and (len(frames) >= MOST_FRAMES or size > _MOST_BYTES):
                    is_cut = True
                    break
                frames.append(frame)
                times.append(now - begin)
            progress(min((now - begin) / seconds, 1.0) if seconds > 0 else 1.0, "grab")
            due += every_s
            time.sleep(min(max(0.0, due - time.monotonic()), max(0.0, begin + seconds - time.monotonic())))
    names = [time_name("scroll", started, f"-{number:03}.png") for number in range(1, len(frames) + 1)]
    pngs = [encode_png(frame) for frame in frames]
    files = tuple(
        IncomingFile(name=name, open=partial(io.BytesIO, png), expected_size=len(png))
        for name, png in zip(names, pngs, strict=True)
    )
    originals = Acquisition(
        files=files, method=AcquisitionMethod.LIVE_CAPTURE, title=time_name("scroll", started, ""), started=started,
        source={
            **facts, **place.facts, "pixels": f"{frames[0].width}x{frames[0].height}",
            "scroll_pictures": str(len(frames)), "frames_unchanged": str(unchanged),
            "scroll_times_s": " ".join(f"{at_s:.2f}" for at_s in times),
            "completeness": "partial" if is_cut or is_ended else "complete",
        },
        settings={"extent": place.extent, "format": "png_rgb8", "cursor": "not_drawn"},
        note=note, lawful_access=lawful_access,
    )  # fmt: skip
    return Scrolled(originals, None if is_ended else stitch(frames))


@contextmanager
def _looking(grabber: ScreenGrabber, place: Place) -> Iterator[Callable[[], Frame]]:
    """A way to picture ``place`` again and again. A system that asks first is asked once for all of them."""
    if isinstance(grabber, AskedGrabber):
        with grabber.film(place.taken) as look:
            yield lambda: frame_of(look())
    else:
        yield lambda: grabber.grab(place.taken)


def stitched_acquisition(stitched: Stitched, item: Item, started: Moment) -> Acquisition:
    """The tall picture as an acquisition that names the single ones."""
    png = encode_png(stitched.frame)
    name = time_name("stitched", started, ".png")
    return Acquisition(
        files=(IncomingFile(name=name, open=partial(io.BytesIO, png), expected_size=len(png)),),
        method=AcquisitionMethod.DERIVED,
        title=name,
        started=started,
        source={
            "derived_from": item.number,
            "derived_from_sha256": " ".join(item.files[index].digests.sha256 for index in stitched.used),
            "pixels": f"{stitched.frame.width}x{stitched.frame.height}",
            "transform": "laid below each other where they overlap",
            "stitched_pictures": " ".join(str(index + 1) for index in stitched.used),
            "stitched_rows": " ".join(map(str, stitched.offsets)),
            "stitched_gaps": str(stitched.gaps),
            "stitched_standing": f"{stitched.top} {stitched.bottom}",
        },
        settings={"extent": "stitched", "format": "png_rgb8"},
        lawful_access=item.lawful_access,
    )
