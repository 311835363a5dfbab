"""The outside world as this program hands it to the library: the real one, and where its own files lie."""

from __future__ import annotations

from app.paths import find_paths
from evidence.session import Ports, real_ports


def program_ports() -> Ports:
    """The clock, the screen and the network of this computer, and the detector packs that the person let in."""
    return real_ports(find_paths().detectors)
