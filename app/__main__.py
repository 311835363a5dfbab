"""``holdfast``: without words the window, with words the command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the words ask for; returns the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words:
        from app.window import run_window  # Qt is loaded for the window alone

        return run_window()
    from app.cli import run

    return run(words)


if __name__ == "__main__":
    raise SystemExit(main())
