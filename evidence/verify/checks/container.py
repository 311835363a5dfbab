"""Check 1: the container can be read in one way only."""

from __future__ import annotations

from collections.abc import Iterator

from evidence.verify.state import MAX_NAMED, Outcome, State, no, yes


def check_container(state: State) -> Iterator[Outcome]:
    """Whether the folder or ZIP is sound: names, links, headers, limits, and that every file could be read."""
    flaws = [*state.located.flaws, *state.reading.unreadable]
    for flaw in flaws:
        if flaw.untrusted_path:
            state.damaged.setdefault(flaw.untrusted_path, "container")
    for flaw in flaws[:MAX_NAMED]:
        yield no(flaw.code, path=flaw.untrusted_path)
    if len(flaws) > MAX_NAMED:
        yield no("container.more", count=len(flaws) - MAX_NAMED)
    if not flaws:
        yield yes("container.sound", count=len(state.located.files))
