"""The screen: a real display and a real window of another program; and arithmetic on layouts that no Xvfb has."""

from __future__ import annotations

import ctypes
import io
import os
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support.errors import code_of

from evidence.capture import Clock, Frame, MssGrabber, Region, Screen, Window, acquire_screen, find_window, x11
from evidence.capture.screen import bounding, encode_png
from evidence.capture.x11 import window_facts
from evidence.model import Acquisition, AcquisitionMethod

BytesOf = Callable[[Acquisition], bytes]
LEFT, TOP = 301, 97
WIDTH, HEIGHT = 420, 560


def pixels(png: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(png)) as picture:
        assert (picture.format, picture.mode) == ("PNG", "RGB")
        return np.asarray(picture).copy()


@dataclass(frozen=True)
class Chat:
    """What the other program shows."""

    display: str
    window: int
    drawn: np.ndarray


@pytest.fixture(scope="module")
def chat(display: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chat]:
    """A chat in a window of another program, on the display of this run."""
    picture = tmp_path_factory.mktemp("chat") / "drawn.png"
    environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "QT_LOGGING_RULES": "*=false"}
    program = Path(__file__).with_name("chat_window.py")
    with subprocess.Popen(
        [sys.executable, str(program), str(LEFT), str(TOP), str(picture)],
        env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdin is not None and process.stdout is not None
        word, _, window = process.stdout.readline().partition(" ")
        assert word == "shown", "the chat window did not come up"
        yield Chat(display, int(window), pixels(picture.read_bytes()))
        process.stdin.close()
        process.wait(timeout=10)


@pytest.fixture
def grabber(chat: Chat) -> MssGrabber:
    return MssGrabber({"DISPLAY": chat.display}, platform="linux")


class TestRealDisplay:
    def test_a_region_holds_exactly_what_was_shown(
        self, chat: Chat, grabber: MssGrabber, clock: Clock, bytes_of: BytesOf
    ) -> None:
        found = acquire_screen(grabber, clock=clock, region=Region(LEFT, TOP, WIDTH, HEIGHT), note="own words")
        assert np.array_equal(pixels(bytes_of(found)), chat.drawn)
        assert found.method is AcquisitionMethod.LIVE_CAPTURE
        assert found.files[0].name == "screen-20261122T005501.250Z.png"
        assert (found.note, found.started) == ("own words", clock())
        assert found.source["display"] == "X11"
        assert found.source["region"] == f"{LEFT},{TOP},{WIDTH},{HEIGHT}"
        assert found.source["pixels"] == f"{WIDTH}x{HEIGHT}"
        assert found.source["monitors"].startswith("1: 0,0,1920,1080")
        assert found.settings["extent"] == "region"

    @pytest.mark.parametrize(("screen", "extent"), [(None, "desktop"), (1, "screen")])
    def test_the_desktop_holds_the_window_where_it_stands(
        self, screen: int | None, extent: str, chat: Chat, grabber: MssGrabber, clock: Clock, bytes_of: BytesOf
    ) -> None:
        found = acquire_screen(grabber, clock=clock, screen=screen)
        shown = pixels(bytes_of(found))
        assert shown.shape == (1080, 1920, 3)
        assert np.array_equal(shown[TOP : TOP + HEIGHT, LEFT : LEFT + WIDTH], chat.drawn)
        assert found.settings["extent"] == extent
        assert found.source.get("screen", "") == ("" if screen is None else "1")

    def test_a_region_over_the_edge_is_cut_and_both_are_recorded(
        self, grabber: MssGrabber, clock: Clock, bytes_of: BytesOf
    ) -> None:
        found = acquire_screen(grabber, clock=clock, region=(-50, 1000, 100, 500))
        assert (found.source["region"], found.source["region_asked"]) == ("0,1000,50,80", "-50,1000,100,500")
        assert pixels(bytes_of(found)).shape == (80, 50, 3)

    def test_the_pointer_is_placed_and_drawn_when_wished(
        self, chat: Chat, grabber: MssGrabber, clock: Clock, bytes_of: BytesOf
    ) -> None:
        place = Region(0, 0, 60, 60)  # on the bare desktop, where nothing but the pointer is drawn
        move_pointer(chat.display, 20, 30)
        without = acquire_screen(grabber, clock=clock, region=place)
        found = acquire_screen(grabber, clock=clock, region=place, with_pointer=True)
        assert (without.source["cursor_position"], found.source["cursor_position"]) == ("20,30", "20,30")
        assert (without.settings["cursor"], found.settings["cursor"]) == ("not_drawn", "drawn")
        changed = np.argwhere((pixels(bytes_of(found)) != pixels(bytes_of(without))).any(axis=2))
        assert len(changed) > 0
        assert (changed.min(axis=0) >= (10, 0)).all()
        assert (changed.max(axis=0) <= (55, 45)).all()

    def test_no_file_is_written(self, grabber: MssGrabber, clock: Clock, home: Path, bytes_of: BytesOf) -> None:
        before = sorted(path for path in home.rglob("*"))
        bytes_of(acquire_screen(grabber, clock=clock))
        assert sorted(path for path in home.rglob("*")) == before

    def test_requests_that_cannot_be_met(self, grabber: MssGrabber, clock: Clock) -> None:
        def acquire(**request: object) -> Callable[[], object]:
            return lambda: acquire_screen(grabber, clock=clock, **request)  # type: ignore[arg-type]

        assert code_of(acquire(screen=9)) == "capture.no_such_screen"
        assert code_of(acquire(screen=0)) == "capture.no_such_screen"
        assert code_of(acquire(region=(5000, 0, 10, 10))) == "capture.region_outside"
        assert code_of(acquire(region=(-10, -10, 10, 10))) == "capture.region_outside"
        assert code_of(acquire(region=(0, 0, 0, 10))) == "capture.bad_region"

    def test_the_active_window_is_named_where_the_window_manager_tells(
        self, chat: Chat, grabber: MssGrabber, clock: Clock
    ) -> None:
        assert "window_title" not in grabber.facts()  # there is no window manager on this display
        set_active_window(chat.display, chat.window)
        try:
            source = acquire_screen(grabber, clock=clock).source
            assert source["window_title"] == "친구와의 대화 – Chat"
            assert source["window_program"] == "chat_window.py"
        finally:
            set_active_window(chat.display, 0)

    def test_a_window_that_is_gone_gives_no_fact(self, chat: Chat, grabber: MssGrabber) -> None:
        set_active_window(chat.display, 0x7FFFFFF)
        try:
            assert grabber.facts().keys() == {"display", "cursor_position"}
        finally:
            set_active_window(chat.display, 0)

    def test_a_window_can_be_chosen_from_the_window_managers_list(
        self, chat: Chat, grabber: MssGrabber, clock: Clock, bytes_of: BytesOf
    ) -> None:
        assert grabber.windows() == ()  # there is no window manager on this display
        set_root_windows(chat.display, b"_NET_CLIENT_LIST_STACKING", [0x7FFFFFF, chat.window])
        try:
            (window,) = grabber.windows()  # the other one is gone
            assert window.region == (LEFT, TOP, WIDTH, HEIGHT)
            found = acquire_screen(grabber, clock=clock, window=window)
            assert find_window(grabber, "친구와의 대화 – Chat") == find_window(grabber, "CHAT_window") == window
            assert code_of(lambda: find_window(grabber, "elsewhere")) == "capture.no_such_window"
        finally:
            set_root_windows(chat.display, b"_NET_CLIENT_LIST_STACKING", [])
        assert np.array_equal(pixels(bytes_of(found)), chat.drawn)
        assert (found.settings["extent"], found.source["window_title"]) == ("window", "친구와의 대화 – Chat")


def set_active_window(display: str, window: int) -> None:
    """Say which window is active, as a window manager does; 0 for none."""
    set_root_windows(display, b"_NET_ACTIVE_WINDOW", [window] if window else [])


def set_root_windows(display: str, name: bytes, windows: Sequence[int]) -> None:
    """Give the root window a property that lists windows, as a window manager does."""
    kind = 33  # WINDOW
    with root_window(display) as (xcb, handle, root):
        xcb.xcb_intern_atom_reply.restype = ctypes.POINTER(x11._AtomReply)
        reply = xcb.xcb_intern_atom_reply(handle, xcb.xcb_intern_atom(handle, 0, len(name), name), None)
        values = (ctypes.c_uint32 * len(windows))(*windows)
        xcb.xcb_change_property(handle, 0, root, reply.contents.atom, kind, 32, len(windows), values)


def move_pointer(display: str, x: int, y: int) -> None:
    """Put the pointer there."""
    with root_window(display) as (xcb, handle, root):
        short = ctypes.c_int16
        xcb.xcb_warp_pointer(handle, 0, root, short(0), short(0), ctypes.c_uint16(0), ctypes.c_uint16(0), short(x),
                             short(y))  # fmt: skip


@contextmanager
def root_window(display: str) -> Iterator[tuple[ctypes.CDLL, ctypes.c_void_p, int]]:
    """libxcb, a connection, the root window; what was asked for is done when this is left."""
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    handle = ctypes.c_void_p(xcb.xcb_connect(display.encode(), None))
    xcb.xcb_setup_roots_iterator.restype = x11._ScreenIterator
    xcb.xcb_get_setup.restype = ctypes.c_void_p
    yield xcb, handle, xcb.xcb_setup_roots_iterator(ctypes.c_void_p(xcb.xcb_get_setup(handle))).data.contents.root
    xcb.xcb_get_input_focus_reply(handle, xcb.xcb_get_input_focus(handle), None)  # when it answers, the rest is done
    xcb.xcb_disconnect(handle)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is one desktop and no name for it")
class TestWithoutADisplay:
    @pytest.mark.parametrize("environ", [{}, {"DISPLAY": ""}, {"DISPLAY": ":9999"}, {"DISPLAY": "nonsense"}])
    def test_there_is_advice_instead_of_a_traceback(self, environ: dict[str, str], clock: Clock) -> None:
        grabber = MssGrabber(environ, platform="linux")
        assert code_of(lambda: acquire_screen(grabber, clock=clock)) == "capture.no_display"
        assert window_facts(environ.get("DISPLAY", "")) == {}

    @pytest.mark.parametrize("environ", [{"WAYLAND_DISPLAY": "wayland-0"}, {"XDG_SESSION_TYPE": "wayland"}])
    def test_wayland_is_not_answered_with_a_black_picture(
        self, environ: dict[str, str], display: str, clock: Clock
    ) -> None:
        grabber = MssGrabber({"DISPLAY": display, **environ}, platform="linux")
        assert code_of(lambda: acquire_screen(grabber, clock=clock)) == "capture.wayland"


def test_the_x_server_is_asked_for_its_extensions(display: str) -> None:
    assert x11.has_extension(display, "RANDR")
    assert not x11.has_extension(display, "XWAYLAND")
    assert not x11.has_extension(":9999", "RANDR")


def test_an_x_server_below_wayland_is_known_by_its_own_word(
    display: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(x11, "has_extension", lambda _display, name: name == "XWAYLAND")
    grabber = MssGrabber({"DISPLAY": display}, platform="linux")
    assert code_of(lambda: acquire_screen(grabber, clock=clock)) == "capture.wayland"


class Layout:
    """Monitors in a layout that a virtual display cannot have; each pixel's colour tells where it lies."""

    def __init__(self, screens: Sequence[Screen], scale: int = 1) -> None:
        self._screens = screens
        self._scale = scale

    def screens(self) -> Sequence[Screen]:
        return self._screens

    def grab(self, region: Region) -> Frame:
        scale = self._scale
        rows, columns = np.mgrid[
            region.top * scale : (region.top + region.height) * scale,
            region.left * scale : (region.left + region.width) * scale,
        ]
        picture = np.stack([columns % 251, rows % 241, (columns + rows) % 239], axis=-1).astype(np.uint8)
        return Frame(picture.shape[1], picture.shape[0], picture.tobytes())

    def facts(self) -> dict[str, str]:
        return {"display": "layout"}


class TestLayouts:
    two = Layout((Screen(1, Region(0, 0, 200, 100), "A", True), Screen(2, Region(-150, -40, 150, 120), "B")))

    def test_a_monitor_to_the_left_and_above_has_negative_positions(self, clock: Clock, bytes_of: BytesOf) -> None:
        found = acquire_screen(self.two, clock=clock, screen=2)
        assert found.source["region"] == "-150,-40,150,120"
        assert np.array_equal(pixels(bytes_of(found))[:, :, 1][:, 0], np.arange(-40, 80) % 241)
        assert found.source["monitors"] == "1: 0,0,200,100 A (primary); 2: -150,-40,150,120 B"

    def test_the_desktop_spans_both(self, clock: Clock) -> None:
        assert bounding(self.two.screens()) == Region(-150, -40, 350, 140)
        assert acquire_screen(self.two, clock=clock).source["region"] == "-150,-40,350,140"

    def test_a_region_with_a_screen_is_measured_from_its_corner_and_kept_on_it(self, clock: Clock) -> None:
        found = acquire_screen(self.two, clock=clock, screen=2, region=Region(140, 10, 100, 20))
        assert (found.source["region"], found.source["region_asked"]) == ("-10,-30,10,20", "-10,-30,100,20")

    def test_a_screen_of_twice_the_density_is_kept_whole(self, clock: Clock, bytes_of: BytesOf) -> None:
        dense = Layout((Screen(1, Region(0, 0, 30, 20)),), scale=2)
        found = acquire_screen(dense, clock=clock)
        assert pixels(bytes_of(found)).shape == (40, 60, 3)
        assert (found.source["scale"], found.source["pixels"]) == ("2", "60x40")

    def test_no_monitor_at_all(self, clock: Clock) -> None:
        assert code_of(lambda: acquire_screen(Layout(()), clock=clock)) == "capture.no_display"


def test_words_that_two_windows_have_choose_none() -> None:
    class Desktop(Layout):
        def windows(self) -> Sequence[Window]:
            return (Window("Chat", "one", Region(0, 0, 5, 5)), Window("Chat with many", "two", Region(0, 0, 9, 9)))

    desktop = Desktop((Screen(1, Region(0, 0, 10, 10)),))
    assert find_window(desktop, "Chat").program == "one"  # its whole title
    assert find_window(desktop, "MANY").program == "two"
    assert code_of(lambda: find_window(desktop, "cha")) == "capture.many_windows"
    assert code_of(lambda: find_window(desktop, "")) == "capture.no_such_window"


def test_a_window_that_is_closed_or_moved_meanwhile_is_not_pictured(clock: Clock) -> None:
    class Desktop(Layout):
        later: Sequence[Window] = ()

        def windows(self) -> Sequence[Window]:
            return self.later

    desktop = Desktop((Screen(1, Region(0, 0, 40, 40)),))
    window = Window("Chat", "one", Region(5, 5, 20, 20))
    for later in ((), (Window("Chat", "one", Region(9, 5, 20, 20)),), (Window("Chat", "two", window.region),)):
        desktop.later = later
        assert code_of(lambda: acquire_screen(desktop, clock=clock, window=window)) == "capture.window_gone"
    desktop.later = (Window("(1) Chat", "one", window.region),)
    assert acquire_screen(desktop, clock=clock, window=window).source["window_title"] == "Chat"


class TestRegions:
    @pytest.mark.parametrize("text", ["1,2,3,4", " 1 , 2,3 ,4 "])
    def test_reading(self, text: str) -> None:
        assert Region.parse(text) == (1, 2, 3, 4)
        assert Region.parse("-1920,-5,3,4") == (-1920, -5, 3, 4)

    @pytest.mark.parametrize("text", ["", "1,2,3", "1,2,3,4,5", "1,2,0,4", "1,2,3,-4", "a,b,c,d", "1.5,2,3,4",
                                      "1,2,3,9999999", "١,2,3,4"])  # fmt: skip
    def test_what_is_none(self, text: str) -> None:
        assert code_of(lambda: Region.parse(text)) == "capture.bad_region"


def test_the_picture_holds_nothing_but_pixels() -> None:
    png = encode_png(Frame(2, 1, bytes(range(6))))
    assert [kind for kind, _data in chunks_of(png)] == [b"IHDR", b"IDAT", b"IEND"]
    assert pixels(png).tolist() == [[[0, 1, 2], [3, 4, 5]]]


@pytest.mark.parametrize("size", [(1, 1), (3, 700), (1920, 600), (70_000, 20)])
@pytest.mark.parametrize("is_flat", [True, False])
def test_every_pixel_comes_back(size: tuple[int, int], is_flat: bool) -> None:
    """Bands that are packed in one way or the other, beside each other, are one lossless picture."""
    width, height = size
    chance = np.random.default_rng(1)
    picture = chance.integers(0, 256, (height, width, 3), dtype=np.uint8)
    if is_flat:  # a half of letters and areas, where what repeats is looked for
        picture[: max(1, height // 2)] = chance.choice([0, 255], (1, width, 3))
    png = encode_png(Frame(width, height, picture.tobytes()))
    assert np.array_equal(pixels(png), picture)
    strict = zlib.decompressobj()  # the check at the end is that of the whole
    data = strict.decompress(b"".join(data for kind, data in chunks_of(png) if kind == b"IDAT"))
    assert strict.eof
    assert len(data) == height * (width * 3 + 1)


def chunks_of(png: bytes) -> list[tuple[bytes, bytes]]:
    found, position = [], 8
    while position < len(png):
        size = int.from_bytes(png[position : position + 4], "big")
        kind, data = png[position + 4 : position + 8], png[position + 8 : position + 8 + size]
        assert int.from_bytes(png[position + 8 + size :][:4], "big") == zlib.crc32(kind + data)
        found.append((kind, data))
        position += 12 + size
    return found


def test_a_frame_that_does_not_fit_its_size_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="fit"):
        encode_png(Frame(2, 2, b"abc"))
