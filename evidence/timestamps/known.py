"""Well-known time-stamping authorities: a list to choose from. None is ever asked, or chosen, by itself."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class KnownAuthority:
    """An authority whose root stands in the verifier's shipped list."""

    name: str
    address: str
    """Where it answers RFC 3161 requests. Over HTTP: tokens are signed, and only a digest is sent."""


def known_authorities() -> tuple[KnownAuthority, ...]:
    """Those that come with the program, by name."""
    listed = json.loads(files("resources").joinpath("trust", "time-authorities.json").read_text("utf-8"))
    return tuple(KnownAuthority(each["name"], each["address"]) for each in listed["authorities"])
