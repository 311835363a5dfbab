"""Values in words, as every page says them."""

from __future__ import annotations

from evidence.i18n import Texts
from evidence.model import AcquisitionMethod, Exhibit, Item, Moment, ScoreReport


def groups(hexadecimal: str, size: int = 4) -> str:
    """Hexadecimal digits in groups, so that two people can compare them aloud."""
    return " ".join(hexadecimal[i : i + size] for i in range(0, len(hexadecimal), size))


def moment(t: Texts, at: Moment) -> str:
    """A clock reading as the person's own wall clock showed it."""
    return t.moment(at.at, at.utc_offset_s)


def clock(t: Texts, at: Moment) -> str:
    """What stands behind a clock reading."""
    if at.clock_source == "system":
        return t("the clock of this computer, not compared with another")
    return t("the clock of this computer, compared with a time authority")


def method(t: Texts, item: Item) -> str:
    """How an item came in."""
    return t.code("name", f"method.{item.method}")


def size(t: Texts, item: Item) -> str:
    """All original files of an item together."""
    return t.size(sum(file.digests.size for file in item.files))


def icon_of(item: Item) -> str:
    """The icon of an item: by how it came in, never by what it shows."""
    return {
        AcquisitionMethod.LIVE_CAPTURE: "screen",
        AcquisitionMethod.SCREEN_RECORDING: "screen",
        AcquisitionMethod.LINK_NOTE: "link",
        AcquisitionMethod.PASTE_IMPORT: "paste",
    }.get(item.method, "file")


def exhibit_detail(t: Texts, exhibit: Exhibit) -> str:
    """The second line of an exhibit in a list."""
    item = exhibit.item
    return " · ".join((method(t, item), moment(t, item.acquired), size(t, item)))


def named(t: Texts, code: str, **params: object) -> str:
    """The name of a code; the bare code where the catalogue has none yet, so that a page can always be read."""
    try:
        return t.code("name", code, **params)
    except (KeyError, IndexError):
        return code.rpartition(".")[2].replace("_", " ")


def score_lines(t: Texts, report: ScoreReport) -> list[str]:
    """Why a score says what it says, line by line; the band itself is the heading."""
    lines = [named(t, f"reason.{reason}") for reason in report.reasons]
    for fact in report.provenance:
        lines.append(f"{named(t, f'fact.{fact.kind}', value=fact.value)} ({named(t, f'reading.{fact.reading}')})")
    if report.not_examined:
        names = ", ".join(named(t, f"not_examined.{name}") for name in report.not_examined)
        lines.append(t("Not examined: {names}", names=names))
    return lines
