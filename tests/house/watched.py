"""Runs the command line and writes down every connection and every file opened for writing, as one JSON object a line.

    python watched.py RECORD WORD ...

The interpreter's own audit events are recorded (PEP 578), in this process; nothing is prevented.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

RECORD = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
WRITING = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC


def note(event: str, arguments: tuple) -> None:
    if event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITING:
        said = {"event": "write", "what": os.fsdecode(arguments[0]) if isinstance(arguments[0], str | bytes) else ""}
    elif event in ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname", "socket.bind"):
        said = {"event": event, "what": repr([part for part in arguments if isinstance(part, str | tuple)])}
    elif event in ("os.mkdir", "os.rename", "os.link", "os.symlink"):
        said = {"event": event, "what": os.fsdecode(arguments[1 if event != "os.mkdir" else 0])}
    else:
        return
    os.write(RECORD, json.dumps(said).encode() + b"\n")


sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))
sys.addaudithook(note)

from app.__main__ import main  # noqa: E402  after the hook, so that imports are seen too

raise SystemExit(main(sys.argv[2:]))
