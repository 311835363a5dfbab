"""A case as a place: notes, tags, titles, times, search, what is missing, undo."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from app.cli.console import Console
from app.cli.opened import choose, unlocked
from app.cli.wording import exhibit_document, exhibit_lines
from evidence.digest import to_json
from evidence.errors import EvidenceError
from evidence.i18n import Texts, shown_time, visible
from evidence.model import AcquisitionMethod, Band, Exhibit, Filter, Kind, Note, Standing
from evidence.session import Move, Session

DONE = 0


def add_place_verbs(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], t: Texts, parents: list[argparse.ArgumentParser]
) -> None:
    """``note``, ``tag``, ``title``, ``shown-time``, ``search``, ``order``, ``timeline``, ``missing`` and ``undo``."""
    note = _verb(verbs, "note", t("write a note about a case or an exhibit, or read the notes"), t, parents, note_it)
    _item(note, t, is_needed=False)
    note.add_argument("--write", default="", metavar="TEXT", help=t("what happened: facts, no guesses"))
    tag = _verb(verbs, "tag", t("give exhibits tags, or list the tags of a case"), t, parents, tag_it)
    _item(tag, t, is_needed=False)
    tag.add_argument("--add", action="append", default=[], metavar="TAG", help=t("a tag to add"))
    tag.add_argument("--remove", action="append", default=[], metavar="TAG", help=t("a tag to take away"))
    title = _verb(verbs, "title", t("give an exhibit another title"), t, parents, title_it)
    _item(title, t, is_needed=True)
    title.add_argument("words", metavar="TITLE")
    shown = _verb(verbs, "shown-time", t("note the time that the platform showed"), t, parents, shown_time_it)
    _item(shown, t, is_needed=True)
    shown.add_argument("time", metavar="TIME", help=t("as far as it was shown: 2026-10-03 21:14, 2026-10, or empty"))
    shown.add_argument(
        "--zone", default="", metavar="ZONE", help=t("like Asia/Seoul or +09:00; leave it out if unknown")
    )
    search = _verb(verbs, "search", t("search titles, notes, links, file names and tags"), t, parents, search_it)
    search.add_argument("--words", default="", metavar="TEXT", help=t("every one of these words, or parts of words"))
    search.add_argument("--tag", default="", metavar="TAG", help=t("with this tag alone"))
    search.add_argument(
        "--method",
        default="",
        choices=["", *AcquisitionMethod],
        metavar="METHOD",
        help=t("that came in this way alone"),
    )
    scored = search.add_mutually_exclusive_group()
    scored.add_argument("--scored", dest="is_scored", action="store_true", default=None, help=t("checked ones alone"))
    scored.add_argument("--not-scored", dest="is_scored", action="store_false", help=t("unchecked ones alone"))
    for name, kinds, words in (
        ("kind", Kind, t("of this kind alone")),
        ("band", Band, t("whose newest score says this alone")),
        ("standing", Standing, t("held back alone, or failed or partial captures alone")),
    ):
        search.add_argument(f"--{name}", type=kinds, choices=list(kinds), metavar="|".join(kinds), help=words)
    order = _verb(verbs, "order", t("the order of the exhibits in lists and packages, or change it"), t, parents,
                  order_it)  # fmt: skip
    order.add_argument("--item", default="", metavar="NO", help=t("the exhibit to move"))
    where = order.add_mutually_exclusive_group()
    where.add_argument("--move", type=Move, choices=list(Move), metavar="|".join(Move), help=t("by one, or to an end"))
    where.add_argument("--before", default="", metavar="NO", help=t("to before this exhibit"))
    where.add_argument("--by-number", action="store_true", help=t("back to the order of the exhibit numbers"))
    line = _verb(verbs, "timeline", t("what happened and what was done, by time"), t, parents, timeline_it)
    line.add_argument("--after", type=int, default=0, metavar="N", help=t("leave out the first N"))
    line.add_argument("--limit", type=int, default=-1, metavar="N", help=t("at most N"))
    _verb(verbs, "missing", t("what a case does not have yet, and the next step"), t, parents, missing_it)
    undo = t("take the last change of tags, titles, notes, shown times or order back")
    _verb(verbs, "undo", undo, t, parents, undo_it)


def note_it(arguments: argparse.Namespace, console: Console) -> int:
    """Write a note, or read those that there are."""
    t = console.t
    with unlocked(arguments, console) as session:
        session.case(arguments.case)
        about = _chosen(session, arguments)
        if arguments.write:
            for item_id in [exhibit.item.id for exhibit in about] or [""]:
                session.place.add_note(arguments.case, arguments.write, item_id)
        notes = (
            [note for exhibit in about for note in session.notes(exhibit.item.id)]
            if about else session.place.notes(arguments.case)
        )  # fmt: skip
    console.result({"notes": to_json(notes)}, [_note_line(t, note) for note in notes] or [t("There is no note yet.")])
    return DONE


def tag_it(arguments: argparse.Namespace, console: Console) -> int:
    """Add and take away tags, or list them."""
    t = console.t
    with unlocked(arguments, console) as session:
        session.case(arguments.case)
        about = _chosen(session, arguments)
        for exhibit in about:
            kept = [tag for tag in session.place.tags(exhibit.item.id) if tag not in arguments.remove]
            if arguments.add or arguments.remove:
                session.place.set_tags(exhibit.item.id, [*kept, *arguments.add])
        of_items = {exhibit.item.number: session.place.tags(exhibit.item.id) for exhibit in about}
        of_case = session.place.tags_of_case(arguments.case)
    lines = [f"{number}  {', '.join(visible(tag) for tag in tags)}" for number, tags in of_items.items()]
    lines = lines or [f"{visible(tag)}  {t.number(count)}" for tag, count in of_case.items()]
    console.result({"exhibits": to_json(of_items), "tags": of_case}, lines or [t("There is no tag yet.")])
    return DONE


def title_it(arguments: argparse.Namespace, console: Console) -> int:
    """Give exhibits another title."""
    with unlocked(arguments, console) as session:
        renamed = [session.place.rename(one.item.id, arguments.words) for one in _chosen(session, arguments)]
    console.result(
        {"items": [exhibit_document(Exhibit(item=item))["item"] for item in renamed]},
        [f"{item.number}  {visible(item.title)}" for item in renamed],
    )
    return DONE


def shown_time_it(arguments: argparse.Namespace, console: Console) -> int:
    """Note the time that the platform showed."""
    with unlocked(arguments, console) as session:
        chosen = _chosen(session, arguments)
        for exhibit in chosen:
            session.place.set_shown_time(exhibit.item.id, arguments.time, arguments.zone)
        kept = {exhibit.item.number: session.place.shown_time(exhibit.item.id) for exhibit in chosen}
    lines = [f"{number}  {shown_time(console.t, entry) if entry else '-'}" for number, entry in kept.items()]
    console.result({"shown": to_json(kept)}, lines)
    return DONE


def search_it(arguments: argparse.Namespace, console: Console) -> int:
    """Find exhibits, and notes about the case."""
    t = console.t
    wanted = Filter(
        arguments.words, arguments.tag, arguments.method, arguments.is_scored, arguments.kind, arguments.band,
        arguments.standing,
    )  # fmt: skip
    with unlocked(arguments, console) as session:
        session.case(arguments.case)
        found = session.place.find(arguments.case, wanted)
        exhibits = session.place.exhibits_at(arguments.case, found.positions)
        matches = session.place.matches(exhibits, arguments.words)
    lines = []
    for exhibit in exhibits:
        lines += exhibit_lines(t, exhibit)
        for match in matches.get(exhibit.item.id, ()):
            where = t.code("name", f"match.{match.where}")
            lines.append("    " + t("{where}: {words}", where=where, words=visible(match.text)))
    lines += [_note_line(t, note) for note in found.notes]
    document = {
        "exhibits": [exhibit_document(exhibit) for exhibit in exhibits], "notes": to_json(found.notes),
        "matches": {one.item.number: to_json(matches[one.item.id]) for one in exhibits if one.item.id in matches},
    }  # fmt: skip
    console.result(document, lines or [t("Nothing was found.")])
    return DONE


def order_it(arguments: argparse.Namespace, console: Console) -> int:
    """Move an exhibit, go back to the numbers, or list the order."""
    with unlocked(arguments, console) as session:
        exhibits = session.exhibits(arguments.case)
        if bool(arguments.move or arguments.before) != bool(arguments.item):
            raise EvidenceError("order.nothing_to_move")
        moved, before = (choose(exhibits, [number])[0].item.id if number else ""
                         for number in (arguments.item, arguments.before))  # fmt: skip
        if arguments.by_number:
            session.place.order_by_number(arguments.case)
        elif arguments.move:
            session.place.move(moved, arguments.move)
        elif before:
            session.place.put(moved, before)
        exhibits = session.place.in_order(arguments.case, exhibits)
        is_by_number = not session.place.is_arranged(arguments.case)
    numbers = [exhibit.item.number for exhibit in exhibits]
    lines = [f"{exhibit.item.number}  {visible(exhibit.item.title)}" for exhibit in exhibits]
    console.result({"order": numbers, "is_by_number": is_by_number}, lines)
    return DONE


def timeline_it(arguments: argparse.Namespace, console: Console) -> int:
    """Everything with a time, the oldest first."""
    t = console.t
    with unlocked(arguments, console) as session:
        session.case(arguments.case)
        entries = session.place.timeline(arguments.case, after=max(arguments.after, 0), limit=arguments.limit)
    lines = []
    for one in entries:
        kind = t.code("name", f"moment.{one.kind}")
        lines.append("  ".join(filter(None, (shown_time(t, one), kind, one.number, visible(one.title)))))
    console.result({"timeline": to_json(entries)}, lines or [t("There is nothing with a time yet.")])
    return DONE


def missing_it(arguments: argparse.Namespace, console: Console) -> int:
    """What the case does not have yet."""
    t = console.t
    with unlocked(arguments, console) as session:
        session.case(arguments.case)
        lacks = session.place.lacks(arguments.case)
    lines = [f"{'>' if lack.is_next else '-'} {t.code('name', f'lack.{lack.code}')}" for lack in lacks]
    lines += [t("Next: {step}", step=t.code("name", f"step.{lack.code}")) for lack in lacks if lack.is_next]
    console.result({"missing": to_json(lacks)}, lines or [t("Nothing that the program knows of is missing.")])
    return DONE


def undo_it(arguments: argparse.Namespace, console: Console) -> int:
    """Take the last change back."""
    with unlocked(arguments, console) as session:
        session.case(arguments.case)
        undone = session.place.undo(arguments.case)
    console.result({"undone": undone}, [console.t.code("name", f"undone.{undone}")])
    return DONE


def _verb(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], name: str, words: str, t: Texts,
    parents: list[argparse.ArgumentParser], run: Callable[[argparse.Namespace, Console], int],
) -> argparse.ArgumentParser:  # fmt: skip
    parser = verbs.add_parser(name, parents=parents, help=words)
    parser.add_argument("vault", type=Path, metavar="VAULT")
    parser.add_argument("--case", required=True, metavar="ID", help=t("the case’s id, as “case list” prints it"))
    parser.set_defaults(run=run)
    return parser


def _item(parser: argparse.ArgumentParser, t: Texts, *, is_needed: bool) -> None:
    parser.add_argument(
        "--item", action="append", default=[], required=is_needed, metavar="NO", help=t("an exhibit number")
    )


def _chosen(session: Session, arguments: argparse.Namespace) -> list[Exhibit]:
    """The exhibits that the words name; none where they name none."""
    return choose(session.exhibits(arguments.case), arguments.item) if arguments.item else []


def _note_line(t: Texts, note: Note) -> str:
    return f"{note.id}  {t.moment(note.written_at)}  {t.code('name', f'role.{note.author}')}  {visible(note.text)}"
