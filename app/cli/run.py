"""Words in, exit code out. The one place where the command line meets errors."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence
from typing import Any, NoReturn, cast

from app.cli.console import Console
from app.cli.ending import unwinding
from app.cli.parser import build_parser
from evidence.errors import CancelledError, EvidenceError
from evidence.i18n import LANGUAGES, Language, system_language, texts

FAILED = 2


class UsageError(Exception):
    """The words do not fit; ``usage`` is the line that shows how they do."""

    def __init__(self, problem: str, usage: str) -> None:
        super().__init__(problem)
        self.usage = usage


class Parser(argparse.ArgumentParser):
    """An argument parser that raises instead of ending the process, and takes ``-10,0,200,100`` for a value."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        # argparse knows single negative numbers as values; regions of a desktop have negative corners too.
        self._negative_number_matcher = re.compile(r"-\d[\d,.-]*$")

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, self.format_usage())


def run(words: Sequence[str]) -> int:
    """Run one command. Returns its exit code; nothing but the code and calm words leaves here, never a traceback."""
    words = _joined(words)
    t = texts(_language(words))
    console = Console(t, as_json="--json" in words)
    try:
        arguments = build_parser(t, Parser).parse_args(list(words))
        with unwinding():
            return cast(int, arguments.run(arguments, console))
    except UsageError as problem:
        sys.stderr.write(problem.usage)
        console.failure(EvidenceError("cli.usage", problem=str(problem)))
    except EvidenceError as error:
        console.failure(error)
    except (CancelledError, KeyboardInterrupt):
        sys.stderr.write(f"\n{t('Stopped. Nothing that was already kept is lost.')}\n")
    except BrokenPipeError:
        # The reader of our output went away (a pager, `head`): nothing to say, and nowhere to say it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as problem:
        if os.environ.get("HOLDFAST_TRACEBACK"):
            raise
        console.failure(EvidenceError("internal.unexpected", kind=type(problem).__name__))
    return FAILED


def _joined(words: Sequence[str]) -> list[str]:
    """``package upgrade`` and its like as one word each: after ``package`` alone stands a vault."""
    if len(words) > 1 and words[0] == "package" and words[1] in ("upgrade", "hand-over", "upload-set", "co-sign"):
        return [f"{words[0]}-{words[1]}", *words[2:]]
    return list(words)


def _language(words: Sequence[str]) -> Language:
    """The language asked for with ``--language``, read before the parser exists so that its help speaks it too."""
    wanted: str | None = os.environ.get("HOLDFAST_LANGUAGE")
    for position, word in enumerate(words):
        if word == "--language" and position + 1 < len(words):
            wanted = words[position + 1]
        elif word.startswith("--language="):
            wanted = word.removeprefix("--language=")
    return wanted if wanted in LANGUAGES else system_language()
