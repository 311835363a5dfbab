"""Rooms whose parts are read at their first use (PEP 562).

A room shows its verbs and values in its ``__init__``; what stands behind one of them may need libraries of tens of MiB.
So the ``__init__`` imports its parts for the type checker alone, and at run time reads the one that is asked for.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

OURS = "evidence."


def later(room: str, parts: Mapping[str, str]) -> Callable[[str], Any]:
    """``__getattr__`` of the module ``room``: for each of its modules, the names that stand there, with spaces between.
    A module elsewhere is given by its full name.

    What was read stays: it is asked for once.
    """
    places = {name: part for part, names in parts.items() for name in names.split()}

    def find(name: str) -> Any:
        if name not in places:
            raise AttributeError(f"module {room!r} has no attribute {name!r}")
        place = places[name]
        module = import_module(place if place.startswith(OURS) else f"{room}.{place}")
        value = getattr(module, name)
        setattr(sys.modules[room], name, value)
        return value

    return find
