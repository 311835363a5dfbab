"""How the command line puts exhibits and scores into lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.bench import Bench
from evidence.digest import fingerprint_groups, to_json
from evidence.i18n import Texts, outcome_of, score_sections, visible
from evidence.model import Exhibit, Item, ScoreReport
from evidence.session import Finding


def exhibit_lines(t: Texts, exhibit: Exhibit, same: Sequence[Item] = ()) -> list[str]:
    """An exhibit in a few lines: number, title, how and when it came in, its files with digests, its score, and which
    others hold the ``same`` content."""
    item = exhibit.item
    lines = [
        f"{item.number}  {visible(item.title)}",
        f"    {t.code('name', f'method.{item.method}')}, {t.moment(item.acquired.at, item.acquired.utc_offset_s)}",
    ]
    if outcome := outcome_of(t, item.source):
        lines.append(f"    {outcome}")
    for file in item.files:
        lines.append(f"    {visible(file.name)}  {file.media_type}  {t.size(file.digests.size)}")
        lines.append(f"    SHA-256 {fingerprint_groups(file.digests.sha256)}")
    if exhibit.score is not None:
        lines.append(f"    {t.code('name', f'band.{exhibit.score.band}')}")
    if same:
        lines.append(f"    {t('The same content as {numbers}', numbers=', '.join(item.number for item in same))}")
    return lines


def exhibit_document(exhibit: Exhibit, same: Sequence[Item] = ()) -> dict[str, Any]:
    """An exhibit for programs: all but the names of the encrypted files, which say nothing outside the vault."""
    document: dict[str, Any] = to_json(exhibit)
    for file in document["item"]["files"]:
        del file["object_id"]
    document["item"]["same_content_as"] = [item.number for item in same]
    return document


def score_lines(t: Texts, report: ScoreReport) -> list[str]:
    """A score in words, section by section: the facts of the file first, then the band and what it is worth."""
    lines = []
    for section in score_sections(t, report):
        lines += [section.title, *(f"  {line}" for line in section.lines)]
    return lines


def finding_line(t: Texts, finding: Finding) -> str:
    """Damage in one line."""
    return t("Damaged: {what}", what=t.code("name", finding.code, **finding.params))


def bench_lines(t: Texts, benchmarks: Sequence[Bench]) -> list[str]:
    """Benchmarks as tables: what, ours, the peer, the ratio, the goal. What was measured is named in technical English,
    as in ``--json``, so that results can be compared."""
    lines: list[str] = []
    for benchmark in benchmarks:
        lines += [benchmark.name, ""]
        for row in benchmark.rows:
            lines.append(f"  {row.what}")
            measured = f"{row.ours:.4g} {row.unit}"
            if row.peer is not None and row.ratio is not None:
                measured += f"; {row.peer_name} {row.peer:.4g} {row.unit}; {t('ratio')} {row.ratio:.3g}"
            goals = []
            if row.at_most is not None:
                goals.append(t("goal: at most {number}", number=f"{row.at_most:g}"))
            if row.at_least is not None:
                goals.append(t("goal: at least {number}", number=f"{row.at_least:g}"))
            if goals:
                measured += f"; {', '.join(goals)} ({t('met') if row.meets else t('not met')})"
            lines.append(f"      {measured}")
        lines.append("")
    return lines
