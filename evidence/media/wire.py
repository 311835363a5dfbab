"""How this process and its child speak: frames over two pipes, JSON and bytes, nothing that could be executed.

A message is one JSON frame followed by a body in chunks. Every frame is a big-endian 32-bit length and that many
bytes; a frame of length 0 ends the body. No pickle: a child that was taken over by a hostile picture must not be able
to make the parent run anything.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterable
from typing import IO

MAX_JSON = 4 << 20
CHUNK = 1 << 20
_LENGTH = struct.Struct(">I")

Message = dict[str, object]


class WireError(Exception):
    """The other side closed the pipe or does not keep to the protocol."""


def send(pipe: IO[bytes], message: Message, chunks: Iterable[bytes | memoryview] = ()) -> None:
    """Write a message and its body. Raises ``OSError`` when the other side is gone."""
    head = json.dumps(message).encode("utf-8")
    pipe.write(_LENGTH.pack(len(head)))
    pipe.write(head)
    for chunk in chunks:
        for start in range(0, len(chunk), CHUNK):
            piece = chunk[start : start + CHUNK]
            pipe.write(_LENGTH.pack(len(piece)))
            pipe.write(piece)
    pipe.write(_LENGTH.pack(0))
    pipe.flush()


def receive(pipe: IO[bytes], max_body: int, alive: Callable[[], None] = lambda: None) -> tuple[Message, bytearray]:
    """Read a message and its body of at most ``max_body`` bytes; ``alive`` is called at each frame.

    Raises :class:`WireError`; its argument is ``"closed"`` when the pipe ended, ``"broken"`` or ``"too_long"``.
    """
    head = _exactly(pipe, _length(pipe, MAX_JSON))
    try:
        message = json.loads(head)
    except (ValueError, RecursionError) as problem:
        raise WireError("broken") from problem
    if not isinstance(message, dict):
        raise WireError("broken")
    body = bytearray()
    while size := _length(pipe, CHUNK):
        if len(body) + size > max_body:
            raise WireError("too_long")
        body += _exactly(pipe, size)
        alive()
    return message, body


def _length(pipe: IO[bytes], most: int) -> int:
    (size,) = _LENGTH.unpack(_exactly(pipe, _LENGTH.size))
    if size > most:
        raise WireError("broken")
    return int(size)


def _exactly(pipe: IO[bytes], size: int) -> bytes:
    data = pipe.read(size)
    if data is None or len(data) < size:
        raise WireError("closed")
    return data
