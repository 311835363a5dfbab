"""A score in words: facts of the file first and apart, then the band, why, how often it is wrong, and what it is not.

The window, the command line and the report say the same, from here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from evidence.i18n.facts import colon, named_code, provenance_line
from evidence.i18n.texts import N_, Texts
from evidence.i18n.visible import visible

if TYPE_CHECKING:
    from evidence.model import ErrorRates, FrameScore, ProvenanceFact, ScoreReport

MOST_FRAMES = 5
"""So many pictures of a film are named for each detector."""
ABSENT = ".absent"
"""What the kind of a fact ends with that says that something was looked for and is not there."""

_GROUPS = (
    ("validated", N_("Validated")),
    ("lead", N_("Leads; they can be forged")),
    ("context", N_("Facts; none of them proves anything alone")),
    ("not_an_indication", N_("Not an indication of manipulation")),
    ("absent", N_("Looked for and not there, which proves nothing")),
)
_MEANINGS = {
    "indicators_of_manipulation": N_(
        "A detector found traces that it rarely finds in unaltered faces. It can be wrong; its error rates say how "
        "often, for photographs like those it was measured on. For other kinds it can be several times as often. It is "
        "a lead for the investigation, not a proof."
    ),
    "no_indicators_found": N_(
        "No detector found what it looks for. That does not say that the picture is real: other ways of altering it "
        "leave nothing that is looked for here."
    ),
    "inconclusive": N_(
        "It cannot be told. That is the usual answer of an honest detector and does not weaken a report: what was done "
        "with the picture is shown by everything else that you keep."
    ),
    "not_assessable": N_(
        "There was nothing here that a detector can judge. That says nothing about whether something was altered, and "
        "does not weaken a report."
    ),
}


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its lines."""

    title: str
    lines: tuple[str, ...]


def score_sections(t: Texts, report: ScoreReport) -> list[Section]:
    """Everything that a score says, section by section, the facts of the file first."""
    made = [
        Section(t("What the file says about itself"), tuple(provenance_lines(t, report.provenance))),
        Section(t("Signs of manipulation"), tuple(band_lines(t, report))),
        Section(t("How often the detectors are wrong"), tuple(detector_lines(t, report))),
        Section(t("Over time"), tuple(clip_lines(t, report))),
        Section(t("Not examined"), tuple(named_code(t, "not_examined", name) for name in report.not_examined)),
        Section(t("What this means, and what not"), tuple(meaning_lines(t, report))),
    ]
    return [section for section in made if section.lines]


def provenance_lines(t: Texts, facts: Sequence[ProvenanceFact]) -> list[str]:
    """The facts of a file, grouped by how they are to be taken; each line says its group."""
    lines = []
    for group, words in _GROUPS:
        inside = [fact for fact in facts if _group(fact) == group]
        if inside:
            lines.append(t(words) + colon(t))
            lines += [f"  {_plain(t, fact)}" for fact in inside]
    return lines


def band_lines(t: Texts, report: ScoreReport) -> list[str]:
    """The band and why."""
    return [t.code("name", f"band.{report.band}"), *(named_code(t, "reason", reason) for reason in report.reasons)]


def detector_lines(t: Texts, report: ScoreReport) -> list[str]:
    """Each detector: what it looks for, its own band, and how often it is wrong."""
    lines = []
    for run in report.detectors:
        name = named_code(t, "detector", run.detector_id)
        band = t.code("name", f"band.{run.band}")
        lines.append(f"{name} ({run.detector_id} {visible(run.detector_version)}){colon(t)} {band}")
        lines.append(
            f"  {rates_words(t, run.rates)}" if run.rates is not None
            else f"  {t('Error rates: not measured for this kind of picture')}"
        )  # fmt: skip
    return lines


def rates_words(t: Texts, rates: ErrorRates) -> str:
    """How often a detector is wrong, with intervals, test set and size. Never a bare percentage."""
    return t(
        "of 100 unaltered faces {false} were wrongly flagged ({false_low} to {false_high}); of 100 altered "
        "faces {true} were found ({true_low} to {true_high}); 95 % intervals, measured on {size} faces of "
        "“{data}”",
        false=_hundred(t, rates.false_positive), false_low=_hundred(t, rates.false_positive_low),
        false_high=_hundred(t, rates.false_positive_high), true=_hundred(t, rates.true_positive),
        true_low=_hundred(t, rates.true_positive_low), true_high=_hundred(t, rates.true_positive_high),
        size=t.number(rates.test_size), data=visible(rates.test_set),
    )  # fmt: skip


def meaning_lines(t: Texts, report: ScoreReport) -> list[str]:
    """What a band means and what it does not."""
    lines = [t(_MEANINGS[report.band])] if report.band in _MEANINGS else []
    if "body" in report.not_examined:
        lines.append(t("Only faces are examined. A real face on an altered body is not noticed here."))
    lines.append(t("A score is a lead for the investigation, not evidence of falsity."))
    return lines


def clip_lines(t: Texts, report: ScoreReport) -> list[str]:
    """A film: one sample; each face with when it was seen; and the pictures that mattered most, in order of time."""
    if not report.frames:
        return []
    lines = [t("The whole film counts as one sample, however many pictures of it were looked at.")]
    for track in sorted({frame.track for frame in report.frames}):
        times = sorted({frame.at_s for frame in report.frames if frame.track == track})
        lines.append(
            t.plural("Face {face}: looked at in {n} picture, from {start} to {end}",
                     "Face {face}: looked at in {n} pictures, from {start} to {end}",
                     len(times), face=track + 1, start=film_time(times[0]), end=film_time(times[-1]))
        )  # fmt: skip
    for detector in dict.fromkeys(frame.detector_id for frame in report.frames):
        lines.append(t("Pictures that mattered most to {detector}:", detector=named_code(t, "detector", detector)))
        above = threshold(report, detector)
        for frame in frames_that_mattered(report, detector):
            told = {"time": film_time(frame.at_s), "face": frame.track + 1, "raw": t.number(round(frame.raw, 2))}
            if above is None:
                lines.append("  " + t("{time}: face {face}, output {raw}", **told))
            elif frame.raw > above:
                lines.append("  " + t("{time}: face {face}, output {raw}, above the threshold {above}", **told,
                                      above=t.number(round(above, 2))))  # fmt: skip
            else:
                lines.append("  " + t("{time}: face {face}, output {raw}, not above the threshold {above}", **told,
                                      above=t.number(round(above, 2))))  # fmt: skip
    return lines


def frames_that_mattered(report: ScoreReport, detector: str, most: int = MOST_FRAMES) -> list[FrameScore]:
    """The frames with a detector's highest outputs, in order of time."""
    mine = [frame for frame in report.frames if frame.detector_id == detector]
    highest = sorted(mine, key=lambda frame: -frame.raw)[:most]
    return sorted(highest, key=lambda frame: (frame.at_s, frame.track))


def threshold(report: ScoreReport, detector: str) -> float | None:
    """The raw output above which a detector speaks of indicators, if the score says it."""
    _, _, above = report.settings.get(f"thresholds.{detector}", "").partition(",")
    try:
        return float(above)
    except ValueError:
        return None


def film_time(seconds: float) -> str:
    """A time in a film: minutes, seconds and tenths."""
    tenths = round(seconds * 10)
    return f"{tenths // 600}:{tenths // 10 % 60:02d}.{tenths % 10}"


def _group(fact: ProvenanceFact) -> str:
    return "absent" if fact.kind.endswith(ABSENT) else fact.reading


def _plain(t: Texts, fact: ProvenanceFact) -> str:
    """A fact without its reading: the group says that already."""
    return provenance_line(t, replace(fact, reading=""))


def _hundred(t: Texts, share: float) -> str:
    return t.number(round(share * 100, 1))
