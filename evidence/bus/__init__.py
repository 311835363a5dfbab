"""Speaking with other programs of a Linux desktop, never over a network: D-Bus, its portals, the Wayland compositor."""

from evidence.bus import wayland
from evidence.bus.connection import CANCELLED, SIGNAL, BusError, Connection, Message, session_address
from evidence.bus.portal import Portal, PortalEnded, PortalSession
from evidence.bus.shortcuts import Shortcuts, bind_shortcuts
from evidence.bus.values import Descriptor, Variant, close_descriptors

__all__ = [
    "BusError", "CANCELLED", "Connection", "Descriptor", "Message", "Portal", "PortalEnded", "PortalSession",
    "SIGNAL", "Shortcuts", "Variant", "bind_shortcuts", "close_descriptors", "session_address", "wayland",
]  # fmt: skip
