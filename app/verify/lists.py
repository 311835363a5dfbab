"""Lists of roots of time-stamping authorities that hold on this computer: the shipped one, and the organisation's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import platformdirs

from evidence.verify import TsaList, load_tsa_list, shipped_tsa_list
from evidence.version import NAME

FILE = "tsa-roots.json"


def organisation_list() -> Path:
    """Where an organisation puts its own list, for all who use this computer: a place for administrators."""
    return platformdirs.site_config_path(NAME, appauthor=False) / FILE


def tsa_lists(more: Sequence[Path] = ()) -> list[TsaList]:
    """The shipped list, that of the organisation if there is one, and those that the reader named.

    Raises :class:`evidence.errors.EvidenceError` ``verify.bad_tsa_list``.
    """
    own = organisation_list()
    return [shipped_tsa_list(), *([load_tsa_list(own)] if own.exists() else []), *map(load_tsa_list, more)]
