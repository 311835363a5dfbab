"""The log: off unless switched on, and even then without any content.

A line holds a time, a level, the name of the module and a code; of an exception its kinds and places. What a library or
our own code formats into a message is never written, because nobody can promise that a message holds no file name, no
address and no text of an exhibit. So the log can be sent to whoever helps.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from pathlib import Path
from types import TracebackType

from evidence.errors import EvidenceError

SIZE_LIMIT = 500_000
"""Bytes; one older file of the same size is kept beside."""
_CODE = re.compile(r"[a-z0-9]+(\.[a-z0-9_]+)+")


def start_logging(path: Path | None = None, level: int = logging.INFO) -> None:
    """Send every log record to ``path``, stripped of content; without a path, to nowhere.

    Python's own last resort, which prints warnings of any library to the terminal, is silenced in both cases. A log
    that cannot be opened is no log: the program goes on. May be called again to switch the log on or off.
    """
    root = logging.getLogger()
    for handler in [each for each in root.handlers if getattr(each, "is_of_the_program", False)]:
        root.removeHandler(handler)
        handler.close()
    handler = _handler(path)
    handler.is_of_the_program = True  # type: ignore[attr-defined]
    handler.setFormatter(CodesOnly())
    root.addHandler(handler)
    if path is not None:
        root.setLevel(level)
        # A record that cannot be written must not print itself to the terminal instead.
        logging.raiseExceptions = False


def log_code(logger: logging.Logger, code: str, level: int = logging.INFO, **numbers: int) -> None:
    """Log a stable ``code`` with numbers. Raises ``ValueError`` for what is no code: content must not pass for one."""
    if not _CODE.fullmatch(code):
        raise ValueError("a code is dotted lower-case words")
    logger.log(level, "%s", code, extra={"code": code, "numbers": numbers})


class CodesOnly(logging.Formatter):
    """Formats a record without its message: only what cannot hold content."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, and of an exception one more line for each kind and place."""
        from datetime import UTC, datetime  # costs time, and the log is off unless asked for

        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        code = getattr(record, "code", "")
        numbers = getattr(record, "numbers", {})
        parts = [at, record.levelname, record.name, f"{record.module}:{record.lineno}"]
        if isinstance(code, str) and _CODE.fullmatch(code):
            parts.append(code)
        if isinstance(numbers, dict):
            parts += [f"{name}={value}" for name, value in numbers.items() if type(value) is int]
        lines = [" ".join(parts)]
        if record.exc_info and record.exc_info[1] is not None:
            lines += described(record.exc_info[1])
        return "\n".join(lines)


def described(problem: BaseException) -> list[str]:
    """An exception and its causes as kinds, codes and places in the code, without their words."""
    lines: list[str] = []
    seen: set[int] = set()
    present: BaseException | None = problem
    while present is not None and id(present) not in seen:
        seen.add(id(present))
        code = f" {present.code}" if isinstance(present, EvidenceError) and _CODE.fullmatch(present.code) else ""
        lines.append(f"  {type(present).__module__}.{type(present).__qualname__}{code}")
        lines += [
            f"    {Path(frame.filename).name}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(present.__traceback__)
        ]
        present = present.__cause__ or (None if present.__suppress_context__ else present.__context__)
    return lines


def log_uncaught() -> None:
    """Log what nobody caught, by kind and place, instead of printing it with its words.

    For the window, which has no terminal; the command line catches everything itself.
    """
    logger = logging.getLogger("uncaught")

    def hook(kind: type[BaseException], problem: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, problem, trace)
            return
        logger.critical("uncaught", exc_info=(kind, problem, trace))

    sys.excepthook = hook


def _handler(path: Path | None) -> logging.Handler:
    if path is None:
        return logging.NullHandler()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        from logging.handlers import RotatingFileHandler  # costs time, and the log is off unless asked for

        return RotatingFileHandler(
            path, maxBytes=SIZE_LIMIT, backupCount=1, encoding="utf-8", errors="backslashreplace"
        )
    except OSError:
        return logging.NullHandler()
