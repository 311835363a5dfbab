"""The child process: reads requests from standard input, writes answers to standard output, until the input ends.

It gives away what a parser does not need before it reads the first request: no file can be written, memory and
processes are limited (where the system knows such limits), and nothing is printed.
"""

from __future__ import annotations

import logging
import os
import sys
from types import ModuleType
from typing import BinaryIO, cast

MEMORY_LIMIT = 2 << 30
"""Address space in bytes; libraries alone take a few hundred MiB of it."""


def main() -> None:
    """Entry point; see :mod:`evidence.verify.untrusted.worker` for how it is started."""
    answers = cast(BinaryIO, os.fdopen(os.dup(1), "wb"))
    requests = cast(BinaryIO, os.fdopen(os.dup(0), "rb"))
    quiet = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(quiet, descriptor)
    _give_up_powers()
    serve(requests, answers)


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until ``requests`` ends."""
    from evidence.verify.untrusted.handlers import answer, warm_up
    from evidence.verify.untrusted.messages import LENGTH_BYTES, READY, decode_request, encode

    logging.disable(logging.CRITICAL)
    _leave_out_network()
    sys.setrecursionlimit(600)  # hostile nesting ends as an error long before the real stack does
    warm_up()
    answers.write(READY)
    answers.flush()
    while True:
        head = requests.read(LENGTH_BYTES)
        if len(head) < LENGTH_BYTES:
            return
        data = requests.read(int.from_bytes(head, "big"))
        answers.write(encode(answer(decode_request(data))))
        answers.flush()


def _leave_out_network() -> None:
    """Let pyHanko find an empty shell where it looks for its network library: nothing here asks anyone anything, and
    loading it takes as long as all the rest."""

    def name_of_nothing(name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})

    shell = ModuleType("aiohttp")
    shell.__getattr__ = name_of_nothing  # type: ignore[method-assign]
    if sys.modules.get("aiohttp") is None:
        sys.modules["aiohttp"] = shell


def _give_up_powers() -> None:
    try:
        import resource
    except ImportError:  # Windows: the time limit alone holds
        return
    limits = [("RLIMIT_AS", MEMORY_LIMIT), ("RLIMIT_FSIZE", 0), ("RLIMIT_CORE", 0)]
    for name, limit in limits:
        kind = getattr(resource, name, None)
        if kind is None:
            continue
        try:
            resource.setrlimit(kind, (limit, limit))
        except (ValueError, OSError):  # macOS refuses some; the time limit still holds
            continue


if __name__ == "__main__":
    main()
