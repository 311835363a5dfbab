"""The words of ``verify``: shared by ``holdfast verify`` and the stand-alone verifier."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NoReturn

from app.verify.lists import tsa_lists
from app.verify.receipts import add_receipt_arguments, prepare, write_receipt
from app.verify.unlock import add_unlock_arguments, read_unlock
from evidence.digest import to_json
from evidence.errors import CancelledError, EvidenceError
from evidence.i18n import LANGUAGES, Language, Texts, system_language, texts
from evidence.model import VerificationReport
from evidence.verify import (
    ChildParser,
    Inside,
    Trust,
    Unlock,
    contents_lines,
    contents_of,
    exit_code,
    find_packages,
    read_trust,
    refuse_own_certificates,
    render_text,
    to_document,
    verify_package,
    with_lists,
)
from evidence.version import VERSION

FAILED = 2
_MANY = 8

Outcome = VerificationReport | EvidenceError


def add_arguments(parser: argparse.ArgumentParser, t: Texts) -> None:
    """Add the words and options of ``verify`` to ``parser``."""
    parser.add_argument(
        "packages", nargs="+", type=Path, metavar="PACKAGE", help=t("a package: a ZIP file or a folder")
    )
    parser.add_argument(
        "--trust", action="append", default=[], type=Path, metavar="CERT.pem",
        help=t("certificate of a signer, or of an authority that issues them, that you got in another way"),
    )  # fmt: skip
    parser.add_argument(
        "--tsa-root", action="append", default=[], type=Path, metavar="CERT.pem",
        help=t("root certificate of a time-stamping authority that you trust"),
    )  # fmt: skip
    parser.add_argument(
        "--tsa-list", action="append", default=[], type=Path, metavar="LIST.json",
        help=t("list of roots of time-stamping authorities that your organisation keeps"),
    )  # fmt: skip
    parser.add_argument(
        "--fingerprint", default="", metavar="TEXT",
        help=t("the signer’s key fingerprint as you were told it: twelve words or 64 digits"),
    )  # fmt: skip
    parser.add_argument(
        "--report", type=Path, metavar="OUT.pdf", help=t("write a verification report to print; must not exist yet")
    )
    parser.add_argument(
        "--contents", action="store_true", help=t("say the names and sizes of what is inside, and its notes, too")
    )
    parser.add_argument("--language", choices=LANGUAGES, help=t("language of the answers"))
    parser.add_argument("--json", action="store_true", help=t("one JSON document on standard output"))
    parser.add_argument(
        "--json-lines", action="store_true", help=t("one JSON document for each package, each in a line of its own")
    )
    parser.add_argument(
        "--jobs", type=int, default=0, metavar="N", help=t("how many packages to check at the same time")
    )
    add_unlock_arguments(parser, t)
    add_receipt_arguments(parser, t)


def run(arguments: argparse.Namespace) -> int:
    """Verify what the words name and say it; returns the exit code.

    Raises :class:`EvidenceError` for trust files that cannot be read; a package that cannot be opened is said in its
    turn, and the others are still checked.
    """
    t = texts(arguments.language or language_of_system())
    refuse_own_certificates([*arguments.trust, *arguments.tsa_root, *arguments.tsa_list], arguments.packages)
    given = read_trust(arguments.trust, arguments.tsa_root, arguments.fingerprint)
    trust = with_lists(given, tsa_lists(arguments.tsa_list))
    packages = [found for path in arguments.packages for found in find_packages(path)]
    unlock = read_unlock(arguments)
    key = prepare(arguments, t, len(packages))
    outcomes: list[tuple[Path, Outcome]] = []
    for path, outcome in _verify_all(packages, trust, unlock, _jobs(arguments.jobs, len(packages))):
        outcomes.append((path, outcome))
        if arguments.json_lines:
            _write(json.dumps(_told(path, outcome, t, unlock, arguments), ensure_ascii=False) + "\n")
        elif not arguments.json:
            _say(path, outcome, t, is_first=len(outcomes) == 1)
            if arguments.contents:
                _write("".join(f"{line}\n" for line in contents_lines(_inside(path, outcome, unlock), t)))
    if arguments.report is not None:
        _write_report([outcome for _path, outcome in outcomes if isinstance(outcome, VerificationReport)], t, arguments)
    if key is not None and isinstance(outcomes[0][1], VerificationReport):
        said = write_receipt(outcomes[0][1], key, arguments, t)
        if not arguments.json and not arguments.json_lines:
            _write("\n" + "".join(f"{line}\n" for line in said))
    code = _exit_code([outcome for _path, outcome in outcomes])
    if arguments.json and not arguments.json_lines:
        document = {
            "format": "holdfast-verification",
            "version": 1,
            "exit_code": code,
            "packages": [_told(path, outcome, t, unlock, arguments) for path, outcome in outcomes],
        }
        _write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    return code


def main(words: Sequence[str] | None = None) -> int:
    """The stand-alone verifier. Returns the exit code; never lets a traceback reach a person."""
    given = list(sys.argv[1:] if words is None else words)
    t = texts(_language(given))
    parser = _Parser(prog="holdfast-verify", description=t("Checks a package that someone handed over."))
    parser.add_argument("--version", action="version", version=f"holdfast-verify {VERSION}")
    try:
        add_arguments(parser, t)
        arguments = parser.parse_args(given)
        arguments.language = arguments.language or t.language
        return run(arguments)
    except _UsageError as problem:
        sys.stderr.write(parser.format_usage())
        return _fail(EvidenceError("verify.usage", problem=problem), t, "--json" in given)
    except EvidenceError as problem:
        return _fail(problem, t, "--json" in given)
    except (CancelledError, KeyboardInterrupt):
        sys.stderr.write("\n")
        return FAILED
    except BrokenPipeError:
        # The reader of our output went away: nothing to say, and nowhere to say it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as problem:  # noqa: BLE001 - the last stop before a person: a bug is said calmly
        return _fail(EvidenceError("verify.unexpected", kind=type(problem).__name__), t, "--json" in given)


def language_of_system() -> Language:
    """What ``HOLDFAST_LANGUAGE`` says, else the computer's language."""
    wanted = os.environ.get("HOLDFAST_LANGUAGE")
    return wanted if wanted in LANGUAGES else system_language()


class _UsageError(Exception):
    pass


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise _UsageError(message)


def _jobs(wanted: int, packages: int) -> int:
    """As many as asked for; without a wish one, and all processors for more packages than a person waits for."""
    if wanted > 0:
        return wanted
    return 1 if packages < _MANY else os.cpu_count() or 1


def _verify_all(paths: Sequence[Path], trust: Trust, unlock: Unlock, jobs: int) -> Iterator[tuple[Path, Outcome]]:
    if jobs == 1 or len(paths) == 1:
        parser = ChildParser()
        try:
            for path in paths:
                yield path, _verify(path, trust, unlock, parser)
        finally:
            parser.close()
        return
    with ProcessPoolExecutor(min(jobs, len(paths), 61), mp_context=get_context("spawn"), initializer=_begin) as pool:
        # Batches keep the processes busy without a round trip for each small package.
        batch = max(1, min(16, len(paths) // (jobs * 4)))
        found = pool.map(_verify_in_pool, paths, repeat(trust), repeat(unlock), chunksize=batch)
        yield from zip(paths, found, strict=True)


_pool_parser: list[ChildParser] = []


def _begin() -> None:
    """In a process of the pool: one parser for all of its packages; it ends with the process, whose pipe it reads."""
    _pool_parser.append(ChildParser())


def _verify_in_pool(path: Path, trust: Trust, unlock: Unlock) -> Outcome:
    return _verify(path, trust, unlock, _pool_parser[0])


def _verify(path: Path, trust: Trust, unlock: Unlock, parser: ChildParser) -> Outcome:
    try:
        return verify_package(path, trust=trust, now=datetime.now(UTC), parser=parser, unlock=unlock)
    except EvidenceError as problem:
        return problem


def _told(path: Path, outcome: Outcome, t: Texts, unlock: Unlock, arguments: argparse.Namespace) -> dict[str, Any]:
    """One package as JSON values."""
    if not arguments.contents:
        return _document(path, outcome, t)
    inside = _inside(path, outcome, unlock)
    return _document(path, outcome, t) | {"contents": to_json(inside.exhibits), "notes": to_json(inside.notes)}


def _inside(path: Path, outcome: Outcome, unlock: Unlock) -> Inside:
    """What is inside, where it can be read; the answers have said why it cannot."""
    if isinstance(outcome, VerificationReport):
        with suppress(EvidenceError):
            return contents_of(outcome, path, unlock)
    return Inside()


def _exit_code(outcomes: Sequence[Outcome]) -> int:
    """*No* is the worst, then what could not be opened, then what cannot be told."""
    code = exit_code([outcome for outcome in outcomes if isinstance(outcome, VerificationReport)])
    if code != 1 and any(isinstance(outcome, EvidenceError) for outcome in outcomes):
        return FAILED
    return code


def _write_report(reports: Sequence[VerificationReport], t: Texts, arguments: argparse.Namespace) -> None:
    """Write the printed form; never over a file that is there."""
    if not reports:
        return
    from app.verify.fonts import find_font  # typesetting is not needed to answer
    from evidence.verify.paper import render_pdf

    data = render_pdf(reports, t, find_font())
    try:
        with arguments.report.open("xb") as stream:
            stream.write(data)
    except FileExistsError as problem:
        raise EvidenceError("verify.report_exists", path=arguments.report) from problem
    except OSError as problem:
        raise EvidenceError("verify.report_unwritable", path=arguments.report) from problem


def _say(path: Path, outcome: Outcome, t: Texts, *, is_first: bool) -> None:
    if isinstance(outcome, VerificationReport):
        _write(("" if is_first else "\n") + render_text(outcome, t))
    else:
        _complain(outcome, t)


def _document(path: Path, outcome: Outcome, t: Texts) -> dict[str, Any]:
    if isinstance(outcome, VerificationReport):
        return to_document(outcome)
    sentence, advice = t.error(outcome)
    shown = str(path).encode("utf-8", errors="backslashreplace").decode("utf-8")
    return {"path": shown, "error": {"code": outcome.code, "sentence": sentence, "advice": advice}}


def _fail(error: EvidenceError, t: Texts, as_json: bool) -> int:
    if as_json:
        sentence, advice = t.error(error)
        document = {"error": {"code": error.code, "sentence": sentence, "advice": advice}}
        _write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    _complain(error, t)
    return FAILED


def _complain(error: EvidenceError, t: Texts) -> None:
    sentence, advice = t.error(error)
    shown = f"{sentence}\n{advice}\n"
    encoding = sys.stderr.encoding or "utf-8"
    sys.stderr.write(shown.encode(encoding, errors="backslashreplace").decode(encoding))


def _write(text: str) -> None:
    """To standard output in UTF-8, or in whatever a terminal can show."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, errors="backslashreplace").decode(encoding))
    sys.stdout.flush()


def _language(words: Sequence[str]) -> Language:
    """The language asked for, read before the parser exists so that its help speaks it too."""
    for position, word in enumerate(words):
        value = words[position + 1] if word == "--language" and position + 1 < len(words) else ""
        value = word.removeprefix("--language=") if word.startswith("--language=") else value
        if value in LANGUAGES:
            return value
    return language_of_system()
