"""What Windows tells about the active window, with libraries that answer as the documentation says they do."""

from __future__ import annotations

import ctypes
from typing import Any

from evidence.capture.win32 import window_facts, windows


class Call:
    """A function of a library: its types can be set, and what it was given is kept."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.given: list[tuple[Any, ...]] = []

    def __call__(self, *given: Any) -> Any:
        self.given.append(given)
        return self.answer(*given) if callable(self.answer) else self.answer


class Library:
    def __init__(self, **functions: Any) -> None:
        for name, answer in functions.items():
            setattr(self, name, Call(answer))


def filled(words: str) -> Any:
    def fill(*given: Any) -> int:
        next(one for one in given if isinstance(one, ctypes.Array)).value = words
        return len(words)

    return fill


def set_number(_window: int, place: Any) -> int:
    place._obj.value = 77
    return 5


def user32(window: int = 0x1_0000_0004) -> Library:
    return Library(
        GetForegroundWindow=window, GetWindowTextW=filled("친구와의 대화"), GetWindowThreadProcessId=set_number
    )


def kernel32(process: int = 9, path: str = "C:\\Users\\somebody\\KakaoTalk.exe") -> Library:
    return Library(OpenProcess=process, QueryFullProcessImageNameW=filled(path), CloseHandle=1)


def test_title_and_program_without_the_folder() -> None:
    system = kernel32()
    facts = window_facts(user32(), system)
    assert facts == {"window_title": "친구와의 대화", "window_program": "KakaoTalk.exe"}
    assert system.OpenProcess.given[0][2] == 77
    assert system.CloseHandle.given == [(9,)]


def test_what_is_not_told_is_left_out() -> None:
    assert window_facts(user32(window=0), kernel32()) == {}
    assert window_facts(user32(), kernel32(process=0)) == {"window_title": "친구와의 대화"}
    assert window_facts(Library(), Library()) == {}
    assert window_facts() == {} or isinstance(window_facts(), dict)


HIDDEN, SMALL, CLOAKED, NAMELESS, EMPTY, SEEN, OLD = range(0x1_0000_0010, 0x1_0000_0017)


def test_the_windows_that_can_be_seen_with_their_places() -> None:
    """The frame without its shadow, or, where that is not told, the rectangle; topmost first, as they are listed."""
    titles = {NAMELESS: "", SEEN: "친구와의 대화", OLD: "old", EMPTY: "empty", HIDDEN: "h", SMALL: "s", CLOAKED: "c"}

    def each(visit: Any, _more: Any) -> int:
        return int(all(visit(window, None) for window in titles))

    def title(window: int, place: Any, _size: int) -> int:
        place.value = titles[window]
        return len(place.value)

    def attribute(window: int, which: int, place: Any, _size: int) -> int:
        if which == 14:
            place._obj.value = 2 if window == CLOAKED else 0
        elif window == OLD:
            return 1
        else:
            place._obj[:] = (-1920, -10, -1000, 800) if window == SEEN else (5, 5, 5, 9)
        return 0

    def rectangle(_window: int, place: Any) -> int:
        place._obj[:] = (0, 0, 640, 480)
        return 1

    system = Library(
        GetForegroundWindow=0, GetWindowTextW=title, GetWindowThreadProcessId=set_number, EnumWindows=each,
        IsWindowVisible=lambda window: window != HIDDEN, IsIconic=lambda window: window == SMALL,
        GetWindowRect=rectangle,
    )  # fmt: skip
    found = windows(system, kernel32(), Library(DwmGetWindowAttribute=attribute))
    assert found == (("친구와의 대화", "KakaoTalk.exe", -1920, -10, 920, 810), ("old", "KakaoTalk.exe", 0, 0, 640, 480))
    assert windows(Library(), Library(), Library()) == ()
