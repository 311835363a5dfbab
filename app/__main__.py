"""``holdfast``: without words the window, with words the command line."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from app.hardening import forbid_crash_dumps
from app.logs import start_logging

CHILD_WORD = "--child"
"""As :data:`evidence.media.CHILD_WORD`, which costs the window a tenth of a second to import."""
CHILDREN = (
    "evidence.media.worker", "evidence.media.film_worker", "evidence.scoring.worker", "evidence.verify.untrusted.child",
    "app.browser.child", "app.screencast",
)  # fmt: skip
SANDBOXED = "app.browser.child"
"""The browser brings its own sandbox, which a process that cannot be looked into cannot set up; it forbids core files
itself and holds no key."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the words ask for; returns the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words != [CHILD_WORD, SANDBOXED]:
        forbid_crash_dumps()
    if words[:1] == [CHILD_WORD]:  # a frozen program starts itself for whatever reads untrusted bytes
        return _be_child(words[1:])
    # Off unless asked for: nothing of a sitting is written anywhere but into the vault.
    start_logging(_log_file() if os.environ.get("HOLDFAST_LOG") else None)
    if not words:
        gc.disable()  # until the window is there (ui.book): what is made before is no garbage, and looking costs time
        from app.window import run_window  # Qt is loaded for the window alone

        return run_window()
    from app.cli import run

    return run(words)


def _log_file() -> Path:
    from app.paths import find_paths

    return find_paths().log


def _be_child(words: Sequence[str]) -> int:
    """Be the child process that ``words`` name; nothing else can be run this way."""
    if len(words) != 1 or words[0] not in CHILDREN:
        return 2
    importlib.import_module(words[0]).main()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
