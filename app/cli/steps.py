"""Walking through a checklist on a terminal, a picture at each step; and the windows that can be pictured."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.cli.console import Console
from app.cli.ending import CalmEnd
from app.cli.opened import unlocked
from app.cli.recording import answers_line, may_say_line
from app.cli.wording import exhibit_document, exhibit_lines
from evidence import session as verbs
from evidence.errors import EvidenceError
from evidence.i18n import Texts, visible
from evidence.model import Exhibit, Item
from evidence.session import GuideStep, Walk

DONE = 0
FAILED = 2
LONGEST_DELAY_S = 3600


def add_steps_arguments(parser: argparse.ArgumentParser, t: Texts) -> None:
    """The options of ``capture steps``; the vault, the case and the place are added by the caller."""
    names = ", ".join(one.key for one in verbs.GUIDES)
    parser.add_argument(
        "--guide", required=True, metavar="NAME", help=t("the checklist that you follow; one of: {names}", names=names)
    )
    add_delay_argument(parser, t)
    parser.set_defaults(run=steps)


def add_delay_argument(parser: argparse.ArgumentParser, t: Texts) -> None:
    """``--delay``: time to bring what should be pictured to the front."""
    parser.add_argument("--delay", type=_delay, default=0.0, metavar="S", help=t("seconds to wait before each picture"))


def _delay(text: str) -> float:
    """Seconds, an hour at most. Raises ``ValueError``."""
    seconds = float(text)
    if not 0 <= seconds <= LONGEST_DELAY_S:
        raise ValueError(text)
    return seconds


def steps(arguments: argparse.Namespace, console: Console) -> int:
    """Say one step after the other and do what each line says, until all are done or the lines end."""
    t = console.t
    place: dict[str, Any] = {"screen": arguments.screen, "region": arguments.region, "window": arguments.window}
    problems: list[str] = []
    with unlocked(arguments, console) as session, CalmEnd() as ending:
        walk = session.walk(
            arguments.case, arguments.guide, note=arguments.note, lawful_access=arguments.lawful_access,
            minor=arguments.minor,
        )  # fmt: skip
        for line in (t(walk.guide.title), t(verbs.CARE), t("Each line that you type does one thing:"), *_ways(t)):
            console.say(line)
        shown: GuideStep | None = None
        while (step := walk.step) is not None:
            if step is not shown:
                shown = step
                for line in step_lines(t, walk, step):
                    console.say(line)
            typed = ending.waiting_for(sys.stdin.readline) or ""
            word = typed.strip()
            if not typed or word == "q":
                break
            try:
                taken = _do(walk, word, place, lambda: ending.wait(arguments.delay))
            except EvidenceError as problem:
                problems.append(problem.code)
                for line in t.error(problem):
                    console.say(line)
                continue
            for item in taken:
                for line in exhibit_lines(t, Exhibit(item=item)):
                    console.say(line)
        walk.finish()
    skipped = [step.key for step in walk.guide.steps if step.key not in walk.taken]
    document = {
        "items": [exhibit_document(Exhibit(item=item))["item"] for item in walk.items],
        "steps": walk.taken, "skipped": skipped, "problems": problems,
    }  # fmt: skip
    console.result(document, [t.plural("{n} exhibit", "{n} exhibits", len(walk.items))])
    return FAILED if problems and not walk.items else DONE


def step_lines(t: Texts, walk: Walk, step: GuideStep) -> list[str]:
    """A step to read beside the screen."""
    count = len(walk.guide.steps)
    lines = [f"{walk.position + 1}/{count}  {t(step.text)}", answers_line(t, step)]
    return lines + ([may_say_line(t, step)] if step.says else [])


def _ways(t: Texts) -> list[str]:
    return [
        "    " + t("Enter: a picture of the screen"), "    photo PATH: " + t("take in a photo of another screen"),
        "    FIELD=TEXT: " + t("keep what you read off"), "    s: " + t("skip the step"),
        "    b: " + t("the step before"), "    q: " + t("that is enough"),
    ]  # fmt: skip


def _do(walk: Walk, word: str, place: dict[str, Any], wait: Callable[[], bool]) -> list[Item]:
    """Do what a line says; gives what it took in. ``wait`` before a picture; it tells whether to go on."""
    field, sign, value = word.partition("=")
    if word == "b":
        walk.go_back()
    elif word == "s":
        walk.go_on()
    elif word.startswith("photo "):
        items = walk.photos([Path(word.removeprefix("photo ").strip())])
        walk.go_on()
        return items
    elif not word:
        if not wait():
            return []
        item = walk.picture(**place)
        walk.go_on()
        return [item]
    elif sign:
        walk.say({field.strip(): value})
    else:
        raise EvidenceError("cli.unknown_line", line=word)
    return []


def windows(_arguments: argparse.Namespace, console: Console) -> int:
    """Name the windows that can be pictured, topmost first."""
    found = verbs.windows()
    document = {"windows": [{"title": one.title, "program": one.program, "region": one.region} for one in found]}
    lines = [f"{visible(one.title)}  ({visible(one.program)})  {one.region}" for one in found]
    console.result(document, lines or [console.t("This system names no windows.")])
    return DONE
