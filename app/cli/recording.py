"""Recording the screen from a terminal: it runs until the seconds are over, Ctrl+C or the end of the session, and each
line typed is a mark."""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Iterator

from app.cli.console import Console
from app.cli.ending import CalmEnd
from app.cli.opened import choose, unlocked
from app.cli.wording import exhibit_document, exhibit_lines
from evidence import session as verbs
from evidence.i18n import Texts, fact_line, named_code
from evidence.model import Exhibit
from evidence.session import Guide, GuideStep, Recording

DONE = 0
_LOOK_S = 0.1


def add_record_arguments(parser: argparse.ArgumentParser, t: Texts) -> None:
    """The options of ``capture record``; the vault, the case and the place are added by the caller."""
    parser.add_argument("--seconds", type=float, metavar="S", help=t("how long; without it until Ctrl+C"))
    parser.add_argument("--rate", type=float, default=15, metavar="N", help=t("pictures in a second, 1 to 30"))
    parser.add_argument(
        "--marks", action="store_true",
        help=t("each line on standard input notes that something happened: profile opened, link copied …"),
    )  # fmt: skip
    add_guide_arguments(parser, t, has_steps=False)
    parser.set_defaults(run=record)


def record(arguments: argparse.Namespace, console: Console) -> int:
    """Record until it is told to stop; what was recorded is kept whatever stops it."""
    t = console.t
    with unlocked(arguments, console) as session, CalmEnd() as ending:
        going_on = session.films.begin(
            arguments.case, screen=arguments.screen, region=arguments.region, rate=arguments.rate,
            note=arguments.note, lawful_access=arguments.lawful_access, guide=arguments.guide,
            said=dict(arguments.said), minor=arguments.minor, cancelled=lambda: ending.is_asked,
        )  # fmt: skip
        if arguments.guide:
            for line in guide_lines(t, verbs.guide(arguments.guide)):
                console.say(line)
        console.say(t("The screen is being recorded. Ctrl+C ends it and keeps it."))
        if arguments.marks:
            threading.Thread(target=_take_marks, args=(going_on,), daemon=True).start()
        for share in _passing(going_on, arguments.seconds, ending):
            console.progress(share)
        item = session.films.finish(going_on, ending.ended_by if ending.is_asked else "time")
    exhibit = Exhibit(item=item)
    lines = [*exhibit_lines(t, exhibit), *recording_lines(t, item.source)]
    console.result({"item": exhibit_document(exhibit)["item"]}, lines)
    return DONE


def add_scroll_arguments(parser: argparse.ArgumentParser, t: Texts) -> None:
    """The options of ``capture scroll``; the vault, the case and the place are added by the caller."""
    parser.add_argument("--seconds", type=float, default=20, metavar="S", help=t("how long you scroll"))
    parser.add_argument("--every", type=float, default=0.4, metavar="S", help=t("seconds between two looks"))
    parser.set_defaults(run=scroll)


def scroll(arguments: argparse.Namespace, console: Console) -> int:
    """Picture a long chat while it is scrolled, and lay the pictures below each other."""
    t = console.t
    with unlocked(arguments, console) as session, CalmEnd() as ending:
        console.say(t("Scroll down slowly now; each picture must show a part of the one before."))
        items = session.films.scroll(
            arguments.case, seconds=arguments.seconds, every_s=max(0.1, arguments.every), screen=arguments.screen,
            region=arguments.region, window=arguments.window, note=arguments.note,
            lawful_access=arguments.lawful_access, minor=arguments.minor, progress=console.progress,
            cancelled=lambda: ending.is_asked,
        )  # fmt: skip
    exhibits = [Exhibit(item=item) for item in items]
    lines = [line for exhibit in exhibits for line in exhibit_lines(t, exhibit)]
    if len(items) == 1:
        lines.append(t("The pictures do not overlap: no tall picture was made of them."))
    console.result({"items": [exhibit_document(exhibit)["item"] for exhibit in exhibits]}, lines)
    return DONE


def add_guide_arguments(parser: argparse.ArgumentParser, t: Texts, *, has_steps: bool = True) -> None:
    """``--guide``, ``--step`` and ``--said``, for whatever pictures the screen."""
    names = ", ".join(one.key for one in verbs.GUIDES)
    parser.add_argument(
        "--guide", default="", metavar="NAME", help=t("the checklist that you follow; one of: {names}", names=names)
    )
    if has_steps:
        parser.add_argument(
            "--step", default="", metavar="KEY", help=t("the step of it that this shows, as “guide NAME” names it")
        )
    parser.add_argument(
        "--said", action="append", default=[], type=_said, metavar="FIELD=TEXT",
        help=t("what you read off the screen: username=@name, chat_id=-100123 … Counts as your word."),
    )  # fmt: skip


def guide(arguments: argparse.Namespace, console: Console) -> int:
    """Print one checklist, or name them all."""
    t = console.t
    if not arguments.name:
        lines = [f"{one.key}  {t(one.title)}" for one in verbs.GUIDES]
        console.result({"guides": [{"name": one.key, "title": t(one.title)} for one in verbs.GUIDES]}, lines)
        return DONE
    one = verbs.guide(arguments.name)
    steps = [
        {"step": step.key, "text": t(step.text), "fills": step.fills, "said": step.says} for step in one.steps
    ]  # fmt: skip
    document = {"name": one.key, "title": t(one.title), "care": t(verbs.CARE), "steps": steps}
    console.result(document, guide_lines(t, one))
    return DONE


def guide_lines(t: Texts, one: Guide) -> list[str]:
    """A checklist to read beside the screen."""
    lines = [t(one.title), t(verbs.CARE), ""]
    for number, step in enumerate(one.steps, 1):
        lines += [f"{number:2}. {t(step.text)}  [{step.key}]", answers_line(t, step)]
        if step.says:
            lines.append(may_say_line(t, step))
    return lines


def answers_line(t: Texts, step: GuideStep) -> str:
    """Which fields of an exhibit a step fills."""
    return "    " + t("It answers: {fields}", fields=" · ".join(t(verbs.FIELDS[number]) for number in step.fills))


def may_say_line(t: Texts, step: GuideStep) -> str:
    """What may be written down at a step, by the names that ``--said`` takes."""
    fields = ", ".join(f"{name} ({named_code(t, 'fact', name)})" for name in step.says)
    return "    " + t("may be written down: {fields}", fields=fields)


def _said(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise argparse.ArgumentTypeError(text)
    return name.strip(), value


def add_still_arguments(parser: argparse.ArgumentParser, t: Texts) -> None:
    """The options of ``still``; vault and case are added by the caller."""
    parser.add_argument("--item", required=True, metavar="NO", help=t("the exhibit number of the film"))
    parser.add_argument(
        "--at", action="append", required=True, type=float, metavar="SECONDS",
        help=t("when, in seconds from its beginning; may be given several times"),
    )  # fmt: skip
    words = t("what you want to say about it, in your own words")
    parser.add_argument("--note", default="", metavar="TEXT", help=words)
    parser.set_defaults(run=still)


def still(arguments: argparse.Namespace, console: Console) -> int:
    """Keep pictures of a film as exhibits of their own."""
    t = console.t
    with unlocked(arguments, console) as session:
        (film,) = choose(session.exhibits(arguments.case), [arguments.item])
        items = [session.films.add_still(film.item.id, at_s, arguments.note) for at_s in arguments.at]
    exhibits = [Exhibit(item=item) for item in items]
    lines: list[str] = []
    for exhibit in exhibits:
        source = exhibit.item.source
        lines += exhibit_lines(t, exhibit)
        lines.append(
            "    " + t("Picture {number} of {exhibit}, at {seconds} s", number=source["film_frame"],
                       exhibit=source["derived_from"], seconds=source["film_time_s"])
        )  # fmt: skip
    console.result({"items": [exhibit_document(exhibit)["item"] for exhibit in exhibits]}, lines)
    return DONE


def recording_lines(t: Texts, source: dict[str, str]) -> list[str]:
    """What is known of a film, in a few lines."""
    lines = [
        "    " + t("{seconds} s, {frames} pictures, {dropped} dropped", seconds=source["film_seconds"],
                   frames=source["film_frames"], dropped=source["frames_dropped"]),
    ]  # fmt: skip
    if source.get("completeness") == "partial":
        lines.append("    " + t("The recording is partial: it ended before you ended it."))
        lines.append("    " + fact_line(t, "ended_by", source["ended_by"]))
    return lines


def _passing(going_on: Recording, seconds: float | None, ending: CalmEnd) -> Iterator[float]:
    """Wait until the time is over, the recording ended by itself or somebody ends it; gives the share of the time that
    has passed."""
    while not ending.is_asked:
        status = going_on.status()
        if not status.is_running or (seconds is not None and status.seconds >= seconds):
            return
        if seconds is not None:
            yield status.seconds / seconds
        ending.wait(_LOOK_S if seconds is None else min(_LOOK_S, max(seconds - status.seconds, 0.001)))


def _take_marks(going_on: Recording) -> None:
    for line in sys.stdin:
        going_on.mark(line.strip())
