"""The mark that a browser left with a file."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from evidence.capture import Clock, acquire_file
from evidence.capture.origin import origin_facts, zone_facts

ZONE = b"[ZoneTransfer]\r\nZoneId=3\r\nReferrerUrl=https://example.org/room\r\nHostUrl=https://cdn.example.org/a%20b.jpg\r\n"


def test_the_stream_of_windows() -> None:
    wanted = {
        "download_url": "https://cdn.example.org/a%20b.jpg",
        "download_referrer": "https://example.org/room",
        "download_mark": "Zone.Identifier",
    }
    assert zone_facts(ZONE) == wanted
    assert zone_facts(b"\xef\xbb\xbf" + ZONE) == wanted


@pytest.mark.parametrize(
    "mark",
    [b"", b"\0\xff\xfe", b"[ZoneTransfer]\r\nZoneId=3\r\n", b"HostUrl=https://a", b"[ZoneTransfer]\nHostUrl=a\n\0b\n",
     b"[Other]\nHostUrl=https://a", b"[ZoneTransfer]\nHostUrl=" + b"a" * 9000, b"[ZoneTransfer]\nHostUrl=a\x1bb",
     b"[ZoneTransfer]\nHostUrl", b"[ZoneTransfer", b"]" * 100],
)  # fmt: skip
def test_what_is_no_mark_gives_no_fact(mark: bytes) -> None:
    assert "download_url" not in zone_facts(mark) or zone_facts(mark)["download_url"] == "a"


@pytest.mark.skipif(sys.platform != "linux", reason="extended attributes of Linux")
def test_the_attributes_of_linux_stand_with_the_file(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"x")
    assert origin_facts(path) == {}
    try:
        os.setxattr(path, "user.xdg.origin.url", b"https://example.org/a.jpg")
    except OSError:
        pytest.skip("this file system keeps no attributes")
    assert acquire_file(path, clock=clock).source["download_url"] == "https://example.org/a.jpg"
    assert "download_referrer" not in acquire_file(path, clock=clock).source
    os.setxattr(path, "user.xdg.origin.url", b"\xff\n")
    assert origin_facts(path) == {}


def test_a_missing_file_has_no_mark(tmp_path: Path) -> None:
    assert origin_facts(tmp_path / "no") == {}
