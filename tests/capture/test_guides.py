"""The checklists: every step shows something, fills a field, and asks nobody to do anything but look."""

from __future__ import annotations

import re

import pytest

from evidence.capture import CARE, FIELDS, GUIDES, SAID_FIELDS, guide, guided_facts, said_facts
from evidence.errors import EvidenceError
from evidence.i18n import Language, named_fact, texts

FORBIDDEN = {
    "en": r"\b(join|pay|reply|answer|respond|subscribe|send|transfer|buy|sign up|log in|press|start|tap|ask)\b",
    "ko": r"입장|가입하|참여하십|들어가십|결제하|송금하|보내십|답장|대답하|구독|로그인|시작하십|누르십|물어",
    "fr": r"\b(rejoign|payez|payer|répond|abonn|envoy|transfér|achet|inscri|connect|lancez|appuy|écrivez|demandez)",
}
WANTED = {"telegram_room", "telegram_bot", "instagram", "x", "kakaotalk", "phone", "web_forum"}


def test_there_is_one_for_each_kind_of_place() -> None:
    assert {one.key for one in GUIDES} == WANTED


def test_no_step_asks_for_anything_but_looking(language: Language) -> None:
    t = texts(language)
    for one in GUIDES:
        for step in one.steps:
            for words in (t(one.title), t(step.text), t(step.mark)):
                assert not re.search(FORBIDDEN[language], words, re.IGNORECASE), words
    assert t(CARE) != ""


def test_each_begins_with_where_one_is_and_ends_with_the_clock() -> None:
    for one in GUIDES:
        keys = [step.key for step in one.steps]
        assert keys[0] in ("app", "address")
        assert keys[-3:] == ["before", "after", "clock"]
        assert len(keys) == len(set(keys))
        assert "time" in keys
        assert "profile" in keys or "bot" in keys
        for step in one.steps:
            assert step.fills
            assert set(step.fills) <= FIELDS.keys()
            assert set(step.says) <= set(SAID_FIELDS)


def test_every_field_of_what_an_exhibit_needs_is_filled_by_some_step() -> None:
    for one in GUIDES:
        filled = {number for step in one.steps for number in step.fills}
        assert filled >= {12, 16, 17, 26}, one.key


def test_what_is_said_stands_apart_from_what_the_program_saw() -> None:
    found = said_facts({"username": "  @some_room \n", "chat_id": ""})
    assert found == {"said_username": "@some_room", "id_source": "read_off_screen"}
    assert said_facts({"username": " "}) == {}
    assert named_fact(texts("en"), "said_username", "@some_room")[0].endswith("(written by a person)")


def test_a_single_picture_says_which_step_it_shows() -> None:
    facts = guided_facts("x", "post", {"post_link": "https://x.com/someone/status/1"})
    assert (facts["guide"], facts["guide_step"]) == ("x", "post")
    assert facts["said_post_link"].endswith("/1")
    assert guided_facts() == {}
    assert named_fact(texts("en"), "guide_step", "post") == ("Step of the checklist", "post")


def test_unknown_words_are_said() -> None:
    with pytest.raises(EvidenceError, match="no_such_step"):
        guided_facts("x", "room")
    with pytest.raises(EvidenceError, match="no_such_guide"):
        guide("elsewhere")
    with pytest.raises(EvidenceError, match="no_such_field"):
        said_facts({"shoe_size": "40"})
