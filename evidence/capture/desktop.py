"""The desktop of X11, Windows or macOS as a :class:`evidence.capture.screen.ScreenGrabber`, by the library mss."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import mss
from mss.exception import ScreenShotError

from evidence.capture import macos, win32, x11
from evidence.capture.film import RawFrame
from evidence.capture.recording import Look
from evidence.capture.screen import Frame, Region, Screen, Window
from evidence.errors import EvidenceError

if TYPE_CHECKING:
    from collections.abc import Iterator


_FAILED = (ScreenShotError, AssertionError)
"""What the library raises; it asserts that a server answers, which one that died does not."""


class MssGrabber:
    """Opens the display anew for each act, so that it serves any thread and outlives a change of monitors."""

    def __init__(self, environ: Mapping[str, str] | None = None, *, platform: str = sys.platform) -> None:
        """``environ`` says which display is meant: ``DISPLAY``, ``WAYLAND_DISPLAY`` and ``XDG_SESSION_TYPE``.

        Without it, the environment of the process.
        """
        self._environ = os.environ if environ is None else environ
        self._platform = platform
        self._has_one_display = platform in ("win32", "darwin")

    def screens(self) -> Sequence[Screen]:
        """The monitors. Where the system names none, the whole desktop counts as one.

        Raises :class:`EvidenceError` ``capture.no_display`` or ``capture.wayland``.
        """
        with self._opened() as display:
            try:
                whole, *monitors = display.monitors
            except (*_FAILED, ValueError) as problem:
                raise EvidenceError("capture.no_display") from problem
        if not self._has_one_display and self._is_below_wayland(monitors):
            raise EvidenceError("capture.wayland")
        return tuple(
            Screen(
                number=number,
                region=Region(facts["left"], facts["top"], facts["width"], facts["height"]),
                name=str(facts.get("output") or facts.get("name") or ""),
                is_primary=bool(facts.get("is_primary", False)),
            )
            for number, facts in enumerate(monitors or [whole], start=1)
        )

    def grab(self, region: Region) -> Frame:
        """The pixels of ``region``. Raises :class:`EvidenceError` ``capture.screen_failed``."""
        with self._opened() as display:
            try:
                picture = display.grab(
                    {"left": region.left, "top": region.top, "width": region.width, "height": region.height}
                )
            except _FAILED as problem:
                raise EvidenceError("capture.screen_failed") from problem
        return Frame(picture.width, picture.height, picture.rgb)

    @contextmanager
    def film(self, region: tuple[int, int, int, int]) -> Iterator[Look]:
        """Look at ``region`` again and again, with the pointer where the system lets it be drawn (X11).

        Raises :class:`EvidenceError` ``capture.no_display`` or ``capture.wayland``; a look raises
        ``capture.screen_failed``.
        """
        left, top, width, height = region
        place = {"left": left, "top": top, "width": width, "height": height}
        with self._opened(with_cursor=True) as display:

            def look() -> RawFrame:
                try:
                    picture = display.grab(place)
                except _FAILED as problem:
                    raise EvidenceError("capture.screen_failed") from problem
                return RawFrame(picture.width, picture.height, picture.raw)

            yield look

    @property
    def draws_pointer(self) -> bool:
        """Whether :meth:`film` shows the pointer."""
        return not self._has_one_display

    def facts(self) -> dict[str, str]:
        """The kind of display, and the active window's title and program, as far as the system tells them."""
        if self._platform == "win32":
            return {"display": "Windows", **win32.window_facts()}
        if self._platform == "darwin":
            return {"display": "macOS", **(macos.window_facts() or {"active_window": "not_told"})}
        return {"display": "X11", **x11.window_facts(self._environ.get("DISPLAY", ""))}

    def windows(self) -> Sequence[Window]:
        """The windows that can be chosen, topmost first. Empty where the system does not tell.

        A window's region is what a person sees there, with whatever lies over it: nothing is drawn anew.
        """
        if self._has_one_display:
            told = win32.windows() if self._platform == "win32" else macos.windows()
            return tuple(Window(title, program, Region(*place)) for title, program, *place in told)
        return tuple(
            Window(each.title, each.program, Region(each.left, each.top, each.width, each.height))
            for each in x11.windows(self._environ.get("DISPLAY", ""))
        )

    def _is_below_wayland(self, monitors: Sequence[dict[str, Any]]) -> bool:
        """Whether the X server itself says so: by its extension, or in older ones by the names of its outputs."""
        if any(str(facts.get("output", "")).startswith("XWAYLAND") for facts in monitors):
            return True
        return x11.has_extension(self._environ.get("DISPLAY", ""), "XWAYLAND")

    @contextmanager
    def _opened(self, *, with_cursor: bool = False) -> Iterator[Any]:
        if not self._has_one_display:
            if self._environ.get("WAYLAND_DISPLAY") or self._environ.get("XDG_SESSION_TYPE") == "wayland":
                # An X server below Wayland answers, but with black in the place of other programs' windows.
                raise EvidenceError("capture.wayland")
            if not self._environ.get("DISPLAY"):
                raise EvidenceError("capture.no_display")
        try:
            display = (
                mss.MSS()
                if self._has_one_display
                else mss.MSS(display=self._environ["DISPLAY"], with_cursor=with_cursor)
            )
        except (*_FAILED, OSError, ValueError) as problem:
            raise EvidenceError("capture.no_display") from problem
        try:
            yield display
        finally:
            with suppress(*_FAILED):  # the server may have gone meanwhile
                display.close()
