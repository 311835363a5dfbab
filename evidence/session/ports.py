"""What a session is handed from the world outside: clock, tool facts, network client, screen, decoder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evidence import capture
from evidence.model import Moment, Tool
from evidence.timestamps import HttpTsaClient, TsaClient

if TYPE_CHECKING:
    from evidence.capture import ScreenGrabber


@dataclass(frozen=True, slots=True)
class Ports:
    """The outside world of a session. Tests hand in their own; :func:`real_ports` gives the real one."""

    clock: Callable[[], Moment]
    tool: Callable[[], Tool]
    tsa_client: TsaClient
    grabber: Callable[[], ScreenGrabber]
    packs_dir: Path | None = None
    """Where detector packs lie that the person let in; None: only those of the program are used."""


def real_ports(packs_dir: Path | None = None) -> Ports:
    """This computer: its clock, its screen, and a network client that is used for nothing but time stamps."""
    return Ports(
        clock=capture.read_clock,
        tool=capture.tool_facts,
        tsa_client=HttpTsaClient(),
        grabber=lambda: capture.open_desktop(),  # what takes pictures is read when one is taken
        packs_dir=packs_dir,
    )
