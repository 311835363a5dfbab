"""A link, typed or pasted, acquired without a network: the exact text, and what the text alone can tell."""

from __future__ import annotations

import io
from functools import partial

from evidence.capture.address import parse_address
from evidence.capture.clock import Clock, read_clock
from evidence.capture.naming import time_name
from evidence.capture.platforms import recognise
from evidence.model import Acquisition, AcquisitionMethod, IncomingFile

_TITLE_LENGTH = 80


def acquire_link(url: str, *, clock: Clock = read_clock, note: str = "", lawful_access: str = "") -> Acquisition:
    """The acquisition of ``url``. The original is the text exactly as it came, as UTF-8; nothing is fetched.

    The facts hold ``url`` as typed, ``canonical_url`` (one spelling for the same address, without tracking
    parameters), the names of those parameters, and where the address belongs to a known platform, ``platform``,
    ``link_kind`` and the identifiers in it, with ``id_source`` = ``from_url``.
    Raises as :func:`evidence.capture.address.parse_address` does.
    """
    address = parse_address(url)
    link = recognise(address)
    source = {"url": address.typed, "canonical_url": link.canonical, "network_used": "no"}
    if address.scheme_was_assumed:
        source["scheme"] = "assumed"
    if address.had_userinfo:
        source["userinfo"] = "removed"
    if address.unicode_host:
        source["host_as_typed"] = address.unicode_host
    if link.removed:
        source["tracking_parameters"] = " ".join(link.removed)
    if link.platform:
        source |= {"platform": link.platform, "link_kind": link.kind, "id_source": "from_url", **link.ids}
    else:
        source["host"] = address.host
    data = url.encode("utf-8")
    started = clock()
    name = time_name("link", started, ".txt")
    return Acquisition(
        files=(IncomingFile(name=name, open=partial(io.BytesIO, data), expected_size=len(data)),),
        method=AcquisitionMethod.LINK_NOTE,
        title=_title(link.canonical),
        started=started,
        source=source,
        note=note,
        lawful_access=lawful_access,
    )


def address_of(url: str) -> str:
    """The address as a browser is to open it: with its scheme and everything that was typed, tracking parameters too.

    Raises as :func:`evidence.capture.address.parse_address`.
    """
    return parse_address(url).spelled()


def _title(canonical: str) -> str:
    title = canonical.partition("://")[2].removesuffix("/") or canonical
    return title if len(title) <= _TITLE_LENGTH else f"{title[: _TITLE_LENGTH - 1]}…"
