"""One text catalogue for screen, command line, report and letters: Korean, English, French.

Sentences stand in English in the code and are marked by being passed to a :class:`Texts` object (``t("…")``) or to
:func:`N_`. Errors, checks and claims have no English in the code: their stable code is looked up under a context.
"""

from evidence.i18n.facts import named_fact
from evidence.i18n.texts import LANGUAGES, N_, Language, Texts, system_language, texts

__all__ = ["LANGUAGES", "Language", "N_", "Texts", "named_fact", "system_language", "texts"]
