"""One text catalogue for screen, command line, report and letters: Korean, English, French.

Sentences stand in English in the code and are marked by being passed to a :class:`Texts` object (``t("…")``) or to
:func:`N_`. Errors, checks and claims have no English in the code: their stable code is looked up under a context.
"""

from typing import TYPE_CHECKING

from evidence.i18n.texts import LANGUAGES, N_, Language, Texts, system_language, texts
from evidence.i18n.visible import visible
from evidence.late import later

if TYPE_CHECKING:
    from evidence.i18n.facts import (
        SAID,
        fact_line,
        in_order,
        is_said,
        named_code,
        named_fact,
        outcome_of,
        provenance_line,
        shown_time,
        shown_today,
    )
    from evidence.i18n.scores import (
        Section,
        band_lines,
        clip_lines,
        detector_lines,
        film_time,
        frames_that_mattered,
        meaning_lines,
        provenance_lines,
        rates_words,
        score_sections,
        threshold,
    )

__all__ = [
    "LANGUAGES", "Language", "N_", "SAID", "Section", "Texts", "band_lines", "clip_lines", "detector_lines",
    "fact_line", "film_time", "frames_that_mattered", "in_order", "is_said", "meaning_lines", "named_code",
    "named_fact", "outcome_of", "provenance_line", "provenance_lines", "rates_words", "score_sections", "shown_time",
    "shown_today", "system_language", "texts", "threshold", "visible",
]  # fmt: skip

if not TYPE_CHECKING:
    __getattr__ = later(__name__, {
        "facts": "SAID fact_line in_order is_said named_code named_fact outcome_of provenance_line shown_time "
        "shown_today",
        "scores": "Section band_lines clip_lines detector_lines film_time frames_that_mattered meaning_lines "
        "provenance_lines rates_words score_sections threshold",
    })  # fmt: skip
