"""Finding exhibits again by what they are, where words stand in them, and the order that a person gave them."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from PIL import Image

from evidence.errors import EvidenceError
from evidence.model import Band, Case, Filter, Item, Kind, Match, MinorAnswer, PackageChoices, Standing
from evidence.session import Move, Session
from evidence.store.arrangement import STEP


@pytest.fixture
def case(session: Session) -> Case:
    """An empty case."""
    return session.create_case("봄")


def _picture(session: Session, case: Case, name: str) -> Item:
    stream = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(stream, "PNG")
    return session.add_bytes(case.id, name, stream.getvalue())


def _numbers(session: Session, case: Case, wanted: Filter | None = None) -> list[str]:
    found = session.place.find(case.id, wanted or Filter())
    return [one.item.number for one in session.place.exhibits_at(case.id, found.positions)]


def test_filters_by_kind_score_and_standing(session: Session, case: Case) -> None:
    picture = _picture(session, case, "a.png")
    session.add_bytes(case.id, "b.txt", "words")
    session.add_link(case.id, "https://t.me/+AbCdEfGhIjKl")
    other = session.add_bytes(case.id, "c.bin", bytes(range(256)))
    for kind, numbers in (
        (Kind.PICTURE, ["A-01"]), (Kind.TEXT, ["A-02"]), (Kind.LINK, ["A-03"]), (Kind.OTHER, ["A-04"]),
        (Kind.FILM, []), (Kind.WEB_PAGE, []), (Kind.WORDS, []),
    ):  # fmt: skip
        assert _numbers(session, case, Filter(kind=kind)) == numbers, kind
    [report] = session.score(case.id, [picture.id])
    assert _numbers(session, case, Filter(band=report.band)) == ["A-01"]
    assert _numbers(session, case, Filter(band=next(band for band in Band if band is not report.band))) == []
    session.guard.hold_back(other.id, MinorAnswer.UNSURE)
    assert _numbers(session, case, Filter(standing=Standing.HELD_BACK)) == ["A-04"]
    assert _numbers(session, case, Filter(standing=Standing.FAILED)) == []
    assert _numbers(session, case, Filter("txt", kind=Kind.TEXT)) == ["A-02"]
    assert session.place.find(case.id, Filter("txt", kind=Kind.TEXT)).notes == ()


def test_what_was_cut_short_is_found(session: Session, case: Case) -> None:
    item = session.add_bytes(case.id, "b.txt", "words")
    store = session._store
    broken = item.source | {"capture_outcome": "login_wall"}
    with store.transaction():
        text = json.dumps({"source": broken, "files": [], "title": ""})
        store._database.write("UPDATE items SET canonical = ? WHERE id = ?", (text.encode(), item.id))
    assert list(session.place.find(case.id, Filter(standing=Standing.FAILED)).positions) == [1]


def test_where_the_words_stand_is_told(session: Session, case: Case) -> None:
    item = session.add_link(case.id, "https://t.me/+AbCdEfGhIjKl", "그 방의 초대 링크")
    session.place.set_tags(item.id, ["협박 100%"])
    session.add_note(item.id, "아침에 다시 보니 방이 사라져 있었고 다음 날 다른 방이 생겼습니다. " * 3)
    [exhibit] = session.exhibits(case.id)

    def told(words: str) -> list[Match]:
        assert _numbers(session, case, Filter(words)) == ["A-01"], words
        return list(session.place.matches([exhibit], words)[item.id])

    assert told("abcdef")[0].where == "title"  # the link is its title as well
    session.place.rename(item.id, "first")
    [exhibit] = session.exhibits(case.id)
    assert told("AbCdEf") == [Match("link", "https://t.me/+AbCdEfGhIjKl")]
    assert told("협박") == [Match("tag", "협박 100%")]
    assert told("100%") == [Match("tag", "협박 100%")]
    assert told("초대") == [Match("note", "그 방의 초대 링크")]
    [match] = told("사라져")
    assert match.where == "note" and "사라져" in match.text and match.text.endswith("…") and len(match.text) < 60
    assert [match.where for match in told("first 링크")] == ["title", "note"]
    assert _numbers(session, case, Filter("100_")) == []
    assert session.place.matches([exhibit], "") == {}


def test_an_order_is_kept_and_taken_back(session: Session, case: Case, tmp_path: Path) -> None:
    ids = [session.add_bytes(case.id, f"{name}.txt", name).id for name in "abcd"]
    place = session.place
    assert not place.is_arranged(case.id)
    place.move(ids[2], Move.UP)
    assert _numbers(session, case) == ["A-01", "A-03", "A-02", "A-04"]
    place.move(ids[0], Move.LAST)
    place.put(ids[3], ids[2])
    place.put_behind(ids[1], ids[3])
    assert _numbers(session, case) == ["A-04", "A-02", "A-03", "A-01"]
    place.move(ids[3], Move.UP)  # it is the first already: nothing to take back
    session.add_bytes(case.id, "e.txt", "e")
    assert _numbers(session, case)[-1] == "A-05"
    assert _numbers(session, case, Filter("txt"))[0] == "A-04"
    made = session.package(case.id, PackageChoices("en", {}, as_zip=False), tmp_path / "out", ids[:2])
    manifest = json.loads((Path(made.folder) / "proof" / "manifest.json").read_bytes())
    assert [item["number"] for item in manifest["items"]] == ["A-02", "A-01"]
    place.order_by_number(case.id)
    assert _numbers(session, case) == [f"A-0{number}" for number in range(1, 6)] and not place.is_arranged(case.id)
    for order in ("42315", "43215", "32415", "13245", "12345"):
        assert place.undo(case.id) == "order"
        assert "".join(number[-1] for number in _numbers(session, case)) == order
    assert place.can_undo(case.id) == ""
    assert session.check().findings == ()
    other = session.create_case("다른 사건")
    with pytest.raises(EvidenceError, match="other_case"):
        place.put(ids[0], session.add_bytes(other.id, "x.txt", "x").id)


def test_there_is_always_room_between_two(session: Session, case: Case) -> None:
    ids = [session.add_bytes(case.id, f"{number}.txt", str(number)).id for number in range(4)]
    for turn in range(STEP.bit_length() + 3):  # each halves what is left between the same two
        session.place.put(ids[2 + turn % 2], ids[1])
        order = session._store.arrangement.order(case.id)
        assert order == [ids[0], ids[3 - turn % 2], ids[2 + turn % 2], ids[1]] or turn == 0
    session.place.undo(case.id)
    assert set(session._store.arrangement.order(case.id)) == set(ids)
