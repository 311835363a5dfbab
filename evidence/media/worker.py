"""The child process that decodes: the far end of :mod:`evidence.media.child`.

It gives up what a decoder does not need before it reads the first byte: no files can be written (``RLIMIT_FSIZE`` 0, so
nothing of the evidence can reach the disk), no core dump, no new processes, bounded memory.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import IO

from evidence.errors import EvidenceError
from evidence.media.limits import MediaLimits
from evidence.media.wire import Message, WireError, receive, send

Handler = Callable[[Message, bytearray, MediaLimits], tuple[Message, bytes | memoryview]]


def serve(load_handlers: Callable[[], Mapping[str, Handler]]) -> None:
    """Answer requests on standard input until it closes. ``load_handlers`` imports the decoders, once."""
    requests, answers = open_pipes()
    handlers = load_handlers()
    no_more_processes()
    send(answers, {"ready": True})
    while True:
        try:
            request, body = receive(requests, sys.maxsize)
        except WireError:
            return
        limits = _limits_of(request)
        keep_within(memory_bytes=limits.memory_bytes)
        answer, data = _answer(handlers, request, body, limits)
        del body
        send(answers, answer, [data] if data else [])


def open_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """The pipes to and from the parent; from here on nothing can be written to a file."""
    # The protocol keeps its own descriptors: a library that prints must not break it.
    answers = os.fdopen(os.dup(1), "wb")
    requests = os.fdopen(os.dup(0), "rb")
    quiet = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(quiet, descriptor)
    keep_within(fixed=True)
    return requests, answers


def _answer(
    handlers: Mapping[str, Handler], request: Message, body: bytearray, limits: MediaLimits
) -> tuple[Message, bytes | memoryview]:
    try:
        return handlers[str(request["job"])](request, body, limits)
    except EvidenceError as raised:
        error = raised
    except MemoryError:
        error = EvidenceError("media.out_of_memory")
    return {"error": error.code, "params": {name: str(value)[:200] for name, value in error.params.items()}}, b""


def _limits_of(request: Message) -> MediaLimits:
    given = request["limits"]
    if not isinstance(given, dict):
        raise TypeError("limits")
    return MediaLimits(**given)


def keep_within(*, memory_bytes: int = 0, fixed: bool = False) -> None:
    """Bound this process (POSIX ``setrlimit``); systems that lack a limit are bounded by time alone."""
    try:
        import resource
    except ImportError:  # Windows
        return
    wanted = []
    if memory_bytes:
        wanted.append((resource.RLIMIT_AS, memory_bytes))
    if fixed:
        wanted += [(resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)]
    for kind, most in wanted:
        hard = resource.getrlimit(kind)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(kind, (most, most if fixed else hard))
        except (ValueError, OSError):  # macOS refuses some
            continue


def no_more_processes() -> None:
    """No process and no thread can be started from here on (POSIX)."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    except (ImportError, AttributeError, ValueError, OSError):
        return


def _media_handlers() -> Mapping[str, Handler]:
    from evidence.media.decoding import HANDLERS

    return HANDLERS


def main() -> None:
    """Entry point of the child process."""
    serve(_media_handlers)
