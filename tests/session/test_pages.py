"""Pages and codes in a session: what is kept, what the log says, and how a later visit follows an earlier one."""

from __future__ import annotations

from pathlib import Path

import pytest
import segno
from PIL import Image
from support.pages import page_record

from evidence.capture.web import PageRecord, judge
from evidence.errors import EvidenceError
from evidence.model import EventKind
from evidence.session import LoadedPage, Session, notice_lines, page_notice

URL = "https://forum.example/room/7?utm_source=chat"


def loaded(record: PageRecord) -> LoadedPage:
    return LoadedPage(record, judge(record))


def test_a_later_visit_follows_the_earlier_ones(session: Session) -> None:
    case = session.create_case("one")
    session.add_link(case.id, "https://forum.example/room/7")
    words = "Words in a room, and enough of them. " * 3
    visits = [
        page_record(URL, text=words),
        page_record(URL, text=words),
        page_record(URL, text=words + "One more."),
        page_record(URL, text="This post was deleted."),
        page_record(URL, text="This post was deleted."),
        page_record(URL, text="Please log in", passwords=1),
        page_record("https://forum.example/room/8", text=words),
    ]
    sources = [session.keep_page(case.id, loaded(each), keeps_failed=True).source for each in visits]
    assert [source.get("since_visit_before", "") for source in sources] == [
        "", "still_there", "changed", "gone", "still_gone", "not_told", "",
    ]  # fmt: skip
    assert {source.get("first_visit", "") for source in sources[:-1]} == {"A-01"}
    assert [source.get("visit_before", "") for source in sources[1:4]] == ["A-02", "A-03", "A-04"]
    assert sources[0]["url"] == URL and sources[0]["canonical_url"] == "https://forum.example/room/7"


def test_a_failed_capture_is_not_kept_by_itself(session: Session) -> None:
    case = session.create_case("one")
    page = loaded(page_record(URL, status=404, text="Page not found"))
    with pytest.raises(EvidenceError) as raised:
        session.keep_page(case.id, page)
    assert raised.value.code == "capture.page_failed"
    assert session.exhibits(case.id) == []
    item = session.keep_page(case.id, page, keeps_failed=True, note="what I saw")
    [event] = [event for event in session.events(case.id, item.id) if event.kind is EventKind.ACQUIRED]
    assert (item.source["capture_outcome"], item.note, event.facts["number"]) == ("gone", "what I saw", "A-01")


def test_what_the_site_learns_is_said_before(language) -> None:
    from evidence.i18n import texts

    lines = "\n".join(notice_lines(texts(language), page_notice("http://forum.example/room/7?from=chat")))
    assert "forum.example" in lines and "http://forum.example/room/7?from=chat" in lines
    assert len(lines.splitlines()) == 7, "one more when the way is not encrypted"


def test_codes_in_a_picture_are_read_and_become_links(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "poster.png"
    sheet = Image.new("RGB", (900, 500), "white")
    for left, text in ((20, "https://t.me/+AbCdEfGhIjKlMnOp"), (460, "무통장 입금 001")):
        segno.make(text, error="m").save(tmp_path / "one.png", scale=8)
        sheet.paste(Image.open(tmp_path / "one.png").convert("RGB"), (left, 60))
    sheet.save(path)
    case = session.create_case("one")
    [picture] = session.add_files(case.id, [path])
    found = session.read_codes(picture.id)
    assert {code.text for code in found} == {"https://t.me/+AbCdEfGhIjKlMnOp", "무통장 입금 001"}
    [link] = session.add_codes(picture.id, found)
    assert link.source["invite_hash"] == "AbCdEfGhIjKlMnOp"
    assert (link.source["read_from"], link.source["id_source"]) == ("A-01", "from_qr_code")
    assert link.source["network_used"] == "no"
    [event] = [event for event in session.events(case.id, picture.id) if event.kind is EventKind.EXAMINED]
    assert (event.facts["looked_for"], event.facts["found"]) == ("qr_codes", "2")


def test_where_there_is_no_code_none_is_found(session: Session, tmp_path: Path) -> None:
    case = session.create_case("one")
    plain, words, broken = tmp_path / "plain.png", tmp_path / "words.txt", tmp_path / "broken.png"
    Image.effect_noise((400, 300), 60).save(plain)
    words.write_text("no picture")
    broken.write_bytes(plain.read_bytes()[:200])
    items = session.add_files(case.id, [plain, words, broken])
    assert session.read_codes(items[0].id) == []
    for item, code in ((items[1], "codes.no_picture"), (items[2], "media.undecodable")):
        with pytest.raises(EvidenceError) as raised:
            session.read_codes(item.id)
        assert raised.value.code == code
