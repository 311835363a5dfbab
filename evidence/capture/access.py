"""Which way to the screen this system offers, and what it does not tell."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from evidence.capture import x11
from evidence.capture.desktop import MssGrabber
from evidence.capture.portal import PortalGrabber
from evidence.capture.screen import AskedGrabber, Place, ScreenGrabber
from evidence.errors import EvidenceError


@dataclass(frozen=True, slots=True)
class ScreenAccess:
    """What capturing the screen is like on this system."""

    way: str
    """``x11``, ``portal`` (Wayland: the system makes the picture, and may ask first), ``windows`` or ``macos``."""
    asks: bool = False
    """The system may ask the person first, and its own window lets her choose a part."""
    writes_copy: bool = False
    """The system writes the picture into a file of its own before it can be taken in."""
    chooses_film: bool = False
    """What a recording shows is chosen in the system's own window."""
    names_windows: bool = True
    """Whether the title and the program of the active window are told."""


def is_wayland(environ: Mapping[str, str] | None = None, *, platform: str = sys.platform) -> bool:
    """Whether this is a Wayland desktop. Below one, an X server answers with black in the place of other programs."""
    environ = os.environ if environ is None else environ
    if platform in ("win32", "darwin"):
        return False
    if environ.get("WAYLAND_DISPLAY") or environ.get("XDG_SESSION_TYPE") == "wayland":
        return True
    return x11.has_extension(environ.get("DISPLAY", ""), "XWAYLAND")


def open_desktop(environ: Mapping[str, str] | None = None, *, platform: str = sys.platform) -> ScreenGrabber:
    """The way to the screen that fits this system."""
    if is_wayland(environ, platform=platform):
        return PortalGrabber(environ)
    return MssGrabber(environ, platform=platform)


def allow_film(grabber: ScreenGrabber, place: Place, cancelled: Callable[[], bool] = lambda: False) -> Place:
    """Where the system asks first, have it ask now, before anything is recorded; what is meant then.

    With several monitors the person chooses one in the system's own window, and all of it is meant: which of them it
    is, no program is told. Raises :class:`EvidenceError` ``capture.cast_choice``, as
    :meth:`evidence.capture.portal.PortalGrabber.allow_film`, and :class:`evidence.errors.CancelledError`.
    """
    if not isinstance(grabber, AskedGrabber):
        return place
    has_choice = len(grabber.screens()) > 1
    if has_choice and place.extent != "desktop":
        raise EvidenceError("capture.cast_choice")
    width, height = grabber.allow_film(cancelled)
    facts = {**place.facts, "cast_pixels": f"{width}x{height}"}
    if has_choice:
        facts.pop("region", None)
        return Place(place.taken, "asked", facts)
    return Place(place.taken, place.extent, facts)


def screen_access(environ: Mapping[str, str] | None = None, *, platform: str = sys.platform) -> ScreenAccess:
    """What this system offers. Nothing is pictured and nobody is asked."""
    if platform == "win32":
        return ScreenAccess("windows")
    if platform == "darwin":
        return ScreenAccess("macos")
    if is_wayland(environ, platform=platform):
        return ScreenAccess("portal", asks=True, writes_copy=True, chooses_film=True, names_windows=False)
    return ScreenAccess("x11")
