"""Canonical JSON (RFC 8785) and its strict counterpart for reading."""

from __future__ import annotations

import json
from typing import Any, TypeVar

import msgspec
import rfc8785

from evidence.errors import EvidenceError

T = TypeVar("T")
_MOST = 2**53
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def to_json(value: Any) -> Any:
    """Turn a value of :mod:`evidence.model` into builtin types; times become RFC 3339 strings in UTC."""
    return msgspec.to_builtins(value)


def canonical_json(value: Any) -> bytes:
    """The canonical UTF-8 bytes of a model value or of builtin types: the form that is digested and signed.

    Raises ``ValueError`` for what has no canonical form: integers of 2**53 and above, NaN, keys that are not text.
    """
    try:
        return _dump(to_json(value))
    except rfc8785.CanonicalizationError as problem:
        raise ValueError(str(problem)) from problem


def parse_json(untrusted_data: bytes, *, canonical: bool = True) -> Any:
    """Read JSON from a stranger.

    Refuses duplicate keys, NaN, endless nesting and bytes that are not UTF-8; with ``canonical``
    also whatever is not the canonical form of itself, so that one value has one encoding.
    Raises :class:`EvidenceError` ``json.malformed`` or ``json.not_canonical``.
    """
    try:
        text = untrusted_data.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_no_duplicates, parse_constant=_no_constant)
    except (ValueError, RecursionError) as problem:
        raise EvidenceError("json.malformed") from problem
    if canonical:
        try:
            same = _dump(value) == untrusted_data
        except (rfc8785.CanonicalizationError, RecursionError, UnicodeError) as problem:
            raise EvidenceError("json.not_canonical") from problem
        if not same:
            raise EvidenceError("json.not_canonical")
    return value


def from_json(value: Any, kind: type[T]) -> T:
    """Build a model value of class ``kind`` from parsed JSON; every type is checked.

    Raises :class:`EvidenceError` ``json.wrong_shape``.
    """
    try:
        return msgspec.convert(value, kind, strict=True)
    except msgspec.ValidationError as problem:
        raise EvidenceError("json.wrong_shape") from problem


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("duplicate key")
    return result


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _dump(value: Any) -> bytes:
    """RFC 8785 of builtin types; what Python's own encoder writes in the same way takes that faster road."""
    return _ENCODER.encode(value).encode("utf-8") if _is_plain(value) else rfc8785.dumps(value)


def _is_plain(value: Any) -> bool:
    """Whether Python's own encoder writes the canonical form: no fractions, no number that JavaScript would round, and
    names in ASCII, whose order is the same in UTF-16."""
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return True
    if kind is int:
        return bool(-_MOST < value < _MOST)
    if kind is dict:
        return all(type(name) is str and name.isascii() and _is_plain(part) for name, part in value.items())
    return kind in (list, tuple) and all(map(_is_plain, value))
