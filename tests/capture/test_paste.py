"""Pasted text and pictures."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from evidence.capture import Clock, acquire_paste
from evidence.errors import EvidenceError
from evidence.model import Acquisition, AcquisitionMethod

BytesOf = Callable[[Acquisition], bytes]


def test_text_is_kept_as_utf8(clock: Clock, bytes_of: BytesOf) -> None:
    found = acquire_paste("협박 문자\r\n 끝 ", clock=clock, note="own words")
    assert bytes_of(found) == "협박 문자\r\n 끝 ".encode()
    assert found.method is AcquisitionMethod.PASTE_IMPORT
    assert found.title == found.files[0].name == "paste-20261122T005501.250Z.txt"
    assert found.source == {"clipboard_type": "text/plain", "text_encoding": "utf_8"}
    assert found.note == "own words"


def test_broken_characters_are_written_out_and_said(clock: Clock, bytes_of: BytesOf) -> None:
    found = acquire_paste("a\ud83d b", clock=clock)
    assert bytes_of(found) == b"a\\ud83d b"
    assert found.source["text_encoding"] == "utf_8_escaped"


@pytest.mark.parametrize(
    ("media_type", "suffix"),
    [("image/png", ".png"), ("IMAGE/JPEG", ".jpg"), ("text/html; charset=utf-8", ".html"), ("x/y", ".bin"),
     ("", ".bin")],
)  # fmt: skip
def test_bytes_are_kept_as_they_are_and_named_by_the_clipboards_word(
    media_type: str, suffix: str, clock: Clock, bytes_of: BytesOf
) -> None:
    found = acquire_paste(b"\x89PNG\0", clock=clock, media_type=media_type)
    assert bytes_of(found) == b"\x89PNG\0"
    assert found.files[0].name.endswith(suffix)
    assert found.source.get("clipboard_type", "") == media_type


def test_a_name_can_be_given(clock: Clock) -> None:
    assert acquire_paste(b"x", clock=clock, name="a.eml").files[0].name == "a.eml"


@pytest.mark.parametrize("data", ["", b"", " \n\t", b"\r\n"])
def test_nothing_is_refused(data: str | bytes, clock: Clock) -> None:
    with pytest.raises(EvidenceError) as caught:
        acquire_paste(data, clock=clock)
    assert caught.value.code == "capture.empty_paste"


def test_too_much_is_refused(clock: Clock) -> None:
    with pytest.raises(EvidenceError) as caught:
        acquire_paste("한" * 4, clock=clock, limit=11)
    assert (caught.value.code, caught.value.params) == ("capture.paste_too_large", {"limit": 11})
