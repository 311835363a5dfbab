"""The guard for people under age, consents, and how often originals were looked at."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from app.cli.console import Console
from app.cli.opened import choose, unlocked
from app.cli.wording import exhibit_document, exhibit_lines
from evidence.digest import to_json
from evidence.errors import EvidenceError
from evidence.i18n import Texts, shown_today, visible
from evidence.model import Consent, Exhibit, MinorAnswer, Purpose, WithoutMedia

DONE = 0
Run = Callable[[argparse.Namespace, Console], int]
NOT_NO = (MinorAnswer.UNSURE, MinorAnswer.YES)


def add_minor_argument(parser: argparse.ArgumentParser, t: Texts) -> None:
    """The question that stands before every taking in of media."""
    parser.add_argument(
        "--minor", type=MinorAnswer, choices=list(MinorAnswer), metavar="|".join(MinorAnswer),
        help=t("does it show, or could it show, someone under age? Only with “no” anything is opened"),
    )  # fmt: skip


def asked(run: Run) -> Run:
    """``run``, once it was answered that nobody under age could be shown; on a terminal the question is asked.

    A program that calls without an answer cannot be asked: the exhibit then does not say that anybody was, and a line
    on standard error tells it. Raises ``guard.not_asked`` for no answer on a terminal, ``guard.media_refused`` for
    every answer but ``no``.
    """

    def guarded(arguments: argparse.Namespace, console: Console) -> int:
        if arguments.minor is None and sys.stdin.isatty():
            arguments.minor = _ask(console)
        if arguments.minor is None:
            console.say(console.t("Nobody was asked whether it could show someone under age; --minor no answers that."))
        elif arguments.minor is not MinorAnswer.NO:
            raise EvidenceError("guard.media_refused")
        return run(arguments, console)

    return guarded


def _ask(console: Console) -> MinorAnswer:
    t = console.t
    console.say(t("Does it show, or could it show, someone under age?"))
    console.say(", ".join(f"{answer} = {t.code('name', f'minor.{answer}')}" for answer in MinorAnswer))
    said = sys.stdin.readline().strip().lower()
    if said not in set(MinorAnswer):
        raise EvidenceError("guard.not_asked")
    return MinorAnswer(said)


def add_without_media(parser: argparse.ArgumentParser, t: Texts) -> None:
    """The words of ``capture without-media``."""
    parser.add_argument(
        "--minor", type=MinorAnswer, choices=NOT_NO, required=True, metavar="|".join(NOT_NO),
        help=t("why no media is taken: someone under age is shown, or could be"),
    )  # fmt: skip
    parser.add_argument("--address", default="", metavar="TEXT", help=t("the link, or where it is"))
    parser.add_argument("--accounts", default="", metavar="TEXT", help=t("names and numbers of accounts and rooms"))
    parser.add_argument("--seen", default="", metavar="TEXT", help=t("when you saw it, as exactly as you know"))
    parser.set_defaults(run=without_media)


def without_media(arguments: argparse.Namespace, console: Console) -> int:
    """Keep address, accounts, time and description; open nothing."""
    noted = WithoutMedia(arguments.address, arguments.accounts, arguments.seen, arguments.note)
    with unlocked(arguments, console) as session:
        item = session.guard.note_without_media(
            arguments.case, noted, arguments.minor, lawful_access=arguments.lawful_access
        )
    exhibit = Exhibit(item=item)
    lines = [*exhibit_lines(console.t, exhibit), *_turn_to(console.t)]
    console.result({"items": [exhibit_document(exhibit)["item"]]}, lines)
    return DONE


def add_hold_back(parser: argparse.ArgumentParser, t: Texts) -> None:
    """The words of ``hold-back``."""
    parser.add_argument("vault", type=Path, metavar="VAULT")
    parser.add_argument("--case", required=True, metavar="ID", help=t("the case’s id, as “case list” prints it"))
    parser.add_argument(
        "--item", action="append", default=[], metavar="NO", help=t("an exhibit number; without it what is held back")
    )
    parser.add_argument(
        "--minor", type=MinorAnswer, choices=NOT_NO, default=MinorAnswer.UNSURE, metavar="|".join(NOT_NO),
        help=t("whether someone under age is shown, or could be"),
    )  # fmt: skip
    parser.add_argument("--reason", default="", metavar="TEXT", help=t("why; the log keeps it"))
    parser.set_defaults(run=hold_back)


def hold_back(arguments: argparse.Namespace, console: Console) -> int:
    """Hold exhibits back for good, or say which are."""
    t = console.t
    with unlocked(arguments, console) as session:
        exhibits = session.exhibits(arguments.case)
        earlier: dict[str, list[str]] = {}
        gone_along: set[str] = set()
        for exhibit in choose(exhibits, arguments.item) if arguments.item else []:
            if exhibit.item.id in gone_along:  # it shows the same as one that was named before it
                continue
            before = session.guard.held_back(arguments.case)
            session.guard.hold_back(exhibit.item.id, arguments.minor, arguments.reason)
            gone_along |= session.guard.held_back(arguments.case) - before
            for made in session.guard.packages_with(exhibit.item.id):
                earlier.setdefault(exhibit.item.number, []).append(made.package_id)
        held_ids = session.guard.held_back(arguments.case)
    held = [exhibit.item.number for exhibit in exhibits if exhibit.item.id in held_ids]
    lines = [t("Held back: {numbers}", numbers=", ".join(held))] if held else [t("Nothing is held back.")]
    for number, packages in earlier.items():
        lines += [t("{number} is in packages made before. Tell the police that these hold it:", number=number)]
        lines += [f"    {package_id}" for package_id in packages]
    console.result({"held_back": held, "earlier_packages": earlier}, [*lines, *(_turn_to(t) if held else [])])
    return DONE


def add_consent(parser: argparse.ArgumentParser, t: Texts) -> None:
    """The words of ``consent``."""
    parser.add_argument("vault", type=Path, metavar="VAULT")
    parser.add_argument("--case", required=True, metavar="ID", help=t("the case’s id, as “case list” prints it"))
    for name, words in (
        ("--give", t("agree to this purpose; may be given several times")),
        ("--withdraw", t("take the agreement back; may be given several times")),
    ):
        parser.add_argument(
            name, action="append", type=Purpose, choices=list(Purpose), default=[], metavar="|".join(Purpose),
            help=words,
        )  # fmt: skip
    parser.set_defaults(run=consent)


def consent(arguments: argparse.Namespace, console: Console) -> int:
    """Agree, take back, and say what is agreed to."""
    t = console.t
    with unlocked(arguments, console) as session:
        session.case(arguments.case)
        for purpose in arguments.withdraw:
            session.consents.withdraw(arguments.case, purpose)
        for purpose in arguments.give:
            session.consents.give(arguments.case, purpose)
        consents = session.consents.all(arguments.case)
    lines = [
        t("{where}: {words}", where=t.code("name", f"purpose.{one.purpose}"), words=_said(t, one)) for one in consents
    ]
    if arguments.withdraw:
        lines.append(t("It counts from now on. What was handed over already stays with those who have it."))
    console.result({"consents": to_json(consents)}, lines)
    return DONE


def _said(t: Texts, consent: Consent) -> str:
    if consent.said_at is None:
        return t("not answered")
    when = t.moment(consent.said_at)
    return t("agreed, {time}", time=when) if consent.is_given else t("taken back, {time}", time=when)


def add_looks(parser: argparse.ArgumentParser, t: Texts) -> None:
    """The words of ``looks``."""
    parser.add_argument("vault", type=Path, metavar="VAULT")
    parser.add_argument("--case", required=True, metavar="ID", help=t("the case’s id, as “case list” prints it"))
    parser.add_argument(
        "--limit", type=int, metavar="N", help=t("ask before more than this many are shown on a day; 0: never ask")
    )
    parser.set_defaults(run=looks)


def looks(arguments: argparse.Namespace, console: Console) -> int:
    """Who looked at which original and when, and how often today."""
    t = console.t
    with unlocked(arguments, console) as session:
        session.case(arguments.case)
        if arguments.limit is not None:
            session.place.set_limit(arguments.limit)
        looked, events = session.place.looked(arguments.case), session.place.looks(arguments.case)
        numbers = {exhibit.item.id: exhibit.item.number for exhibit in session.exhibits(arguments.case)}
    lines = [shown_today(t, looked.today)]
    for event in events:
        who, why = t.code("name", f"role.{event.actor}"), visible(event.facts.get("reason", ""))
        lines.append("  ".join(filter(None, (t.moment(event.recorded_at), numbers.get(event.item_id, ""), who, why))))
    console.result({"looked": to_json(looked), "looks": to_json(events)}, lines)
    return DONE


def _turn_to(t: Texts) -> list[str]:
    """What to do now, in words that name no law and promise nothing."""
    return [
        t("Do not copy, send or upload the picture or file, not even to report it. Leave it where it is."),
        t("Tell the police the number of this record, or have a counsellor do it with you."),
    ]
