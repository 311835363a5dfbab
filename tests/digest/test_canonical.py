"""Canonical JSON: the fast road and the long one lead to the same bytes."""

from __future__ import annotations

from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from evidence.digest import canonical_json, parse_json
from evidence.errors import EvidenceError

NUMBERS = st.one_of(st.integers(-(2**53) + 1, 2**53 - 1), st.floats(-1e15, 1e15), st.booleans(), st.none())
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.one_of(NUMBERS, TEXT), lambda inner: st.one_of(st.lists(inner), st.dictionaries(TEXT, inner)), max_leaves=20
)


@given(VALUES)
def test_same_bytes_as_the_reference(value: Any) -> None:
    written = canonical_json(value)
    assert written == rfc8785.dumps(value)
    assert parse_json(written) == value


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({"b": 1, "a": [True, None, '\x00\x1f\x7f\u2028/\\"\b\t\n\f\r']}, None),
        ({"é": 1, "z": 2, "\U0001f600": 3, "\ufb33": 4}, None),
        ({"x": 1.0, "y": 1e21, "z": -0.0}, b'{"x":1,"y":1e+21,"z":0}'),
        ((), b"[]"),
        (2**53 - 1, b"9007199254740991"),
    ],
)
def test_corners(value: Any, written: bytes | None) -> None:
    assert canonical_json(value) == (rfc8785.dumps(value) if written is None else written)


@pytest.mark.parametrize("value", [2**53, -(2**53), float("nan"), float("inf"), {1: 2}, "\ud800", {"\ud800": 1}])
def test_what_has_no_canonical_form(value: Any) -> None:
    with pytest.raises(ValueError):
        canonical_json(value)


@pytest.mark.parametrize(
    "data", [b'{"b":1,"a":2}', b'{"a": 1}', b'{"a":1.0}', b'"\\u0041"', b"[1e2]", b'"\\ud800"', b'{"a":1}\n', b"1E400"]
)
def test_another_form_is_refused(data: bytes) -> None:
    with pytest.raises(EvidenceError) as caught:
        parse_json(data)
    assert caught.value.code in ("json.not_canonical", "json.malformed")


def test_endless_nesting_is_refused() -> None:
    with pytest.raises(EvidenceError):
        parse_json(b"[" * 100_000 + b"]" * 100_000)
