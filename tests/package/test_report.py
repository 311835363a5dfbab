"""The pages themselves: nothing is clipped, nothing is a box, whatever people write."""

from __future__ import annotations

import dataclasses
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evidence.errors import EvidenceError
from evidence.i18n import Language
from evidence.model import Exhibit, Exposure, PackageChoices, Snapshot
from evidence.package import FontFiles, draft_report, find_fonts, font_folders
from evidence.package.report.fonts import choose_typeface
from evidence.package.report.sheet import LEFT, RIGHT
from evidence.package.report.text import Measure, printable, wrap

Preview = Callable[[str], bytes | None]

needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not on this computer")

LONG = {
    "words": "아주 긴 제목입니다. " * 200,
    "syllables": "가" * 3000,
    "digits": "1234567890" * 300,
    "link": "https://example.org/" + "a" * 500 + "?" + "&".join(f"key{n}=value{n}" for n in range(100)),
    "lines": "\n".join(f"줄 {n}" for n in range(300)),
    "signs": "\u202e\u0000\u200b\ufeff\u2028🙂🇰🇷𠀀\t한글\u0301 العربية עברית ไทย ＝１",
}


def with_texts(snapshot: Snapshot, text: str) -> Snapshot:
    """The snapshot with ``text`` wherever people and sources can put theirs."""

    def change(exhibit: Exhibit) -> Exhibit:
        files = tuple(dataclasses.replace(file, name=text[:400]) for file in exhibit.item.files)
        item = dataclasses.replace(exhibit.item, title=text, note=text, lawful_access=text, files=files,
                                   source={"url": text, text[:50]: text})  # fmt: skip
        return dataclasses.replace(exhibit, item=item)

    return dataclasses.replace(
        snapshot,
        case=dataclasses.replace(snapshot.case, title=text),
        exhibits=tuple(map(change, snapshot.exhibits)),
    )


def words(pdf: bytes, folder: Path) -> list[tuple[int, float, float, float, float, str]]:
    """Each word with its page and its box, in points from the top left."""
    (folder / "report.pdf").write_bytes(pdf)
    out = subprocess.run(["pdftotext", "-bbox", "report.pdf", "-"], cwd=folder, capture_output=True, check=True).stdout
    found, page = [], 0
    for line in out.decode().splitlines():
        if "<page " in line:
            page += 1
        elif match := re.search(r'xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*)</word>', line):
            found.append((page, *map(float, match.groups()[:4]), match[5]))
    return found


@needs_poppler
@pytest.mark.parametrize("kind", LONG)
def test_nothing_leaves_the_page(sample: Any, preview: Preview, tmp_path: Path, kind: str) -> None:
    snapshot = with_texts(sample.snapshot, LONG[kind])
    pdf = draft_report(snapshot, PackageChoices("ko", {}, statement=LONG[kind]), preview=preview)
    for page, left, top, right, bottom, word in words(pdf, tmp_path):
        assert left >= LEFT - 1, (page, word)
        assert right <= 595.3 - RIGHT + 2, (page, word)
        assert top >= 20, (page, word)
        assert bottom <= 842 - 25, (page, word)


@needs_poppler
def test_page_x_of_y(sample: Any, preview: Preview, tmp_path: Path, language: Language) -> None:
    found = words(draft_report(sample.snapshot, PackageChoices(language, {}), preview=preview), tmp_path)
    last = max(page for page, *_ in found)
    for number in range(1, last + 1):
        text = " ".join(word for page, *_box, word in found if page == number)
        assert f"{number} / {last}" in text


@needs_poppler
def test_what_a_font_lacks_is_spelled_out(sample: Any, preview: Preview, tmp_path: Path) -> None:
    snapshot = with_texts(sample.snapshot, LONG["signs"])
    text = " ".join(word for *_box, word in words(draft_report(snapshot, PackageChoices("ko", {}), preview=preview),
                                                  tmp_path))  # fmt: skip
    for spelled in ("[U+202E]", "[U+0000]", "[U+200B]"):
        assert spelled in text
    assert "한글" in text


def test_a_font_without_korean_is_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.ttf").write_bytes(b"\0\1\0\0nonsense")
    broken = FontFiles(tmp_path / "broken.ttf", tmp_path / "broken.ttf")
    absent = FontFiles(tmp_path / "absent.ttf", tmp_path / "absent.ttf")
    latin = [path for folder in font_folders() if folder.is_dir() for path in folder.rglob("DejaVuSans.ttf")]
    candidates = [broken, absent, *(FontFiles(path, path) for path in latin)]
    with pytest.raises(EvidenceError, match=r"package\.no_font"):
        choose_typeface(candidates, "")
    working = find_fonts(font_folders())
    assert choose_typeface([*candidates, *working], "한글 Ærøskøbing")
    with pytest.raises(EvidenceError, match=r"package\.no_font"):
        choose_typeface([dataclasses.replace(each, others=()) for each in working], "Ærøskøbing Ãõ")


WIDTHS = dict.fromkeys(range(32, 127), 500.0) | dict.fromkeys(range(44032, 44096), 900.0)


@example("aaa가 가a가", 22.0)
@given(st.text(alphabet=st.sampled_from("ab./,)가나다 \n-"), max_size=200), st.floats(20, 300))
def test_lines_fit_and_lose_nothing(text: str, width: float) -> None:
    measure = Measure(WIDTHS, 900.0, 10)
    lines = wrap(text, width, measure)
    assert all(measure(line) <= width or len(line) == 1 for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@given(st.text(max_size=100))
def test_printable_text_is_printable(text: str) -> None:
    shown = printable(text, WIDTHS.keys())
    assert all(character == "\n" or ord(character) in WIDTHS for character in shown)


def test_a_picture_is_as_large_as_chosen(sample: Any, preview: Preview) -> None:
    sizes = {}
    for exposure in Exposure:
        asked: list[str] = []

        def show(item_id: str, asked: list[str] = asked) -> bytes | None:
            asked.append(item_id)
            return preview(item_id)

        chosen = {exhibit.item.id: exposure for exhibit in sample.snapshot.exhibits}
        pdf = draft_report(sample.snapshot, PackageChoices("ko", chosen), preview=show)
        sizes[exposure] = (len(asked), pdf.count(b"/Subtype /Image"))
    assert sizes[Exposure.LEFT_OUT] == (0, 0)
    assert all(sizes[exposure][0] == 3 for exposure in Exposure if exposure is not Exposure.LEFT_OUT)


@pytest.mark.parametrize(("exposure", "is_shown"), [(None, False), (Exposure.LEFT_OUT, False), (Exposure.FULL, True)])
@needs_poppler
def test_an_illustration_stands_beside_the_score_where_that_was_chosen(
    sample: Any, preview: Preview, tmp_path: Path, exposure: Exposure | None, is_shown: bool
) -> None:
    """The second exhibit is made an illustration of the first, which has a score."""
    snapshot = sample.snapshot
    first, second, third = snapshot.exhibits
    source = {"derived_from": first.item.number, "derived_from_sha256": first.item.files[0].digests.sha256,
              "illustration": "map"}  # fmt: skip
    drawn = dataclasses.replace(second.item, source=source, settings={"extent": "illustration"})
    snapshot = dataclasses.replace(snapshot, exhibits=(first, dataclasses.replace(second, item=drawn), third))
    asked: list[str] = []

    def show(item_id: str) -> bytes | None:
        asked.append(item_id)
        return preview(item_id)

    chosen = {} if exposure is None else {drawn.id: exposure}
    pdf = draft_report(snapshot, PackageChoices("en", chosen), preview=show)
    text = " ".join(word for *_box, word in words(pdf, tmp_path))
    assert f"Illustration {drawn.number}: where the score came from" in text
    assert ("it proves nothing" in text.partition("Illustration")[2][:250]) is is_shown
    assert asked.count(drawn.id) == {None: 1, Exposure.LEFT_OUT: 0, Exposure.FULL: 2}[exposure]
