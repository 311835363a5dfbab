"""Advice on passphrases."""

from __future__ import annotations

import pytest

from evidence.i18n import LANGUAGES
from evidence.i18n import texts as catalogue_of
from evidence.store import Strength, judge_passphrase


@pytest.mark.parametrize(
    ("text", "strength", "advice"),
    [
        ("", Strength.WEAK, "repeats"),
        ("1234", Strength.WEAK, "digits_alone"),
        ("010-1234-5678", Strength.WEAK, "longer"),
        ("password1", Strength.WEAK, "common"),
        ("비밀번호12", Strength.WEAK, "common"),
        ("aaaaaaaaaaaaaaaa", Strength.WEAK, "repeats"),
        ("고양이고양이", Strength.WEAK, "one_word"),
        ("hello hello hello hello", Strength.WEAK, "repeats"),
        ("Elephant", Strength.WEAK, "one_word"),
        ("elephant tractor window", Strength.FAIR, "longer"),
        ("correct horse battery staple", Strength.STRONG, "none"),
        ("고양이 자전거 우체국 미나리", Strength.STRONG, "none"),
        ("고양이 자전거 우체국", Strength.FAIR, "longer"),
        ("J'ai mangé trois citrons bleus", Strength.STRONG, "none"),
    ],
)
def test_advice(text: str, strength: Strength, advice: str) -> None:
    judged = judge_passphrase(text)
    assert (judged.strength, judged.advice) == (strength, advice), judged
    for language in LANGUAGES:
        assert catalogue_of(language).code("name", f"passphrase.{judged.strength}")
        assert catalogue_of(language).code("name", f"passphrase.advice.{judged.advice}")


def test_more_is_never_judged_weaker() -> None:
    text, last = "", 0
    for word in ("푸른", " 산", " tractor", " 42", " 우체국", "!"):
        text += word
        bits = judge_passphrase(text).bits
        assert bits >= last
        last = bits
