"""Running one check, whatever happens in it."""

from __future__ import annotations

from evidence.errors import EvidenceError
from evidence.verify.state import Check, Impossible, Outcome, State, cannot_tell


def run_check(check: Check, state: State) -> list[Outcome]:
    """What ``check`` says; what it cannot do is *cannot tell*, never *yes*."""
    found: list[Outcome] = []
    try:
        found.extend(check(state))
    except Impossible as problem:
        found.append(cannot_tell(problem.code))
    except EvidenceError as problem:
        found.append(cannot_tell("check.failed", detail=problem.code))
    except Exception as problem:  # noqa: BLE001 - one check's bug must not take the other answers with it; never a yes
        found.append(cannot_tell("check.failed", detail=type(problem).__name__))
    return found


def printable_path(path: str) -> str:
    """A path in which bytes that are no text are spelled out, so that it can be written as UTF-8."""
    return path.encode("utf-8", errors="backslashreplace").decode("utf-8")
