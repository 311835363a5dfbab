"""Whether a reader has understood everything that was written."""

from __future__ import annotations

from typing import Any

import msgspec


def is_understood(untrusted_value: Any, read: object) -> bool:
    """Whether every member of the parsed ``untrusted_value`` stands in ``read``, the model value made of it.

    Members that we do not know make it False. Members that are missing do not: they have defaults, and came into the
    format after the package was made.
    """
    return _contains(msgspec.json.decode(msgspec.json.encode(read)), untrusted_value)


def _contains(whole: Any, part: Any) -> bool:
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(
            name in whole and _contains(whole[name], value) for name, value in part.items()
        )
    if isinstance(part, list):
        return (
            isinstance(whole, list)
            and len(whole) == len(part)
            and all(_contains(one, other) for one, other in zip(whole, part, strict=True))
        )
    if isinstance(part, float) or isinstance(whole, float):  # canonical JSON writes 1.0 as 1
        return not isinstance(whole, bool) and not isinstance(part, bool) and bool(whole == part)
    return type(whole) is type(part) and bool(whole == part)
