"""``holdfast``: without words the window, with words the command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from app.hardening import forbid_crash_dumps
from app.logs import start_logging
from app.paths import find_paths


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the words ask for; returns the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    forbid_crash_dumps()
    # Off unless asked for: nothing of a sitting is written anywhere but into the vault.
    start_logging(find_paths().log if os.environ.get("HOLDFAST_LOG") else None)
    if not words:
        from app.window import run_window  # Qt is loaded for the window alone

        return run_window()
    from app.cli import run

    return run(words)


if __name__ == "__main__":
    raise SystemExit(main())
