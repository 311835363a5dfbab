"""Where to turn: the directory of helplines and authorities, on the terminal."""

from __future__ import annotations

import argparse
from datetime import UTC, date, datetime

from app.cli.console import Console
from evidence.directory import COUNTRIES, HelpLine, help_lines
from evidence.i18n import Texts


def add_help_lines_arguments(parser: argparse.ArgumentParser, t: Texts) -> None:
    """The words of ``help-lines``."""
    parser.add_argument(
        "--country", choices=COUNTRIES, default="", help=t("one country’s, and those that are open to every country")
    )
    parser.set_defaults(run=show_help_lines)


def show_help_lines(arguments: argparse.Namespace, console: Console) -> int:
    """Say the entries; nothing is asked over a network."""
    t, day = console.t, today()
    lines = help_lines(t.language, arguments.country)
    said = [words for line in lines for words in [*_words(t, line, day), ""]]
    console.result({"lines": [_document(line, day) for line in lines]}, said)
    return 0


def today() -> date:
    """The day of the clock of this computer, UTC."""
    return datetime.now(UTC).date()


def _words(t: Texts, line: HelpLine, day: date) -> list[str]:
    kinds = ", ".join(t.code("name", f"help_line.{kind}") for kind in line.kinds)
    said = [line.name[t.language], f"    {t.code('name', f'country.{line.country}')} · {kinds}"]
    said += [f"    {contact.removeprefix('tel:')}" for contact in line.contacts]
    said += [f"    {words[t.language]}" for words in (line.hours, line.note) if words]
    if not line.contacts:
        said.append(f"    {t('No number could be verified: look for it under this name.')}")
    if line.must_be_checked(day):
        said.append(f"    {t('Check before calling.')}")
    if line.source:
        said.append(f"    {t('Source: {address} ({day})', address=line.source, day=t.date(line.checked_on))}")
    return said


def _document(line: HelpLine, day: date) -> dict[str, object]:
    return {
        "id": line.id, "country": line.country, "kinds": line.kinds, "name": line.name, "contacts": line.contacts,
        "hours": line.hours, "languages": line.languages, "note": line.note, "source": line.source,
        "checked_on": line.checked_on.isoformat(), "expires_on": line.expires_on.isoformat(),
        "check_before_calling": line.must_be_checked(day),
    }  # fmt: skip
