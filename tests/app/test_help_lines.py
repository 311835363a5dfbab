"""The directory of helplines: sources and dates everywhere, and never a number that passes for verified."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from app.cli import run
from evidence.directory import COUNTRIES, KINDS, HelpLine, help_lines
from evidence.i18n import LANGUAGES, texts

DAY = date(2026, 11, 22)
SEEN = {
    "kr-d4u", "kr-1366", "kr-ecrm", "int-stopncii", "int-ncmec-tid", "us-cybertip", "uk-rph", "uk-reportremove",
    "fr-3018",
}  # fmt: skip
"""Those whose contact itself was read in a source. To add one, read it, and write the source and the day down."""


def test_every_entry_is_whole() -> None:
    lines = help_lines("ko")
    assert len({line.id for line in lines}) == len(lines) >= 15
    for line in lines:
        assert line.country in COUNTRIES
        assert set(line.kinds) <= set(KINDS)
        assert set(line.name) == set(LANGUAGES)
        assert all(set(words) in (set(), set(LANGUAGES)) for words in (line.hours, line.note))
        assert line.expires_on - line.checked_on == timedelta(days=180)
        assert line.source or not line.is_seen
        for contact in line.contacts:
            assert contact.startswith(("tel:", "https://")) or "@" in contact


def test_only_what_was_seen_in_a_source_stands_without_a_warning() -> None:
    assert {line.id for line in help_lines("en") if not line.must_be_checked(DAY)} == SEEN


@pytest.mark.parametrize("today", [date(2027, 5, 21), date(2020, 1, 1)], ids=["expired", "clock before the check"])
def test_an_entry_expires(today: date) -> None:
    assert all(line.must_be_checked(today) for line in help_lines("en"))


def test_the_own_country_comes_first() -> None:
    assert help_lines("ko")[0].country == "KR"
    assert help_lines("fr")[0].country == "FR"
    assert {line.country for line in help_lines("en", "UK")} == {"UK", "INT"}


def test_the_command_line_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["help-lines", "--country", "KR", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    found = {line["id"]: line for line in document["lines"]}
    assert found["kr-d4u"]["contacts"] == ["tel:02-735-8994", "https://d4u.stop.or.kr"]
    assert "fr-3018" not in found
    for line in document["lines"]:
        assert line["check_before_calling"] or line["id"] in SEEN


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_warning_stands_beside_each_that_was_not_seen(
    language: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.cli import guiding

    monkeypatch.setattr(guiding, "today", lambda: DAY)
    assert run(["help-lines", "--language", language]) == 0
    said = capsys.readouterr().out
    t = texts(language)  # type: ignore[arg-type]
    lines: list[HelpLine] = list(help_lines(language))  # type: ignore[arg-type]
    warned = sum(1 for line in lines if line.must_be_checked(DAY))
    assert said.count(t("Check before calling.")) == warned
    assert "02-735-8994" in said


def test_the_file_is_data_of_the_program(repository: Path) -> None:
    document = json.loads((repository / "resources" / "helplines.json").read_text("utf-8"))
    assert set(document) == {"about", "lines"}
