"""What may be noted where no picture and no file may be taken: an address, accounts, a time, a description.

Nothing that could show a person under age is opened, digested or fetched here: the only bytes are what was typed.
"""

from __future__ import annotations

import io
from functools import partial

from evidence.capture.clock import Clock, read_clock
from evidence.capture.link import acquire_link
from evidence.capture.naming import time_name
from evidence.errors import EvidenceError
from evidence.model import MINOR_FACT, Acquisition, AcquisitionMethod, IncomingFile, MinorAnswer, WithoutMedia

_TITLE_LENGTH = 80


def acquire_without_media(
    noted: WithoutMedia, answer: MinorAnswer, *, clock: Clock = read_clock, lawful_access: str = ""
) -> Acquisition:
    """The acquisition of what was typed in place of the media. The original is that text, as UTF-8.

    An address that reads like a link gives the same facts as one that was added as a link. Raises
    :class:`EvidenceError` ``guard.nothing_noted``.
    """
    address, accounts = noted.address.strip(), " ".join(noted.accounts.split())
    seen, description = " ".join(noted.seen.split()), noted.description.strip()
    if not (address or accounts or description):
        raise EvidenceError("guard.nothing_noted")
    started = clock()
    source: dict[str, str] = {"network_used": "no"}
    title = address or accounts or description.splitlines()[0]
    try:
        link = acquire_link(address, clock=clock)
        source |= link.source
        title = link.title
    except EvidenceError:
        source |= {"address_told": address} if address else {}
    if accounts:
        source |= {"accounts": accounts, "id_source": source.get("id_source", "from_witness")}
    if seen:
        source["seen"] = seen
    lines = [
        ("holdfast-record", "without media"), (MINOR_FACT, answer.value), ("recorded", started.at.isoformat()),
        ("address", address), ("accounts", accounts), ("seen", seen), ("description", description),
    ]  # fmt: skip
    data = "".join(f"{name}: {value}\n" for name, value in lines if value).encode("utf-8", "backslashreplace")
    return Acquisition(
        files=(
            IncomingFile(
                name=time_name("record", started, ".txt"), open=partial(io.BytesIO, data), expected_size=len(data)
            ),
        ),
        method=AcquisitionMethod.TRANSCRIPTION,
        title=title if len(title) <= _TITLE_LENGTH else f"{title[: _TITLE_LENGTH - 1]}…",
        started=started,
        source=source,
        settings={MINOR_FACT: answer.value, "media_taken": "no"},
        note=description,
        lawful_access=lawful_access,
    )
