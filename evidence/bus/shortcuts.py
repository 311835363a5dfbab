"""Keys that the desktop hears for us: ``org.freedesktop.portal.GlobalShortcuts``.

The desktop asks the person, who may choose other keys; what counts is the name that each key stands for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress

from evidence.bus.connection import BusError
from evidence.bus.portal import PATH, SERVICE, Portal, PortalEnded, PortalSession
from evidence.bus.values import Variant

INTERFACE = "org.freedesktop.portal.GlobalShortcuts"
_MOST = 60
"""Characters of the desktop's words for a key."""


class Shortcuts:
    """Keys that were granted; closing ends them. Belongs to one thread at a time."""

    def __init__(self, portal: Portal, session: PortalSession, triggers: Mapping[str, str]) -> None:
        self._portal, self._session = portal, session
        self.triggers = dict(triggers)
        """What the desktop calls each key, by name; the words may be empty, and are the desktop's."""
        self.is_over = False

    def descriptor(self) -> int:
        """What becomes readable when something came."""
        return self._portal.connection.descriptor()

    def pressed(self) -> list[str]:
        """The names of the keys that were pressed since. Does not wait; ``is_over`` when no more will come."""
        found: list[str] = []
        while (came := self._portal.connection.take()) is not None:
            try:
                self._portal.check(came)
            except PortalEnded:
                self.is_over = True
            if self._session.is_closed_by(came):
                self.is_over = True
            elif self._portal.is_signal(came, INTERFACE, "Activated") and came.signature == "osta{sv}":
                session, name = came.arguments[:2]
                if session == self._session.handle and name in self.triggers:
                    found.append(name)
        if not self._portal.connection.is_connected():
            self.is_over = True
        return found

    def close(self) -> None:
        """The keys are free again: the session ends with its connection."""
        self.is_over = True
        self._portal.close()


def bind_shortcuts(
    address: str, wanted: Mapping[str, tuple[str, str]], *, limit_s: float,
    cancelled: Callable[[], bool] = lambda: False,
) -> Shortcuts:  # fmt: skip
    """Ask for keys: by name, what the key does in the person's language, and the key that is preferred (``CTRL+ALT+m``,
    XDG *Shortcuts* specification). Waits for the person. Raises :class:`PortalEnded` and
    :class:`evidence.errors.CancelledError`.
    """
    portal = Portal(address)
    try:
        if not portal.version(INTERFACE):
            raise PortalEnded("missing")
        session = portal.session(INTERFACE, limit_s=limit_s, cancelled=cancelled)
        try:
            portal.connection.listen(type="signal", sender=SERVICE, path=PATH, interface=INTERFACE, member="Activated")
        except BusError as problem:
            raise PortalEnded("failed") from problem
        keys = [
            (name, {"description": Variant("s", what), "preferred_trigger": Variant("s", key)})
            for name, (what, key) in wanted.items()
        ]
        results = portal.request(
            INTERFACE, "BindShortcuts", "oa(sa{sv})s", [session.handle, keys, ""], {}, limit_s=limit_s,
            cancelled=cancelled,
        )  # fmt: skip
    except BaseException:
        portal.close()
        raise
    return Shortcuts(portal, session, _granted(results.get("shortcuts"), wanted))


def _granted(untrusted: object, wanted: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """Which of the keys the desktop says that it hears, and what it calls them."""
    found: dict[str, str] = {}
    for each in untrusted if isinstance(untrusted, list) else []:
        with suppress(ValueError, TypeError, AttributeError):
            name, facts = each
            words = facts.get("trigger_description", "")
            if name in wanted and isinstance(words, str):
                found[name] = " ".join(words.split())[:_MOST]
    return found
