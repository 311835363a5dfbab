"""The window: pages, small widgets, the runner of jobs, the look.

PySide6 puts an import statement of its own in the place of Python's, for the sake of a feature that nothing here uses
(other names for Qt's methods, ``from __feature__ import …``). That one reads the source of every module that is
imported afterwards and keeps it: some ten milliseconds of the start and tens of MiB once a vault is open. So Python's
own is put back, here, where every module of the window passes first.
"""

from __future__ import annotations

import builtins

import PySide6.QtCore  # noqa: F401  puts its own there

builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)
