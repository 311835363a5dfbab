"""The browser's process may be taken over by a page: nothing that it says breaks the near end or the archive."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.pages import page_record
from warcio.archiveiterator import ArchiveIterator

from evidence.capture import read_clock
from evidence.capture.web import PageLimits, PageRecord, PageRequest, acquire_page, judge
from evidence.capture.web.gathering import Gathering
from evidence.capture.web.record import Exchange
from evidence.capture.web.warc import make_wacz
from evidence.errors import EvidenceError

HEAD = {
    "kind": "head", "number": 0, "url": "https://forum.example/", "method": "GET", "request_headers": [["A", "b"]],
    "resource": "Document", "status": 200, "status_text": "OK", "headers": [["C", "d"]], "at": 1_795_000_000.0,
}  # fmt: skip
DONE = {
    "kind": "done", "page": {"title": "t", "passwords": 0, "frames": ["x"], "view": [1, 2, 1.0], "text_length": 3},
    "marks": ["unfinished"], "documents": [0], "refusals": {"popup": 1}, "certificate_errors": [], "dns": {"a": ["b"]},
    "servers": {"a:1": "b"}, "refused_hosts": [], "final_url": "https://forum.example/", "engine": "e", "agent": "a",
    "accept_language": "ko", "took_s": 1.0, "bytes_received": 5, "failures": [],
}  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def gathering() -> Gathering:
    return Gathering(PageRecord(PageRequest(url="https://forum.example/"), read_clock()), PageLimits())


def test_true_frames_are_taken():
    whole = gathering()
    assert not whole.take(dict(HEAD), b"")
    assert not whole.take({"kind": "body", "number": 0, "note": ""}, b"<p>words")
    assert whole.take(dict(DONE), b"")
    assert whole.record.document is not None and whole.record.document.untrusted_body == b"<p>words"
    assert whole.record.is_complete


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([HEAD, DONE]), st.data(), JSON)
def test_a_frame_that_lies_is_refused_or_harmless(frame, data, value):
    found = gathering()
    found.take(dict(HEAD, number=1), b"")
    changed = {**frame, data.draw(st.sampled_from(sorted(set(frame) - {"kind"}))): value}
    try:
        found.take(changed, b"")
    except EvidenceError as error:
        assert error.code == "capture.page_engine_failed"
        return
    acquisition = acquire_page(found.record, judge(found.record))
    assert all(isinstance(fact, str) for fact in acquisition.source.values())


@pytest.mark.parametrize(
    "frame",
    [
        {"kind": "body", "number": 9, "note": ""}, {"kind": "body"}, {"kind": "seen", "number": 0},
        {"kind": "chain", "origin": "x", "sizes": [5]}, {"kind": "chain", "origin": "x", "sizes": [-1, 1]},
        {"kind": "head"}, dict(HEAD, at=1e30), dict(HEAD, number="x"),
    ],
)  # fmt: skip
def test_a_frame_that_makes_no_sense_ends_the_capture(frame):
    found = gathering()
    with pytest.raises(EvidenceError) as raised:
        found.take(frame, b"")
    assert raised.value.code == "capture.page_engine_failed"


@pytest.mark.parametrize("url", ["http://[", "https://a:99999999/", "http://[::1", "https://", "\x00", "//", "http://a:b/"])
def test_an_address_that_is_none_costs_nothing(url):
    record = page_record(final_url=url, frames=(url,))
    record.exchanges[0].url = url
    acquisition = acquire_page(record, judge(record))
    assert acquisition.files


def test_more_than_the_limits_is_not_held():
    found = gathering()
    found.take(dict(HEAD), b"")
    limits = PageLimits(total_bytes=1000, response_bytes=1000)
    small = Gathering(found.record, limits)
    with pytest.raises(EvidenceError):
        for number in range(10):
            small.take({"kind": "file", "name": "dom", "number": number}, b"x" * 999)


@settings(max_examples=60, deadline=None)
@given(
    name=st.text(max_size=12), value=st.text(max_size=40), url=st.text(max_size=40), reason=st.text(max_size=20),
    status=st.integers(min_value=0, max_value=99999), body=st.binary(max_size=200),
)  # fmt: skip
def test_no_text_of_a_server_breaks_the_archive(name, value, url, reason, status, body):
    record = page_record()
    clean = {"name": name, "value": value, "url": url, "reason": reason}
    clean = {key: each.encode("utf-8", "replace").decode() for key, each in clean.items()}
    record.exchanges[1] = Exchange(
        1, f"https://forum.example/{clean['url']}", status=status, status_text=clean["reason"], untrusted_body=body,
        headers=((clean["name"], clean["value"]), ("X", f"{clean['value']}\r\nWARC-Type: metadata\r\n\r\nHTTP/1.1")),
        request_headers=((clean["name"], clean["value"]),), method=clean["name"], note="",
    )  # fmt: skip
    with zipfile.ZipFile(BytesIO(make_wacz(record))) as archive:
        warc, index = archive.read("archive/data.warc.gz"), archive.read("indexes/index.cdx").decode("utf-8")
        json.loads(archive.read("datapackage.json"))
    kinds = [each.rec_type for each in ArchiveIterator(BytesIO(warc), check_digests="raise")]
    assert kinds == ["warcinfo", "response", "request", "response", "request"]
    found = [each.content_stream().read() for each in ArchiveIterator(BytesIO(warc)) if each.rec_type == "response"]
    assert found[1] == body
    assert len([line for line in index.split("\n") if line]) == 2
