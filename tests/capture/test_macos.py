"""What macOS tells about the window in front, with libraries that answer as the documentation says they do."""

from __future__ import annotations

import os
from typing import Any

import pytest

from evidence.capture.macos import window_facts, windows


class Call:
    """A function of a library: its types can be set."""

    def __init__(self, act: Any) -> None:
        self.act = act

    def __call__(self, *given: Any) -> Any:
        return self.act(*given)


class System:
    """Quartz and Core Foundation in one: references are numbers, and each that is made must be released."""

    def __init__(self, windows: list[dict[str, Any]] | None) -> None:
        self.things: dict[int, Any] = {}
        self.made: set[int] = set()
        self._windows = windows
        self.CGWindowListCopyWindowInfo = Call(self._copy)
        self.CFStringCreateWithCString = Call(lambda _how, words, _encoding: self._make(words.decode()))
        self.CFRelease = Call(self.made.remove)
        self.CFArrayGetCount = Call(lambda array: len(self.things[array]))
        self.CFArrayGetValueAtIndex = Call(lambda array, place: self._keep(self.things[array][place]))
        self.CFDictionaryGetValue = Call(self._value)
        self.CFStringGetCString = Call(self._string)
        self.CFNumberGetValue = Call(self._number)
        self.CGRectMakeWithDictionaryRepresentation = Call(self._rectangle)

    def _keep(self, thing: Any) -> int:
        number = 1_000_000_000_000 + len(self.things)
        self.things[number] = thing
        return number

    def _make(self, thing: Any) -> int:
        number = self._keep(thing)
        self.made.add(number)
        return number

    def _copy(self, options: int, relative: int) -> int | None:
        assert (options, relative) == (17, 0)
        return None if self._windows is None else self._make(self._windows)

    def _value(self, window: int, name: int) -> int | None:
        found = self.things[window].get(self.things[name])
        return None if found is None else self._keep(found)

    def _string(self, reference: int, words: Any, size: int, _encoding: int) -> int:
        data = self.things[reference].encode()
        if len(data) >= size:
            return 0
        words.value = data
        return 1

    def _number(self, reference: int, _kind: int, place: Any) -> int:
        place._obj.value = self.things[reference]
        return 1

    def _rectangle(self, reference: int, place: Any) -> int:
        place._obj[:] = self.things[reference]
        return 1


def window(layer: int, owner: int, program: str, title: str | None, *place: float) -> dict[str, Any]:
    found: dict[str, Any] = {"kCGWindowLayer": layer, "kCGWindowOwnerPID": owner, "kCGWindowOwnerName": program}
    if place:
        found["kCGWindowBounds"] = place
    return found if title is None else {**found, "kCGWindowName": title}


def test_the_first_window_that_is_neither_the_systems_nor_ours() -> None:
    system = System([
        window(25, 7, "Control Centre", "Clock"), window(0, os.getpid(), "Holdfast", "Holdfast"),
        window(0, 9, "KakaoTalk", "친구와의 대화"), window(0, 10, "Safari", "t.me"),
    ])  # fmt: skip
    assert window_facts(system, system) == {"window_title": "친구와의 대화", "window_program": "KakaoTalk"}
    assert system.made == set()


@pytest.mark.parametrize("title", [None, "x" * 5000])
def test_without_the_permission_the_title_is_left_out(title: str | None) -> None:
    system = System([window(0, 9, "KakaoTalk", title)])
    assert window_facts(system, system) == {"window_program": "KakaoTalk"}


@pytest.mark.parametrize("windows", [None, [], [{}]])
def test_nothing_told(windows: list[dict[str, Any]] | None) -> None:
    system = System(windows)
    assert window_facts(system, system) == {}
    assert system.made == set()


def test_the_windows_of_others_with_their_places() -> None:
    system = System([
        window(25, 7, "Control Centre", "Clock", 0, 0, 900, 24), window(0, os.getpid(), "Ours", "Ours", 1, 1, 9, 9),
        window(0, 9, "KakaoTalk", "친구와의 대화", -200.0, 30.4, 400.0, 600.0),
        window(0, 10, "Safari", None, 5, 5, 9, 9),
        window(0, 11, "Notes", "a", 5, 5, 0, 9), window(0, 12, "Notes", "b"),
    ])  # fmt: skip
    assert windows(system, system) == (("친구와의 대화", "KakaoTalk", -200, 30, 400, 600),)
    assert system.made == set()
    assert windows(System(None), System(None)) == ()


def test_no_such_system() -> None:
    assert window_facts() == {} or isinstance(window_facts(), dict)
