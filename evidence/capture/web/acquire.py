"""A captured page as an acquisition: what was served, what was rendered, and what is known of both."""

from __future__ import annotations

import io
from functools import partial

from evidence.capture.naming import time_name
from evidence.capture.web.facts import chains_pem, page_document, page_facts
from evidence.capture.web.outcome import PageOutcome
from evidence.capture.web.record import PageRecord
from evidence.capture.web.warc import make_wacz
from evidence.model import Acquisition, AcquisitionMethod, IncomingFile

_TITLE_LENGTH = 80
_PARTS = (("viewport", "-view.png"), ("page", "-whole.png"), ("dom", "-rendered.html"), ("text", "-text.txt"),
          ("print", "-print.pdf"))  # fmt: skip


def acquire_page(record: PageRecord, outcome: PageOutcome, *, note: str = "", lawful_access: str = "") -> Acquisition:
    """The acquisition of ``record``: pictures, the archive of what was served (WACZ), the rendered document, its text,
    the print, the certificates, and everything else that was recorded, as JSON.

    The picture of what was seen comes first: it is what a list shows of the exhibit. Nothing is written to a disk.
    """
    stem = time_name("page", record.started, "")
    contents = [(suffix, record.files[name]) for name, suffix in _PARTS if record.files.get(name)]
    wacz = (".wacz", make_wacz(record))
    contents.insert(min(2, len(contents)), wacz)
    if pem := chains_pem(record):
        contents.append(("-certificates.pem", pem))
    contents.append(("-record.json", page_document(record, outcome)))
    facts = page_facts(record, outcome)
    return Acquisition(
        files=tuple(
            IncomingFile(name=f"{stem}{suffix}", open=partial(io.BytesIO, data), expected_size=len(data))
            for suffix, data in contents
        ),
        method=AcquisitionMethod.LIVE_CAPTURE,
        title=_title(facts["canonical_url"]),
        started=record.started,
        source=facts,
        settings={"extent": "web_page", "profile": "off_the_record", "compression": "undone"},
        note=note,
        lawful_access=lawful_access,
    )


def _title(canonical: str) -> str:
    title = canonical.partition("://")[2].removesuffix("/") or canonical
    return title if len(title) <= _TITLE_LENGTH else f"{title[: _TITLE_LENGTH - 1]}…"
