"""What went wrong, by its code."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from evidence.errors import EvidenceError


def code_of(action: Callable[[], object]) -> str:
    """The code of the error that ``action`` raises."""
    with pytest.raises(EvidenceError) as caught:
        action()
    return caught.value.code
