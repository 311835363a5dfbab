"""A recording on Wayland: the process that the desktop casts a screen to, and the near end that believes nothing.

Qt itself takes the pictures here from a real X display; the way over PipeWire runs where that library is installed.
"""

from __future__ import annotations

import ctypes
import os
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.errors import code_of
from support.portal import CAST, Desktop, cast_child

from app.screencast import PIPEWIRE
from evidence.bus import Variant
from evidence.capture import MssGrabber, Region, allow_film, choose_place
from evidence.capture.cast import Cast, cut
from evidence.capture.film import RawFrame
from evidence.capture.portal import PortalGrabber
from evidence.errors import CancelledError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Wayland is a matter of Linux")


def has_pipewire() -> bool:
    with suppress(OSError):
        ctypes.CDLL(PIPEWIRE)
        return True
    return False


def test_what_qt_sees_is_what_the_screen_shows(display: str) -> None:
    cast = Cast({"DISPLAY": display}, platform="xcb", is_asked=False)
    frame = cast.begin(120.0)
    whole = MssGrabber({"DISPLAY": display}, platform="linux").grab(Region(0, 0, 1920, 1080))
    pixels = np.frombuffer(frame.bgra, np.uint8).reshape(frame.height, frame.width, 4)
    assert (frame.width, frame.height) == (1920, 1080)
    assert pixels[:, :, 2::-1].tobytes() == whole.rgb
    assert cast.look().bgra == frame.bgra
    cast.close()
    assert cast._process.returncode == 0


def test_a_part_is_cut_out() -> None:
    pixels = np.arange(6 * 4 * 4, dtype=np.uint8).reshape(4, 6, 4)
    part = cut(RawFrame(6, 4, pixels.tobytes()), 1, 2, 3, 2)
    assert (part.width, part.height) == (3, 2)
    assert part.bgra == pixels[2:4, 1:4].tobytes()


@pytest.mark.parametrize(
    ("words", "code"),
    [("sys.exit()", "capture.no_recording_here"),
     ("wait();wait();print('nonsense',flush=True)", "capture.no_recording_here"),
     ("wait();wait();tell({'width':2,'height':2},b'abc')", "capture.screen_failed"),
     ("wait();wait();tell({'width':-2,'height':2},b'abc')", "capture.screen_failed"),
     ("wait();wait();tell({'width':'2','height':[]})", "capture.screen_failed"),
     ("wait();wait();tell({'same':True})", "capture.screen_failed"),
     ("wait();wait();tell({'ended':['odd']})", "capture.screen_failed"),
     ("wait();wait();tell({'ended':'missing'})", "capture.no_recording_here"),
     ("wait();wait();tell({'ended':'cancelled'})", "capture.portal_cancelled"),
     ("wait();wait();tell({'ended':'denied'})", "capture.portal_denied")],
)  # fmt: skip
def test_a_child_that_goes_wrong(words: str, code: str) -> None:
    cast = Cast({}, command=cast_child(words))
    assert code_of(lambda: cast.begin(60.0)) in (code, "capture.screen_failed")
    cast.close()


def test_a_child_that_says_nothing(tmp_path: Path) -> None:
    cast = Cast({}, command=cast_child("wait();wait();wait()"))
    assert code_of(lambda: cast.begin(0.3)) == "capture.portal_time"
    cast.close()
    cast = Cast({}, command=cast_child("wait();wait();wait()"))
    with pytest.raises(CancelledError):
        cast.begin(60.0, lambda: True)
    cast.close()


def test_pictures_that_end_on_the_way() -> None:
    cast = Cast({}, command=cast_child("wait();wait();tell({'width':1,'height':1},b'abcd');wait();tell({'same':True})\n"
                                  "wait();tell({'ended':'closed'})"))  # fmt: skip
    first = cast.begin(60.0)
    assert cast.look() is first
    assert code_of(cast.look) == "capture.screen_failed"
    cast.close()
    assert code_of(cast.look) == "capture.screen_failed"


class TestAsking:
    def test_no_such_portal(self, desktop: Desktop) -> None:
        del desktop.portals.versions[CAST]
        assert code_of(desktop.grabber().allow_film) == "capture.no_recording_here"
        assert code_of(lambda: desktop.grabber().film((0, 0, 1, 1)).__enter__()) == "capture.no_recording_here"

    @pytest.mark.skipif(has_pipewire(), reason="PipeWire is installed here")
    def test_no_pipewire(self, desktop: Desktop) -> None:
        assert code_of(desktop.grabber().allow_film) == "capture.no_recording_here"
        assert desktop.portals.calls == []

    @pytest.mark.skipif(not has_pipewire(), reason="PipeWire is not installed on this computer")
    @pytest.mark.parametrize(("answer", "code"), [(1, "capture.portal_cancelled"), (2, "capture.portal_denied")])
    def test_the_person_says_no(self, desktop: Desktop, answer: int, code: str) -> None:
        desktop.portals.answers["SelectSources"] = lambda _arguments: (0, {})
        desktop.portals.answers["Start"] = lambda _arguments: (answer, {})
        assert code_of(PortalGrabber({**os.environ, **desktop.environ}).allow_film) == code

    @pytest.mark.skipif(not has_pipewire(), reason="PipeWire is not installed on this computer")
    def test_a_connection_that_leads_nowhere(self, desktop: Desktop) -> None:
        desktop.portals.answers["SelectSources"] = lambda _arguments: (0, {})
        streams = Variant("a(ua{sv})", [(7, {"source_type": Variant("u", 1)})])
        desktop.portals.answers["Start"] = lambda _arguments: (0, {"streams": streams})
        code = code_of(PortalGrabber({**os.environ, **desktop.environ}, answer_s=5.0).allow_film)
        assert code in ("capture.portal_time", "capture.screen_failed", "capture.no_recording_here")

    def test_with_several_monitors_the_system_chooses(self, desktop: Desktop) -> None:
        for chosen in ({"screen": 1}, {"region": Region(0, 0, 50, 50)}):
            grabber = desktop.grabber()
            place = choose_place(grabber, **chosen)
            assert code_of(lambda found=(grabber, place): allow_film(*found)) == "capture.cast_choice"

    def test_what_is_recorded_is_what_was_chosen(self, desktop: Desktop, tmp_path: Path) -> None:
        one = "wait()\nwhile True:\n wait();tell({'width':4,'height':2},bytes(range(32)))\n"
        grabber = PortalGrabber(desktop.environ, cast_command=cast_child(one))
        place = allow_film(grabber, choose_place(grabber))
        assert (place.extent, place.facts["cast_pixels"]) == ("asked", "4x2")
        assert "region" not in place.facts
        with grabber.film(place.taken) as look:
            assert look().bgra == bytes(range(32))
        assert code_of(lambda: grabber.film(place.taken).__enter__()) == "capture.no_recording_here"

    def test_one_monitor_can_be_cut(self, desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
        pixels = np.arange(200 * 400, dtype=np.uint32).reshape(200, 400)
        one = ("import struct;data=struct.pack('=80000I',*range(80000))\nwait()\n"
               "while True:\n wait();tell({'width':400,'height':200},data)\n")  # fmt: skip
        grabber = PortalGrabber(desktop.environ, cast_command=cast_child(one))
        only = [replace(each) for each in grabber.screens()][:1]
        monkeypatch.setattr(PortalGrabber, "screens", lambda _self: only)
        place = allow_film(grabber, choose_place(grabber, region=Region(10, 20, 30, 40)))
        assert place.extent == "region"
        with grabber.film(place.taken) as look:
            assert look().bgra == pixels[40:120, 20:80].tobytes()
