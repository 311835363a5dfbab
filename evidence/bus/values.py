"""Values in D-Bus messages: written by a signature, read as what they are (D-Bus Specification, *Type System*)."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from evidence.bus.libdbus import Place, library

_NUMBERS: dict[str, Any] = {
    "y": ctypes.c_uint8, "n": ctypes.c_int16, "q": ctypes.c_uint16, "i": ctypes.c_int32, "u": ctypes.c_uint32,
    "x": ctypes.c_int64, "t": ctypes.c_uint64, "d": ctypes.c_double, "b": ctypes.c_uint32,
}  # fmt: skip
_TEXTS = "sog"


class Variant(NamedTuple):
    """A value that carries its type with it."""

    signature: str
    value: Any


def types(signature: str) -> list[str]:
    """The complete types of ``signature``, one by one. Raises ``ValueError`` for what is none."""
    found = []
    while signature:
        size = _size(signature)
        found.append(signature[:size])
        signature = signature[size:]
    return found


def write(message: Any, signature: str, values: Sequence[Any]) -> None:
    """Append ``values`` to ``message``. Raises ``ValueError`` for what does not fit the signature."""
    place = Place()
    library().dbus_message_iter_init_append(message, ctypes.byref(place))
    for kind, value in zip(types(signature), values, strict=True):
        _append(place, kind, value)


def read(message: Any) -> list[Any]:
    """What ``message`` carries. Variants are unwrapped, dictionaries are ``dict``, structures ``tuple``.

    A file descriptor is the reader's to close.
    """
    place = Place()
    if not library().dbus_message_iter_init(message, ctypes.byref(place)):
        return []
    return _all(place)


def close_descriptors(values: Any) -> None:
    """Close every file descriptor in what :func:`read` gave."""
    if isinstance(values, Descriptor):
        with suppress(OSError):
            os.close(values)
    elif isinstance(values, dict):
        for value in values.values():
            close_descriptors(value)
    elif isinstance(values, (list, tuple)):
        for value in values:
            close_descriptors(value)


class Descriptor(int):
    """An open file that came with a message."""


def _size(signature: str) -> int:
    """The length of the first complete type."""
    head = signature[:1]
    if head in ("(", "{"):
        end, position = {"(": ")", "{": "}"}[head], 1
        while position < len(signature) and signature[position] != end:
            position += _size(signature[position:])
        if position >= len(signature):
            raise ValueError(signature)
        return position + 1
    if head == "a":
        return 1 + _size(signature[1:])
    if not head or head not in "ynqiuxtdbsogvh":
        raise ValueError(signature)
    return 1


def _append(place: Place, kind: str, value: Any) -> None:
    dbus, head = library(), kind[0]
    if head in _TEXTS:
        words = str(value).encode("utf-8")
        if b"\0" in words or (head == "o" and not dbus.dbus_validate_path(words, None)):
            raise ValueError(kind)
        _basic(place, head, ctypes.c_char_p(words))
    elif head == "b":
        _basic(place, head, ctypes.c_uint32(bool(value)))
    elif head in _NUMBERS:
        _basic(place, head, _NUMBERS[head](value))
    elif head == "h":
        _basic(place, head, ctypes.c_int(value))
    elif head == "v":
        inner = _opened(place, "v", value.signature)
        _append(inner, value.signature, value.value)
        _closed(place, inner)
    elif head == "a":
        inner = _opened(place, "a", kind[1:])
        for each in value.items() if kind[1] == "{" else value:
            _append(inner, kind[1:], each)
        _closed(place, inner)
    else:
        inner = _opened(place, "r" if head == "(" else "e", None)
        for part, each in zip(types(kind[1:-1]), value, strict=True):
            _append(inner, part, each)
        _closed(place, inner)


def _basic(place: Place, kind: str, value: Any) -> None:
    if not library().dbus_message_iter_append_basic(ctypes.byref(place), ord(kind), ctypes.byref(value)):
        raise MemoryError


def _opened(place: Place, kind: str, signature: str | None) -> Place:
    inner = Place()
    inside = signature.encode("ascii") if signature is not None else None
    if not library().dbus_message_iter_open_container(ctypes.byref(place), ord(kind), inside, ctypes.byref(inner)):
        raise MemoryError
    return inner


def _closed(place: Place, inner: Place) -> None:
    if not library().dbus_message_iter_close_container(ctypes.byref(place), ctypes.byref(inner)):
        raise MemoryError


def _all(place: Place) -> list[Any]:
    dbus, found = library(), []
    while kind := dbus.dbus_message_iter_get_arg_type(ctypes.byref(place)):
        found.append(_value(place, chr(kind)))
        dbus.dbus_message_iter_next(ctypes.byref(place))
    return found


def _value(place: Place, kind: str) -> Any:
    dbus = library()
    if kind in _TEXTS:
        words = ctypes.c_char_p()
        dbus.dbus_message_iter_get_basic(ctypes.byref(place), ctypes.byref(words))
        return (words.value or b"").decode("utf-8", "replace")
    if kind in _NUMBERS:
        number = _NUMBERS[kind]()
        dbus.dbus_message_iter_get_basic(ctypes.byref(place), ctypes.byref(number))
        return bool(number.value) if kind == "b" else number.value
    if kind == "h":
        descriptor = ctypes.c_int(-1)
        dbus.dbus_message_iter_get_basic(ctypes.byref(place), ctypes.byref(descriptor))
        return Descriptor(descriptor.value)
    inner = Place()
    dbus.dbus_message_iter_recurse(ctypes.byref(place), ctypes.byref(inner))
    if kind == "a":
        is_dictionary = dbus.dbus_message_iter_get_arg_type(ctypes.byref(inner)) == ord("e")
        inside = _all(inner)
        return dict(inside) if is_dictionary else inside
    inside = _all(inner)
    return inside[0] if kind == "v" else tuple(inside)
