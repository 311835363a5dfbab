"""From an exception to a calm sentence with advice: the window's one place for it."""

from __future__ import annotations

import logging
import traceback
from typing import NamedTuple

from evidence.errors import CancelledError, EvidenceError
from evidence.i18n import Texts

LOG = logging.getLogger(__name__)


class Told(NamedTuple):
    """What a person is told: a sentence, what to do, and whether anything is wrong at all."""

    sentence: str
    advice: str
    is_problem: bool = True


def tell(t: Texts, problem: BaseException) -> Told:
    """Put an exception into words. A bug is said as one, without its text, which might hold content."""
    if isinstance(problem, CancelledError):
        return Told(t("Stopped. Nothing that was already kept is lost."), "", is_problem=False)
    if isinstance(problem, EvidenceError):
        try:
            return Told(*t.error(problem))
        except KeyError:
            LOG.error("no sentence for %s", problem.code)
    else:
        _log_bug(problem)
    return Told(
        t("Something went wrong inside the program."),
        t("Nothing that was already kept is lost. Try once more; if it happens again, lock and open the vault."),
    )


def _log_bug(problem: BaseException) -> None:
    """Where it happened and of what kind; never the message, which might hold content of evidence."""
    places = [
        f"{frame.name} ({frame.filename}:{frame.lineno})" for frame in traceback.extract_tb(problem.__traceback__)[-6:]
    ]
    LOG.error("unexpected %s in %s", type(problem).__name__, " < ".join(reversed(places)))
