"""Values in words, as every page says them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from evidence.i18n import Texts, named_fact, outcome_of, visible

if TYPE_CHECKING:
    from evidence.model import Exhibit, Item, Moment, RedactedCopy


def groups(hexadecimal: str, size: int = 4) -> str:
    """Hexadecimal digits in groups, so that two people can compare them aloud."""
    return " ".join(hexadecimal[i : i + size] for i in range(0, len(hexadecimal), size))


def safe(untrusted_text: str) -> str:
    """Text from outside, line by line, with what cannot be seen written out."""
    return "\n".join(visible(line) for line in untrusted_text.splitlines())


def title(item: Item) -> str:
    """Number and title of an item."""
    return f"{item.number}  {safe(item.title)}"


def partial_lines(t: Texts, items: Sequence[Item]) -> list[str]:
    """Of recordings that ended by themselves: that they did, and why."""
    reasons = [one.source["ended_by"] for one in items if one.source.get("completeness") == "partial"
               and "ended_by" in one.source]  # fmt: skip
    return [
        f"{t('The recording is partial: it ended before you ended it.')} {': '.join(named_fact(t, 'ended_by', reason))}"
        for reason in reasons
    ]


def redaction_facts(t: Texts, copy: RedactedCopy) -> list[str]:
    """What was done in a redacted copy."""
    lines = []
    if "areas" in copy.facts:
        lines.append(t.plural("{n} area is covered.", "{n} areas are covered.", int(copy.facts["areas"])))
    if copy.facts.get("sound") == "removed":
        lines.append(t("All sound is taken out."))
    if "silences" in copy.facts:
        lines.append(t.plural("{n} part is silenced.", "{n} parts are silenced.", int(copy.facts["silences"])))
    if "passages" in copy.facts:
        lines.append(t.plural("{n} passage is replaced.", "{n} passages are replaced.", int(copy.facts["passages"])))
    return lines


def begun(words: str) -> str:
    """The same words where they stand alone: with a capital letter."""
    return words[:1].upper() + words[1:]


def sentence(t: Texts, context: str, code: str, params: Mapping[str, str]) -> str:
    """The sentence of a check or a claim. Parameters that end in ``_at`` are times, ``method`` is the name of one."""
    shown: dict[str, str] = {}
    for name, value in params.items():
        if name.endswith("_at"):
            shown[name] = instant(t, value)
        elif name == "method":
            shown[name] = named(t, f"method.{value}")
        elif name == "fingerprint":
            shown[name] = groups(value)
        else:
            shown[name] = safe(value)
    try:
        return t.code(context, code, **shown)
    except (KeyError, IndexError):
        return code.replace("_", " ")


def instant(t: Texts, untrusted_time: str) -> str:
    """A time that stands in a package, or what stands there instead of one."""
    try:
        return t.moment(datetime.fromisoformat(untrusted_time))
    except ValueError:
        return safe(untrusted_time)


def moment(t: Texts, at: Moment) -> str:
    """A clock reading as the person's own wall clock showed it."""
    return t.moment(at.at, at.utc_offset_s)


def written_at(t: Texts, at: datetime) -> str:
    """An aware time as the clock showed it where it was written down."""
    offset = at.utcoffset()
    return t.moment(at, int(offset.total_seconds()) if offset is not None else 0)


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
    from evidence.model import AcquisitionMethod  # not needed before a vault is open

    return {
        AcquisitionMethod.LIVE_CAPTURE: "screen",
        AcquisitionMethod.SCREEN_RECORDING: "screen",
        AcquisitionMethod.LINK_NOTE: "link",
        AcquisitionMethod.PASTE_IMPORT: "paste",
    }.get(item.method, "file")


def exhibit_detail(t: Texts, exhibit: Exhibit) -> str:
    """The second line of an exhibit in a list."""
    item = exhibit.item
    parts = (method(t, item), outcome_of(t, item.source), moment(t, item.acquired), size(t, item))
    return " · ".join(part for part in parts if part)


def named(t: Texts, code: str, **params: object) -> str:
    """The name of a code; the bare code where the catalogue has none yet, so that a page can always be read."""
    try:
        return t.code("name", code, **params)
    except (KeyError, IndexError):
        return code.rpartition(".")[2].replace("_", " ")


def fact(t: Texts, key: str, untrusted_value: str) -> tuple[str, str]:
    """Name and value of a fact about where something came from: times and sizes as this language writes them."""
    name, value = named_fact(t, safe(key), safe(untrusted_value))  # not the words of the catalogue, which are ours
    if key.endswith("_at"):
        value = instant(t, value)
    elif key.endswith("_size") and value.isascii() and value.isdigit():
        return name, t.number(int(value))
    return name, value
