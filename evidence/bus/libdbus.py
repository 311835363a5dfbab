"""libdbus-1, the reference implementation of D-Bus, by ctypes. Qt needs the same library, so that it is there."""

from __future__ import annotations

import ctypes
from functools import lru_cache
from typing import Any


class Problem(ctypes.Structure):
    """``DBusError``: the name of an error and its words."""

    _fields_ = [("name", ctypes.c_char_p), ("message", ctypes.c_char_p), ("bits", ctypes.c_uint),
                ("padding", ctypes.c_void_p)]  # fmt: skip


class Place(ctypes.Structure):
    """``DBusMessageIter``: a place in a message. The library keeps its own things in it, and no more than these."""

    _fields_ = [("room", ctypes.c_uint64 * 16)]


@lru_cache(maxsize=1)
def library() -> Any:
    """The library with its signatures declared; None where it is not."""
    try:
        found = ctypes.CDLL("libdbus-1.so.3")
    except OSError:
        return None
    yes, whole, natural = ctypes.c_uint32, ctypes.c_int, ctypes.c_uint32
    text, thing, problem = ctypes.c_char_p, ctypes.c_void_p, ctypes.POINTER(Problem)
    place = ctypes.POINTER(Place)
    signatures: dict[str, tuple[Any, list[Any]]] = {
        "dbus_error_init": (None, [problem]),
        "dbus_error_free": (None, [problem]),
        "dbus_validate_path": (yes, [text, problem]),
        "dbus_connection_open_private": (thing, [text, problem]),
        "dbus_connection_close": (None, [thing]),
        "dbus_connection_unref": (None, [thing]),
        "dbus_connection_set_exit_on_disconnect": (None, [thing, yes]),
        "dbus_connection_set_max_message_size": (None, [thing, ctypes.c_long]),
        "dbus_connection_set_max_message_unix_fds": (None, [thing, ctypes.c_long]),
        "dbus_connection_get_unix_fd": (yes, [thing, ctypes.POINTER(whole)]),
        "dbus_connection_get_is_connected": (yes, [thing]),
        "dbus_connection_read_write": (yes, [thing, whole]),
        "dbus_connection_pop_message": (thing, [thing]),
        "dbus_connection_send": (yes, [thing, thing, ctypes.POINTER(natural)]),
        "dbus_connection_flush": (None, [thing]),
        "dbus_bus_register": (yes, [thing, problem]),
        "dbus_bus_get_unique_name": (text, [thing]),
        "dbus_message_new_method_call": (thing, [text, text, text, text]),
        "dbus_message_unref": (None, [thing]),
        "dbus_message_get_type": (whole, [thing]),
        "dbus_message_get_serial": (natural, [thing]),
        "dbus_message_get_reply_serial": (natural, [thing]),
        "dbus_message_get_sender": (text, [thing]),
        "dbus_message_get_path": (text, [thing]),
        "dbus_message_get_interface": (text, [thing]),
        "dbus_message_get_member": (text, [thing]),
        "dbus_message_get_error_name": (text, [thing]),
        "dbus_message_get_signature": (text, [thing]),
        "dbus_message_iter_init": (yes, [thing, place]),
        "dbus_message_iter_init_append": (None, [thing, place]),
        "dbus_message_iter_get_arg_type": (whole, [place]),
        "dbus_message_iter_next": (yes, [place]),
        "dbus_message_iter_recurse": (None, [place, place]),
        "dbus_message_iter_get_basic": (None, [place, thing]),
        "dbus_message_iter_append_basic": (yes, [place, whole, thing]),
        "dbus_message_iter_open_container": (yes, [place, whole, text, place]),
        "dbus_message_iter_close_container": (yes, [place, place]),
    }
    for name, (result, arguments) in signatures.items():
        function = getattr(found, name)
        function.restype, function.argtypes = result, arguments
    return found
