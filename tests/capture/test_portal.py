"""The screen of a Wayland desktop: asked over a real message bus, handed over in a real file, believed in nothing."""

from __future__ import annotations

import os
import socket
import struct
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from support.errors import code_of
from support.portal import MONITORS, SCREENSHOT, Answer, Desktop, FakeCompositor, Speaker, drawn

from evidence.bus import Variant, wayland
from evidence.capture import (
    Clock,
    MssGrabber,
    Region,
    acquire_screen,
    open_desktop,
    screen_access,
    x11,
)
from evidence.capture.portal import PortalGrabber
from evidence.errors import CancelledError
from evidence.model import Acquisition

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Wayland is a matter of Linux")
BytesOf = Callable[[Acquisition], bytes]


def pixels(png: bytes) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.asarray(Image.open(BytesIO(png)))


class TestPictures:
    def test_everything(self, desktop: Desktop, clock: Clock, bytes_of: BytesOf) -> None:
        found = acquire_screen(desktop.grabber(), clock=clock)
        assert np.array_equal(pixels(bytes_of(found)), drawn())
        assert found.source["monitors"] == "1: 0,0,200,100 DP-1; 2: -150,-20,150,120 eDP-1"
        assert (found.source["scale"], found.source["region"]) == ("2", "-150,-20,350,120")
        assert (found.source["display"], found.source["access"]) == ("Wayland", "portal")
        assert found.source["active_window"] == "not_told"
        assert "window_title" not in found.source
        assert found.settings == {"extent": "desktop", "format": "png_rgb8", "cursor": "not_told"}
        assert desktop.portals.calls[0][1][1].keys() == {"modal", "interactive", "handle_token"}
        assert desktop.portals.calls[0][1][1]["interactive"] is False

    def test_the_systems_own_copy_is_gone(self, desktop: Desktop, clock: Clock) -> None:
        picture = BytesIO()
        Image.fromarray(drawn()).save(picture, "PNG")
        grabber = desktop.grabber()
        found = acquire_screen(grabber, clock=clock)
        assert desktop.left() == []
        assert grabber.left_behind is None
        assert found.source["system_copy"] == "removed"
        assert found.source["system_copy_sha256"] == sha256(picture.getvalue()).hexdigest()
        assert str(desktop.pictures) not in str(found)

    def test_one_monitor_and_a_region_are_cut_out(self, desktop: Desktop, clock: Clock, bytes_of: BytesOf) -> None:
        found = acquire_screen(desktop.grabber(), clock=clock, screen=1)
        assert np.array_equal(pixels(bytes_of(found)), drawn()[40:240, 300:700])
        found = acquire_screen(desktop.grabber(), clock=clock, region=Region(-10, 5, 20, 10))
        assert np.array_equal(pixels(bytes_of(found)), drawn()[50:70, 280:320])

    def test_the_person_chooses_in_the_systems_window(self, desktop: Desktop, clock: Clock, bytes_of: BytesOf) -> None:
        found = acquire_screen(desktop.grabber(), clock=clock, is_asked=True)
        assert desktop.portals.calls[0][1][1]["interactive"] is True
        assert found.settings["extent"] == "asked"
        assert "region" not in found.source
        assert pixels(bytes_of(found)).shape == (240, 700, 3)

    def test_a_portal_that_chooses_the_path_itself(self, desktop: Desktop, clock: Clock) -> None:
        desktop.portals.handle_of = lambda _handle: "/org/freedesktop/portal/desktop/request/old/7"
        # The answer may come before we listen there: as old portals, it comes to us alone, and is heard.
        assert acquire_screen(desktop.grabber(), clock=clock).source["system_copy"] == "removed"


class TestEnds:
    @pytest.mark.parametrize(("answer", "code"), [(1, "capture.portal_cancelled"), (2, "capture.portal_denied")])
    def test_refused(self, desktop: Desktop, clock: Clock, answer: int, code: str) -> None:
        desktop.answer((answer, {}))
        assert code_of(lambda: acquire_screen(desktop.grabber(), clock=clock)) == code

    @pytest.mark.parametrize(
        ("error", "code"),
        [("org.freedesktop.portal.Error.NotAllowed", "capture.portal_denied"),
         ("org.freedesktop.DBus.Error.AccessDenied", "capture.portal_denied"),
         ("org.freedesktop.DBus.Error.UnknownMethod", "capture.portal_missing"),
         ("org.example.Error.Odd", "capture.portal_denied")],
    )  # fmt: skip
    def test_errors_in_the_place_of_a_request(self, desktop: Desktop, clock: Clock, error: str, code: str) -> None:
        desktop.portals.refusals["Screenshot"] = error
        assert code_of(lambda: acquire_screen(desktop.grabber(), clock=clock)) == code

    def test_no_such_portal(self, desktop: Desktop, clock: Clock) -> None:
        del desktop.portals.versions[SCREENSHOT]
        assert code_of(lambda: acquire_screen(desktop.grabber(), clock=clock)) == "capture.portal_missing"

    def test_no_portals_at_all(self, desktop: Desktop, bus_address: str, clock: Clock) -> None:
        for address in ("", "unix:path=/nonexistent"):
            grabber = PortalGrabber({**desktop.environ, "DBUS_SESSION_BUS_ADDRESS": address})
            assert code_of(lambda found=grabber: acquire_screen(found, clock=clock)) == "capture.portal_missing"

    def test_no_answer_in_time(self, desktop: Desktop, clock: Clock) -> None:
        desktop.answer(None)
        assert code_of(lambda: acquire_screen(desktop.grabber(answer_s=0.5), clock=clock)) == "capture.portal_time"
        assert len(desktop.portals.closed) <= 1

    def test_cancelled(self, desktop: Desktop, clock: Clock) -> None:
        desktop.answer(None)
        with pytest.raises(CancelledError):
            acquire_screen(desktop.grabber(), clock=clock, cancelled=lambda: bool(desktop.portals.calls))

    def test_the_service_ends_on_the_way(self, desktop: Desktop, bus_address: str, clock: Clock) -> None:
        dying: list[bool] = []

        def die(_arguments: list[Any]) -> None:
            dying.append(True)
            desktop.portals._ends.set()
            desktop.portals._speaker.connection.call_bus("ReleaseName", "s", ["org.freedesktop.portal.Desktop"])

        desktop.portals.answers["Screenshot"] = die
        assert code_of(lambda: acquire_screen(desktop.grabber(), clock=clock)) == "capture.portal_gone"
        assert dying

    def test_a_picture_of_one_colour_is_a_failed_one(self, desktop: Desktop, clock: Clock) -> None:
        path = desktop.pictures / "black.png"

        def black(_arguments: list[Any]) -> Answer:
            Image.new("RGB", (700, 240)).save(path)
            return desktop.named(path)

        desktop.portals.answers["Screenshot"] = black
        assert code_of(lambda: acquire_screen(desktop.grabber(), clock=clock)) == "capture.screen_blank"
        assert desktop.left() == []

    def test_a_picture_that_does_not_fit_the_monitors(self, desktop: Desktop, clock: Clock) -> None:
        def other(_arguments: list[Any]) -> Answer:
            Image.fromarray(drawn()[:200]).save(desktop.pictures / "other.png")
            return desktop.named(desktop.pictures / "other.png")

        desktop.portals.answers["Screenshot"] = other
        assert code_of(lambda: acquire_screen(desktop.grabber(), clock=clock)) == "capture.screen_layout"
        found = acquire_screen(desktop.grabber(), clock=clock, is_asked=True)
        assert found.source["pixels"] == "700x200"

    def test_other_systems_have_no_window_to_choose_in(self, display: str, clock: Clock) -> None:
        grabber = MssGrabber({"DISPLAY": display}, platform="linux")
        assert code_of(lambda: acquire_screen(grabber, clock=clock, is_asked=True)) == "capture.no_system_choice"


class TestHostileAnswers:
    """Whoever answers may name anything: what was not made for this request is neither taken in nor touched."""

    def refused(self, desktop: Desktop, clock: Clock) -> PortalGrabber:
        grabber = desktop.grabber()
        assert code_of(lambda: acquire_screen(grabber, clock=clock)) == "capture.portal_answer"
        return grabber

    @pytest.mark.parametrize(
        "uri",
        ["https://example.org/a.png", "file://elsewhere/a.png", "a.png", "", "file:", "file:///", "file:///nonexistent",
         "file:///dev/zero", "file:///proc/self/mem", "file:///a%00b", "file://[/", "file:///etc/passwd", "x" * 9000],
    )  # fmt: skip
    def test_addresses(self, desktop: Desktop, clock: Clock, uri: str) -> None:
        desktop.answer((0, {"uri": Variant("s", uri)}))
        assert self.refused(desktop, clock).left_behind is None

    @pytest.mark.parametrize("results", [{}, {"uri": Variant("u", 7)}, {"uri": Variant("as", ["file:///a"])}])
    def test_no_address(self, desktop: Desktop, clock: Clock, results: dict[str, Variant]) -> None:
        desktop.answer((0, results))
        self.refused(desktop, clock)

    def test_a_file_that_was_there_before(self, desktop: Desktop, clock: Clock) -> None:
        path = desktop.pictures / "hers.png"
        Image.fromarray(drawn()).save(path)
        os.utime(path, (1_700_000_000, 1_700_000_000))
        desktop.answer(desktop.named(path))
        self.refused(desktop, clock)
        os.utime(path, (4_000_000_000, 4_000_000_000))  # nor one from the future
        self.refused(desktop, clock)
        assert desktop.left() == ["hers.png"]

    def test_a_link(self, desktop: Desktop, clock: Clock) -> None:
        path = desktop.pictures / "link.png"

        def shoot(arguments: list[Any]) -> Answer:
            desktop.shoot(arguments)
            path.symlink_to(desktop.pictures / "Screenshot 1.png")
            return desktop.named(path)

        desktop.portals.answers["Screenshot"] = shoot
        self.refused(desktop, clock)
        assert desktop.left() == ["Screenshot 1.png", "link.png"]

    def test_a_pipe_does_not_make_us_wait(self, desktop: Desktop, clock: Clock) -> None:
        path = desktop.pictures / "pipe.png"
        os.mkfifo(path)
        desktop.answer(desktop.named(path))
        self.refused(desktop, clock)
        assert desktop.left() == ["pipe.png"]

    def test_an_empty_and_a_gigantic_file(self, desktop: Desktop, clock: Clock) -> None:
        for size in (0, 300 << 20):
            path = desktop.pictures / f"{size}.png"

            def write(_arguments: list[Any], path: Path = path, size: int = size) -> Answer:
                with path.open("wb") as stream:
                    stream.truncate(size)  # takes no room on the disk
                return desktop.named(path)

            desktop.portals.answers["Screenshot"] = write
            self.refused(desktop, clock)

    @pytest.mark.parametrize("data", [b"no picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 40])
    def test_what_cannot_be_decoded_was_ours_all_the_same(self, desktop: Desktop, clock: Clock, data: bytes) -> None:
        path = desktop.pictures / "odd.png"

        def write(_arguments: list[Any]) -> Answer:
            path.write_bytes(data)
            return desktop.named(path)

        desktop.portals.answers["Screenshot"] = write
        self.refused(desktop, clock)
        assert desktop.left() == []

    def test_a_picture_of_too_many_pixels(self, desktop: Desktop, clock: Clock) -> None:
        def bomb(_arguments: list[Any]) -> Answer:
            Image.new("1", (29_000, 29_000)).save(desktop.pictures / "bomb.png")
            return desktop.named(desktop.pictures / "bomb.png")

        desktop.portals.answers["Screenshot"] = bomb
        self.refused(desktop, clock)

    def test_a_file_with_a_second_name_is_told_instead_of_removed(self, desktop: Desktop, clock: Clock) -> None:
        def shoot(arguments: list[Any]) -> Answer:
            found = desktop.shoot(arguments)
            os.link(desktop.pictures / "Screenshot 1.png", desktop.pictures / "second.png")
            return found

        desktop.portals.answers["Screenshot"] = shoot
        grabber = desktop.grabber()
        found = acquire_screen(grabber, clock=clock)
        assert found.source["system_copy"] == "left"
        assert grabber.left_behind == desktop.pictures / "Screenshot 1.png"
        assert str(desktop.pictures) not in str(found)

    def test_a_stranger_answers(self, desktop: Desktop, bus_address: str, clock: Clock) -> None:
        stranger = Speaker(bus_address)
        desktop.portals.speaks_for = lambda _own: stranger
        assert code_of(lambda: acquire_screen(desktop.grabber(answer_s=1.0), clock=clock)) == "capture.portal_time"
        stranger.connection.close()

    def test_an_answer_to_another_request(self, desktop: Desktop, clock: Clock) -> None:
        desktop.portals.response_path = lambda handle: f"{handle}x"
        assert code_of(lambda: acquire_screen(desktop.grabber(answer_s=1.0), clock=clock)) == "capture.portal_time"

    @pytest.mark.parametrize("handle", ["/", "/org/freedesktop/portal/desktop", "/org/example"])
    def test_a_handle_that_is_none(self, desktop: Desktop, clock: Clock, handle: str) -> None:
        desktop.portals.handle_of = lambda _handle: handle
        self.refused(desktop, clock)


class TestMonitors:
    def test_without_the_extension_the_mode_and_the_scale_tell(self, tmp_path: Path) -> None:
        compositor = FakeCompositor(tmp_path, MONITORS, xdg=False)
        found = wayland.outputs(compositor.environ)
        compositor.close()
        assert [(each.left, each.top, each.width, each.height, each.name) for each in found] == [
            (0, 0, 200, 100, "DP-1"), (-150, -20, 150, 120, "eDP-1")
        ]  # fmt: skip

    @pytest.mark.parametrize("environ", [{}, {"XDG_RUNTIME_DIR": "/nonexistent"}, {"WAYLAND_DISPLAY": "/dev/null"}])
    def test_no_compositor(self, environ: dict[str, str], clock: Clock) -> None:
        assert wayland.outputs(environ) == []
        assert code_of(lambda: acquire_screen(PortalGrabber(environ), clock=clock)) == "capture.no_display"

    @pytest.mark.parametrize(
        "said",
        [b"", b"nonsense", b"\xff" * 4096, struct.pack("=II", 2, 4 << 16), struct.pack("=II", 1, 8 << 16),
         struct.pack("=III", 2, 12 << 16, 1), struct.pack("=IIII", 2, 16 << 16, 1, 0xFFFFFFFF),
         struct.pack("=II", 9, 65532 << 16) * 40_000],
        ids=["nothing", "words", "ones", "short", "an error", "cut off", "a long name", "a flood"],
    )  # fmt: skip
    def test_what_is_no_compositor(self, tmp_path: Path, said: bytes) -> None:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(os.fspath(tmp_path / "wayland-9"))
            server.listen()

            def talk() -> None:
                line, _address = server.accept()
                with line, suppress(OSError):
                    line.sendall(said)
                    line.shutdown(socket.SHUT_WR)
                    line.recv(65536)

            thread = threading.Thread(target=talk)
            thread.start()
            environ = {"XDG_RUNTIME_DIR": os.fspath(tmp_path), "WAYLAND_DISPLAY": "wayland-9"}
            assert wayland.outputs(environ, limit_s=60.0) == []
            thread.join()

    def test_a_compositor_that_says_nothing(self, tmp_path: Path) -> None:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(os.fspath(tmp_path / "wayland-9"))
            server.listen()
            environ = {"XDG_RUNTIME_DIR": os.fspath(tmp_path), "WAYLAND_DISPLAY": "wayland-9"}
            assert wayland.outputs(environ, limit_s=0.2) == []

    def test_no_monitor(self, tmp_path: Path) -> None:
        compositor = FakeCompositor(tmp_path, ())
        assert wayland.outputs(compositor.environ) == []
        compositor.close()


class TestWhichWay:
    def test_the_session_says(self, display: str) -> None:
        for environ in ({"WAYLAND_DISPLAY": "wayland-0"}, {"XDG_SESSION_TYPE": "wayland", "DISPLAY": display}):
            assert isinstance(open_desktop(environ, platform="linux"), PortalGrabber)
            access = screen_access(environ, platform="linux")
            assert (access.way, access.asks, access.writes_copy, access.names_windows) == ("portal", True, True, False)
        assert isinstance(open_desktop({"DISPLAY": display}, platform="linux"), MssGrabber)
        assert screen_access({"DISPLAY": display}, platform="linux").way == "x11"
        assert screen_access({}, platform="win32").way == "windows"
        assert screen_access({"WAYLAND_DISPLAY": "x"}, platform="darwin").way == "macos"

    def test_an_x_server_below_wayland_is_not_asked(self, display: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(x11, "has_extension", lambda _display, name: name == "XWAYLAND")
        assert isinstance(open_desktop({"DISPLAY": display}, platform="linux"), PortalGrabber)
