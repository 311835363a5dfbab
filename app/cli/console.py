"""What a command says and asks: results on standard output, progress and questions on standard error."""

from __future__ import annotations

import getpass
import json
import sys
from pathlib import Path
from typing import Any

from evidence.errors import EvidenceError
from evidence.i18n import Texts

MAX_SECRET_BYTES = 4096


class Console:
    """The two sides of a terminal, in one language, for people (text) or for programs (one JSON document)."""

    def __init__(self, t: Texts, *, as_json: bool) -> None:
        self.t = t
        self._as_json = as_json
        self._drawn = 0

    def result(self, document: dict[str, Any], lines: list[str]) -> None:
        """Say the outcome once: the document to programs, the lines to people."""
        self._clear()
        if self._as_json:
            sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2, default=str) + "\n")
        else:
            sys.stdout.write("".join(f"{line}\n" for line in lines))
        sys.stdout.flush()

    def failure(self, error: EvidenceError) -> None:
        """Say what went wrong and what to do about it."""
        self._clear()
        sentence, advice = self.t.error(error)
        if self._as_json:
            document = {"error": {"code": error.code, "sentence": sentence, "advice": advice}}
            sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
            sys.stdout.flush()
        sys.stderr.write(f"{sentence}\n{advice}\n")

    def say(self, line: str) -> None:
        """A line on the way, on standard error: results are said by :meth:`result`."""
        self._clear()
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()

    def progress(self, share: float, step: str = "") -> None:
        """Draw how far the work is (0 to 1), on a terminal alone: in a file it would only be noise."""
        if not sys.stderr.isatty():
            return
        filled = round(30 * min(max(share, 0.0), 1.0))
        line = f"[{'#' * filled}{'.' * (30 - filled)}] {share:4.0%}"
        sys.stderr.write("\r" + line)
        sys.stderr.flush()
        self._drawn = len(line)

    def secret(self, source: str | None, question: str, *, twice: bool = False) -> str:
        """Read a passphrase or key: from a file, from standard input (``-``), or asked for on the terminal.

        Only the first line counts, without its line end; blanks inside it are kept.
        Raises ``cli.secret_unreadable``, ``cli.secret_empty``, ``cli.secrets_differ`` or ``cli.no_terminal``.
        """
        if source is not None:
            try:
                raw = (
                    sys.stdin.buffer.readline(MAX_SECRET_BYTES)
                    if source == "-"
                    else Path(source).read_bytes()[:MAX_SECRET_BYTES]
                )
                answer = raw.decode("utf-8").lstrip("\ufeff").splitlines()[0] if raw.strip() else ""
            except (OSError, UnicodeDecodeError) as problem:
                raise EvidenceError("cli.secret_unreadable", path=source) from problem
        elif not sys.stdin.isatty():
            raise EvidenceError("cli.no_terminal")
        else:
            answer = getpass.getpass(f"{question}: ", stream=sys.stderr)
            if twice and getpass.getpass(f"{self.t('Once more')}: ", stream=sys.stderr) != answer:
                raise EvidenceError("cli.secrets_differ")
        if not answer:
            raise EvidenceError("cli.secret_empty")
        return answer

    def _clear(self) -> None:
        if self._drawn:
            sys.stderr.write("\r" + " " * self._drawn + "\r")
            self._drawn = 0
