"""The capture of a web page, wired: which browser, and what it tells sites of the person's languages."""

from __future__ import annotations

import os
from typing import Any

from evidence import session as verbs
from evidence.capture.web import EngineProcess
from evidence.session import LoadedPage

LANGUAGES = {"ko": "ko-KR,ko;q=0.9,en;q=0.8", "en": "en-GB,en;q=0.9", "fr": "fr-FR,fr;q=0.9,en;q=0.8"}
"""The header ``Accept-Language`` by the language of the program."""
AS_ROOT = "HOLDFAST_PAGE_AS_ROOT"
"""The tests' own switch: as root the browser has no sandbox, so that a person never sets it."""


def browser() -> EngineProcess:
    """The browser of this program."""
    return EngineProcess(may_run_as_root=os.environ.get(AS_ROOT) == "1")


def load_page(url: str, *, language: str, **named: Any) -> LoadedPage:
    """As :func:`evidence.session.load_page`, with this program's browser."""
    return verbs.load_page(url, language=language, languages=LANGUAGES[language], browser=browser(), **named)
