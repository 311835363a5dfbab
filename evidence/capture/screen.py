"""The screen: the whole desktop, one monitor or a region, as a lossless picture that never touches the disk in plain.

The port is :class:`ScreenGrabber`; :mod:`evidence.capture.desktop` serves X11, Windows and macOS,
:mod:`evidence.capture.portal` Wayland. Positions and sizes are in the units in which the system places its monitors
(pixels; on macOS points, on Wayland logical pixels); a monitor to the left of or above the first one has negative ones.
"""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol, runtime_checkable

from evidence.capture.clock import Clock, read_clock
from evidence.capture.film import RawFrame
from evidence.capture.guides import guided_facts
from evidence.capture.naming import time_name
from evidence.capture.png import encode_rgb
from evidence.capture.recording import Look
from evidence.errors import EvidenceError
from evidence.model import Acquisition, AcquisitionMethod, IncomingFile


class Region(NamedTuple):
    """A rectangle of the desktop."""

    left: int
    top: int
    width: int
    height: int

    @classmethod
    def parse(cls, text: str) -> Region:
        """Read ``X,Y,W,H``. Raises :class:`EvidenceError` ``capture.bad_region``."""
        found = re.fullmatch(r"\s*(-?\d{1,6})\s*,\s*(-?\d{1,6})\s*,\s*(\d{1,6})\s*,\s*(\d{1,6})\s*", text, re.ASCII)
        if found is None:
            raise EvidenceError("capture.bad_region")
        return cls(*(int(part) for part in found.groups())).checked()

    def checked(self) -> Region:
        """The region itself. Raises :class:`EvidenceError` ``capture.bad_region`` when it has no area."""
        if self.width <= 0 or self.height <= 0:
            raise EvidenceError("capture.bad_region")
        return self

    def moved(self, left: int, top: int) -> Region:
        """The same rectangle, further right and down."""
        return Region(self.left + left, self.top + top, self.width, self.height)

    def clipped(self, bounds: Region) -> Region | None:
        """The part that lies within ``bounds``, or None when there is none."""
        left, top = max(self.left, bounds.left), max(self.top, bounds.top)
        right = min(self.left + self.width, bounds.left + bounds.width)
        bottom = min(self.top + self.height, bounds.top + bounds.height)
        return Region(left, top, right - left, bottom - top) if right > left and bottom > top else None

    def __str__(self) -> str:
        return f"{self.left},{self.top},{self.width},{self.height}"


@dataclass(frozen=True, slots=True)
class Screen:
    """One monitor. ``number`` counts from 1."""

    number: int
    region: Region
    name: str = ""
    is_primary: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """A window that a person can choose to picture."""

    title: str
    program: str
    region: Region


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture of the screen: three bytes for each pixel (red, green, blue), row by row from the top."""

    width: int
    height: int
    rgb: bytes


class ScreenGrabber(Protocol):
    """Access to the pixels of a desktop."""

    def screens(self) -> Sequence[Screen]:
        """The monitors, at least one. Raises :class:`EvidenceError` ``capture.no_display`` …"""
        ...

    def grab(self, region: Region) -> Frame:
        """The pixels of ``region``, which lies within the desktop. Raises ``capture.screen_failed``."""
        ...

    def windows(self) -> Sequence[Window]:
        """The windows that can be chosen, topmost first; empty where the system does not tell. Never raises."""
        ...

    def film(self, region: tuple[int, int, int, int]) -> AbstractContextManager[Look]:
        """A way to look at ``region`` again and again; see :class:`evidence.capture.recording.Filmer`."""
        ...

    @property
    def draws_pointer(self) -> bool:
        """Whether :meth:`film` shows the pointer."""
        ...

    def facts(self) -> dict[str, str]:
        """What the system tells besides: the kind of display, the active window's title and program. Never raises."""
        ...


@runtime_checkable
class AskedGrabber(Protocol):
    """A desktop that makes the picture itself, after asking the person where it wants to: waiting can be cancelled."""

    left_behind: Path | None
    """Where the system's own copy of the last picture still lies; None when there is none."""

    def grab(self, region: Region, cancelled: Callable[[], bool] = ...) -> Frame:
        """As :meth:`ScreenGrabber.grab`. Raises :class:`evidence.errors.CancelledError` too."""
        ...

    def grab_chosen(self, cancelled: Callable[[], bool] = ...) -> Frame:
        """What the person chooses in the system's own window."""
        ...

    def handed_facts(self) -> dict[str, str]:
        """What is known of the picture that the system handed over last."""
        ...

    def allow_film(self, cancelled: Callable[[], bool] = ...) -> tuple[int, int]:
        """Have the person choose in the system's own window what :meth:`ScreenGrabber.film` shows; its size."""
        ...

    def end_film(self) -> None:
        """What was allowed is not wanted any more."""
        ...


def acquire_screen(
    grabber: ScreenGrabber, *, clock: Clock = read_clock, screen: int | None = None,
    region: Region | tuple[int, int, int, int] | None = None, window: Window | None = None, note: str = "",
    lawful_access: str = "", guide: str = "", step: str = "", said: Mapping[str, str] | None = None,
    with_pointer: bool = False, is_asked: bool = False, cancelled: Callable[[], bool] = lambda: False,
) -> Acquisition:  # fmt: skip
    """Picture the whole desktop, or monitor ``screen``, or ``region`` (measured from that monitor's corner when both
    are given), or the place of ``window`` with whatever lies over it, and keep it as PNG. ``guide``, ``step`` and
    ``said`` as in :func:`evidence.capture.guides.guided_facts`. ``with_pointer`` draws the pointer where the system
    lets it be drawn; the settings say whether it was. ``is_asked``: the person chooses in the system's own window,
    where it has one.

    What of the region lies outside is cut off, and both the wish and the result are recorded. The title of the active
    window is recorded where the system tells it. Raises :class:`EvidenceError` ``capture.no_display``,
    ``capture.wayland``, ``capture.no_such_screen``, ``capture.bad_region``, ``capture.region_outside``,
    ``capture.screen_failed``, ``capture.window_gone`` or ``capture.no_system_choice``, and on Wayland as
    :class:`evidence.capture.portal.PortalGrabber`.
    """
    words = guided_facts(guide, step, said)
    if is_asked and not isinstance(grabber, AskedGrabber):
        raise EvidenceError("capture.no_system_choice")
    place = choose_place(grabber, screen=screen, region=region, window=window)
    taken = place.taken
    facts = grabber.facts()
    started = clock()
    before = time.monotonic_ns()
    is_drawn = with_pointer and grabber.draws_pointer
    frame, handed = _grabbed(grabber, None if is_asked else taken, cancelled, with_pointer=is_drawn)
    grab_ms = (time.monotonic_ns() - before) / 1_000_000
    if window is not None:
        _require_there(grabber, window)
    png = encode_png(frame)
    name = time_name("screen", started, ".png")
    source = {
        **facts,
        **place.facts,
        **words,
        "pixels": f"{frame.width}x{frame.height}",
        "scale": f"{frame.width / taken.width:g}",
        "grab_ms": f"{grab_ms:.1f}",
        **handed,
    }
    if is_asked:  # where it lay, and how it was scaled, is not told
        source = {name: value for name, value in source.items() if name not in ("region", "scale")}
    return Acquisition(
        files=(IncomingFile(name=name, open=partial(io.BytesIO, png), expected_size=len(png)),),
        method=AcquisitionMethod.LIVE_CAPTURE,
        title=name,
        started=started,
        source=source,
        settings={
            "extent": "asked" if is_asked else place.extent,
            "format": "png_rgb8",
            "cursor": "drawn" if is_drawn else "not_told" if handed else "not_drawn",
        },
        note=note,
        lawful_access=lawful_access,
    )


def _require_there(grabber: ScreenGrabber, window: Window) -> None:
    """Raise ``capture.window_gone`` unless the window still stands where it was pictured: it may have been closed, and
    then the picture shows what lay behind it. Its title may change meanwhile, as those of browsers do."""
    if not any((one.program, one.region) == (window.program, window.region) for one in grabber.windows()):
        raise EvidenceError("capture.window_gone", name=window.title)


def _grabbed(
    grabber: ScreenGrabber, region: Region | None, cancelled: Callable[[], bool], *, with_pointer: bool
) -> tuple[Frame, dict[str, str]]:
    """The picture of ``region`` (None: of what the person chooses), and what the system said with it."""
    if isinstance(grabber, AskedGrabber):
        frame = grabber.grab_chosen(cancelled) if region is None else grabber.grab(region, cancelled)
        return frame, grabber.handed_facts()
    assert region is not None
    return _with_pointer(grabber, region) if with_pointer else grabber.grab(region), {}


def _with_pointer(grabber: ScreenGrabber, region: Region) -> Frame:
    with grabber.film(region) as look:
        return frame_of(look())


def frame_of(raw: RawFrame) -> Frame:
    """A picture of a film as a picture."""
    import numpy as np

    pixels = np.frombuffer(raw.bgra, dtype=np.uint8).reshape(raw.height, raw.width, 4)
    return Frame(raw.width, raw.height, pixels[:, :, 2::-1].tobytes())


@dataclass(frozen=True, slots=True)
class Place:
    """Which part of the desktop is meant, and what is said about it."""

    taken: Region
    extent: str
    """``desktop``, ``screen``, ``region`` or ``window``."""
    facts: dict[str, str]


def choose_place(
    grabber: ScreenGrabber, *, screen: int | None = None, region: Region | tuple[int, int, int, int] | None = None,
    window: Window | None = None,
) -> Place:  # fmt: skip
    """The part of the desktop that these words mean. Raises as :func:`acquire_screen`, before anything is pictured."""
    screens = grabber.screens()
    if not screens:
        raise EvidenceError("capture.no_display")
    if window is not None:
        screen, region = None, window.region
    bounds = bounding(screens) if screen is None else _chosen(screens, screen).region
    asked = bounds
    if region is not None:
        asked = Region(*region).checked()
        if screen is not None:
            asked = asked.moved(bounds.left, bounds.top)
    taken = asked.clipped(bounds)
    if taken is None:
        raise EvidenceError("capture.region_outside", bounds=str(bounds))
    facts = {"monitors": "; ".join(_described(each) for each in screens), "region": str(taken)}
    if taken != asked:
        facts["region_asked"] = str(asked)
    if screen is not None:
        facts["screen"] = str(screen)
    if window is not None:
        facts |= {"window_title": window.title, "window_program": window.program}
        return Place(taken, "window", facts)
    return Place(taken, "region" if region is not None else "screen" if screen is not None else "desktop", facts)


def find_window(grabber: ScreenGrabber, words: str) -> Window:
    """The topmost window of this title; else the only one whose title or program holds ``words``, in any case.

    Raises :class:`EvidenceError` ``capture.no_such_window``, ``capture.many_windows`` or, on a system that tells no
    program about the windows of another, ``capture.windows_not_told``.
    """
    if isinstance(grabber, AskedGrabber):
        raise EvidenceError("capture.windows_not_told")
    windows = grabber.windows()
    for window in windows:
        if window.title == words:
            return window
    wanted = words.casefold()
    found = [one for one in windows if wanted and wanted in f"{one.title}\n{one.program}".casefold()]
    if not found:
        raise EvidenceError("capture.no_such_window", name=words)
    if len(found) > 1:
        raise EvidenceError("capture.many_windows", name=words, count=len(found))
    return found[0]


def encode_png(frame: Frame) -> bytes:
    """``frame`` as PNG (ISO/IEC 15948) without any further chunk: no date, no program, no comment.

    Raises ``ValueError`` when the frame's bytes do not fit its size.
    """
    return encode_rgb(frame.rgb, frame.width, frame.height)


def bounding(screens: Sequence[Screen]) -> Region:
    """The smallest rectangle that holds every monitor."""
    left, top = min(each.region.left for each in screens), min(each.region.top for each in screens)
    right = max(each.region.left + each.region.width for each in screens)
    bottom = max(each.region.top + each.region.height for each in screens)
    return Region(left, top, right - left, bottom - top)


def _chosen(screens: Sequence[Screen], number: int) -> Screen:
    for each in screens:
        if each.number == number:
            return each
    raise EvidenceError("capture.no_such_screen", number=number, count=len(screens))


def _described(screen: Screen) -> str:
    marks = f" {screen.name}" if screen.name else ""
    return f"{screen.number}: {screen.region}{marks}{' (primary)' if screen.is_primary else ''}"
