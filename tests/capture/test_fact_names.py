"""Every fact that capture records has a name, and every coded value its words, in each language."""

from __future__ import annotations

import pytest

from evidence.capture import FILM_FORMAT, GUIDES, SAID_FIELDS
from evidence.capture.platforms import PLATFORM_NAMES
from evidence.capture.reading import ID_FACTS, KINDS, Reading
from evidence.i18n import Language, named_fact, texts

OTHER_FACTS = {
    "canonical_url": (), "clipboard_type": (), "display": (), "display_dpi": (), "download_mark": (),
    "download_referrer": (), "download_url": (), "file_modified_at": (), "file_name": (), "file_path": (),
    "file_size": (), "grab_ms": (), "host": (), "host_as_typed": (), "monitors": (), "pixels": (), "region": (),
    "region_asked": (), "scale": (), "screen": (), "tracking_parameters": (), "url": (), "window_program": (),
    "window_title": (),
    "access": ("portal",), "active_window": ("not_told",), "portal_version": (), "system_copy": ("removed", "left"),
    "system_copy_sha256": (), "cast_pixels": (),
    "cursor": ("drawn", "not_drawn", "not_told"), "cursor_position": (),
    "extent": ("desktop", "screen", "region", "window", "asked", "film_frame", "stitched", "metadata", "illustration"),
    "file_name_encoding": ("escaped",), "followed_link": ("yes",), "format": ("png_rgb8", "json", FILM_FORMAT),
    "id_source": ("from_url", "read_off_screen"),
    "network_used": ("no",), "path_kept": ("yes", "no"), "scheme": ("assumed",),
    "text_encoding": ("utf_8", "utf_8_escaped"), "userinfo": ("removed",),
    "film_frames": (), "film_seconds": (), "frame_rate_asked": (), "frames_unchanged": (), "frames_dropped": (),
    "longest_gap_s": (), "marks": (), "pauses": (), "clock_change_ms": (), "last_clock_reading": (),
    "guide": tuple(one.key for one in GUIDES), "guide_steps": (),
    "guide_step": tuple({step.key for one in GUIDES for step in one.steps}), **dict.fromkeys(SAID_FIELDS, ()),
    "derived_from": (), "derived_from_sha256": (), "film_frame": (), "film_time_s": (), "film_time_asked_s": (),
    "transform": (), "transform_with": (), "tells_place": ("yes", "no"),
    "illustration": ("map", "residual", "error_level"), "detector_sha256": (), "detector_output": (),
    "scroll_pictures": (), "scroll_times_s": (), "stitched_pictures": (), "stitched_rows": (),
    "stitched_gaps": (), "stitched_standing": (), "completeness": ("complete", "partial"), "sound": ("not_recorded",),
    "ended_by": ("person", "time", "lock", "system", "interruption", "screen", "disk", "encoder"),
    "own_window": ("left_out", "beside", "hidden", "small"), "own_window_shown": (),
    "link_kind": tuple(KINDS), "platform": PLATFORM_NAMES,
}  # fmt: skip


def test_every_fact_has_its_words(language: Language) -> None:
    t = texts(language)
    for key in ID_FACTS | OTHER_FACTS.keys():
        assert t.code("name", f"fact.{key}")
        for value in OTHER_FACTS.get(key, ()):
            assert t.code("name", f"fact.{key}.{value}")


def test_what_is_not_known_is_shown_as_it_is() -> None:
    t = texts("ko")
    assert named_fact(t, "link_kind", "invite") == ("링크가 가리키는 것", "초대")
    assert named_fact(t, "username", "someroom") == ("사용자 이름", "someroom")
    assert named_fact(t, "of_tomorrow", "x.y {z}") == ("of_tomorrow", "x.y {z}")


def test_a_word_that_is_not_declared_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="not declared"):
        Reading("planet")
    with pytest.raises(ValueError, match="not declared"):
        Reading("account", {"shoe_size": "40"})
