"""The clock's reading and the facts about the tool."""

from __future__ import annotations

import getpass
import platform
import socket
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from evidence.capture import ClockCheck, read_clock, tool_facts
from evidence.capture.tool import linux_name, windows_name
from evidence.version import VERSION


def test_a_reading_holds_utc_local_time_zone_and_offset() -> None:
    moment = read_clock(datetime(2026, 11, 22, 0, 55, 1, 5, tzinfo=UTC), zone="Asia/Seoul")
    assert moment.at == datetime(2026, 11, 22, 0, 55, 1, 5, tzinfo=UTC)
    assert moment.local == "2026-11-22T09:55:01.000005+09:00"
    assert (moment.timezone, moment.utc_offset_s, moment.clock_source) == ("Asia/Seoul", 32400, "system")
    assert moment.clock_offset_ms is None and moment.clock_checked_at is None


@pytest.mark.parametrize(("month", "offset_s"), [(1, 3600), (7, 7200)])
def test_summer_time_is_that_of_the_moment(month: int, offset_s: int) -> None:
    assert read_clock(datetime(2026, month, 1, tzinfo=UTC), zone="Europe/Paris").utc_offset_s == offset_s


def test_the_system_clock_is_read_when_none_is_given() -> None:
    before = datetime.now(UTC)
    moment = read_clock()
    assert before <= moment.at <= datetime.now(UTC)
    assert moment.at.utcoffset() == timedelta(0)
    assert datetime.fromisoformat(moment.local) == moment.at


def test_a_comparison_with_a_reference_is_recorded() -> None:
    checked_at = datetime(2026, 11, 22, tzinfo=UTC)
    moment = read_clock(check=ClockCheck(offset_ms=-1500, checked_at=checked_at))
    assert (moment.clock_source, moment.clock_offset_ms, moment.clock_checked_at) == ("tsa", -1500, checked_at)


def test_a_naive_time_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="zone"):
        read_clock(datetime(2026, 11, 22))  # noqa: DTZ001


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone of a process cannot be set here")
@pytest.mark.parametrize(
    ("told", "used", "name"),
    [("Asia/Seoul", "Asia/Seoul", "Asia/Seoul"), ("Europe/Paris", "UTC", ""), ("KST-9", "KST-9", "")],
)  # fmt: skip
def test_a_zone_is_named_only_when_two_sources_agree(
    told: str, used: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", used)
    time.tzset()
    monkeypatch.setattr("tzlocal.get_localzone_name", lambda: told)
    try:
        moment = read_clock(datetime(2026, 11, 22, tzinfo=UTC))
    finally:
        monkeypatch.delenv("TZ")
        time.tzset()
    assert moment.timezone == name
    assert moment.utc_offset_s == (0 if used == "UTC" else 32400)


def test_a_system_without_a_zone_has_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> str:
        raise LookupError

    monkeypatch.setattr("tzlocal.get_localzone_name", fails)
    assert read_clock().timezone == ""


def test_the_tool_names_program_system_python_and_libraries() -> None:
    tool = tool_facts()
    assert (tool.name, tool.version) == ("Holdfast", VERSION)
    assert tool.python == f"CPython {platform.python_version()}"
    assert platform.machine() in tool.system
    assert set(tool.libraries) >= {"cryptography", "mss", "sqlcipher3"} and all(tool.libraries.values())


def test_the_tool_names_neither_the_computer_nor_a_person() -> None:
    text = repr(tool_facts()).lower()
    for private in {socket.gethostname().lower(), getpass.getuser().lower(), str(Path.home()).lower()}:
        assert len(private) < 3 or private not in text


def test_a_library_that_is_not_there_is_left_out() -> None:
    assert tool_facts(("no-such-library", "mss")).libraries.keys() == {"mss"}


@pytest.mark.parametrize(
    ("release", "kernel", "line"),
    [
        ({"PRETTY_NAME": "Debian GNU/Linux 12"}, "6.1.0-13-amd64", "Debian GNU/Linux 12, Linux 6.1.0, x86_64"),
        ({"NAME": "Arch Linux"}, "6.11.3-minsu-laptop", "Arch Linux, Linux 6.11.3, x86_64"),
        ({}, "odd", "Linux, x86_64"),
    ],
)  # fmt: skip
def test_linux_keeps_only_the_numbers_of_the_kernel(release: dict[str, str], kernel: str, line: str) -> None:
    assert linux_name(release, kernel, "x86_64") == line


def test_windows_is_named_with_its_build() -> None:
    assert windows_name(("11", "10.0.26100", "SP0", ""), "Professional", "AMD64") == (
        "Windows 11 Professional SP0, 10.0.26100, AMD64"
    )
