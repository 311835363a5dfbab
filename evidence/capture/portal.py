"""A Wayland desktop as a :class:`evidence.capture.screen.ScreenGrabber`: the system pictures the screen for us.

``org.freedesktop.portal.Screenshot``: the desktop asks the person where it wants to, and writes the picture into a
file. That is read, taken away again (:mod:`evidence.capture.systemfile`) and decoded in the child process. Places are
in the compositor's logical units.
"""

from __future__ import annotations

import hashlib
import io
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evidence.bus import Portal, PortalEnded, Variant, session_address, wayland
from evidence.capture.cast import Cast, cut
from evidence.capture.film import RawFrame
from evidence.capture.recording import Look
from evidence.capture.screen import Frame, Region, Screen, Window, bounding
from evidence.capture.systemfile import NotOursError, SystemFile, read_system_file
from evidence.errors import EvidenceError
from evidence.media import MediaLimits, MediaWorker, decode_image

SCREENSHOT, CAST = "org.freedesktop.portal.Screenshot", "org.freedesktop.portal.ScreenCast"
ANSWER_S = 180.0
"""How long the person may think about the system's question."""
_LIMITS = MediaLimits(time_s=60.0)


class PortalGrabber:
    """One act of capturing on a Wayland desktop: made anew for each, because it remembers what was handed over."""

    def __init__(
        self, environ: Mapping[str, str] | None = None, *, answer_s: float = ANSWER_S,
        clock_ns: Callable[[], int] = time.time_ns, cast_command: list[str] | None = None,
    ) -> None:  # fmt: skip
        """``environ`` says where the compositor and the session's bus are; without it, the process's own."""
        self._environ = os.environ if environ is None else environ
        self._answer_s = answer_s
        self._clock_ns = clock_ns
        self._cast_command = cast_command
        self._cast: Cast | None = None
        self._cast_size = (0, 0)
        self._handed: dict[str, str] = {}
        self.left_behind: Path | None = None
        """Where the system's own copy of the last picture still lies, if it could not be taken away."""

    def screens(self) -> Sequence[Screen]:
        """The monitors. Raises :class:`EvidenceError` ``capture.no_display``."""
        found = wayland.outputs(self._environ)
        if not found:
            raise EvidenceError("capture.no_display")
        return tuple(
            Screen(number, Region(each.left, each.top, each.width, each.height), each.name)
            for number, each in enumerate(found, start=1)
        )

    def grab(self, region: Region, cancelled: Callable[[], bool] = lambda: False) -> Frame:
        """The pixels of ``region``, cut out of the system's picture of everything.

        Raises :class:`EvidenceError` ``capture.portal_…``, ``capture.screen_blank``, ``capture.screen_layout``, and
        :class:`evidence.errors.CancelledError`.
        """
        bounds = bounding(self.screens())
        whole = self._picture(cancelled, is_chosen=False)
        scale = whole.shape[1] / bounds.width
        if abs(whole.shape[0] - bounds.height * scale) > max(2.0, 0.005 * whole.shape[0]):
            raise EvidenceError("capture.screen_layout")
        left, top = round((region.left - bounds.left) * scale), round((region.top - bounds.top) * scale)
        right = round((region.left + region.width - bounds.left) * scale)
        bottom = round((region.top + region.height - bounds.top) * scale)
        return _frame(whole[top:bottom, left:right])

    def grab_chosen(self, cancelled: Callable[[], bool] = lambda: False) -> Frame:
        """What the person chooses in the system's own window. Raises as :meth:`grab`."""
        return _frame(self._picture(cancelled, is_chosen=True))

    def allow_film(self, cancelled: Callable[[], bool] = lambda: False) -> tuple[int, int]:
        """Have the person choose a monitor in the system's own window; its size in pixels. Nothing is recorded before.

        Raises :class:`EvidenceError` ``capture.no_recording_here``, ``capture.portal_…`` and ``capture.screen_failed``,
        and :class:`evidence.errors.CancelledError`.
        """
        if not self._has_cast_portal():
            raise EvidenceError("capture.no_recording_here")
        cast = Cast(self._environ, command=self._cast_command)
        try:
            first = cast.begin(self._answer_s, cancelled)
        except BaseException:
            cast.close()
            raise
        self._cast, self._cast_size = cast, (first.width, first.height)
        return self._cast_size

    def end_film(self) -> None:
        """The recording that was allowed does not begin, or is over."""
        cast, self._cast = self._cast, None
        if cast is not None:
            cast.close()

    @contextmanager
    def film(self, region: tuple[int, int, int, int]) -> Iterator[Look]:
        """Look at ``region`` of the monitor that the person chose; where there are several monitors, at all of it.

        Raises :class:`EvidenceError` ``capture.no_recording_here`` without :meth:`allow_film`, and
        ``capture.screen_layout``; a look raises ``capture.screen_failed``.
        """
        cast = self._cast
        if cast is None:
            raise EvidenceError("capture.no_recording_here")
        try:
            bounds, (width, height) = bounding(self.screens()), self._cast_size
            if len(self.screens()) > 1:
                yield cast.look
                return
            scale = width / bounds.width
            if abs(height - bounds.height * scale) > max(2.0, 0.005 * height):
                raise EvidenceError("capture.screen_layout")
            left, top = round((region[0] - bounds.left) * scale), round((region[1] - bounds.top) * scale)
            wide, high = round(region[2] * scale), round(region[3] * scale)

            whole: RawFrame | None = None
            part: RawFrame | None = None

            def look() -> RawFrame:
                nonlocal whole, part
                now = cast.look()
                if part is None or now is not whole:  # a picture that stands is cut once
                    whole, part = now, cut(now, left, top, wide, high)
                return part

            yield cast.look if (left, top, wide, high) == (0, 0, width, height) else look
        finally:
            self.end_film()

    def _has_cast_portal(self) -> bool:
        try:
            portal = Portal(session_address(self._environ))
        except PortalEnded:
            return False
        try:
            return portal.version(CAST) > 0
        finally:
            portal.close()

    @property
    def draws_pointer(self) -> bool:
        """Whether :meth:`film` shows the pointer."""
        return False

    def windows(self) -> Sequence[Window]:
        """None: this system tells no program about the windows of another."""
        return ()

    def facts(self) -> dict[str, str]:
        """The kind of display and of access, and what this system does not tell."""
        return {"display": "Wayland", "access": "portal", "active_window": "not_told"}

    def handed_facts(self) -> dict[str, str]:
        """What is known of the picture that the system handed over last."""
        return dict(self._handed)

    def _picture(self, cancelled: Callable[[], bool], *, is_chosen: bool) -> NDArray[np.uint8]:
        handed = self._ask(cancelled, is_chosen=is_chosen)
        is_gone = handed.take_away()
        self.left_behind = None if is_gone else handed.path
        self._handed["system_copy"] = "removed" if is_gone else "left"
        self._handed["system_copy_sha256"] = hashlib.sha256(handed.data).hexdigest()
        try:
            with MediaWorker() as worker:
                found = decode_image(io.BytesIO(handed.data), worker=worker, limits=_LIMITS, cancelled=cancelled)
        except EvidenceError as problem:
            raise EvidenceError("capture.portal_answer") from problem
        if (found.rgb == found.rgb[0, 0]).all():
            raise EvidenceError("capture.screen_blank")
        return found.rgb

    def _ask(self, cancelled: Callable[[], bool], *, is_chosen: bool) -> SystemFile:
        self._handed, self.left_behind = {}, None
        try:
            portal = Portal(session_address(self._environ))
            try:
                self._handed["portal_version"] = str(portal.version(SCREENSHOT))
                begun_ns = self._clock_ns()
                results = portal.request(
                    SCREENSHOT, "Screenshot", "s", [""],
                    {"modal": Variant("b", False), "interactive": Variant("b", is_chosen)},
                    limit_s=self._answer_s, cancelled=cancelled,
                )  # fmt: skip
                return read_system_file(results.get("uri"), begun_ns, self._clock_ns())
            finally:
                portal.close()
        except NotOursError as problem:
            raise EvidenceError("capture.portal_answer") from problem
        except PortalEnded as problem:
            raise _error(problem.how) from problem


def _error(how: str) -> EvidenceError:
    """How the system's answer ended, as an error of this house."""
    if how == "missing":
        return EvidenceError("capture.portal_missing")
    if how == "cancelled":
        return EvidenceError("capture.portal_cancelled")
    if how == "time":
        return EvidenceError("capture.portal_time")
    if how == "gone":
        return EvidenceError("capture.portal_gone")
    if how == "answer":
        return EvidenceError("capture.portal_answer")
    return EvidenceError("capture.portal_denied")


def _frame(rgb: NDArray[np.uint8]) -> Frame:
    return Frame(int(rgb.shape[1]), int(rgb.shape[0]), np.ascontiguousarray(rgb).tobytes())
