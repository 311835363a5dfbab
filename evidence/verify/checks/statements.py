"""Checks 11 and 12: the clock of the computer, and how each exhibit came in. Recorded by the program, not proven."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from evidence.manifest import Manifest
from evidence.verify.checks.time import TOLERANCE
from evidence.verify.state import MAX_NAMED, Impossible, Outcome, State, cannot_tell, no, yes

_STEP_BACK = timedelta(seconds=2)
_MAX_OFFSET = timedelta(seconds=60)


def check_clock(state: State) -> Iterator[Outcome]:
    """Whether the computer's clock agrees with trusted time: the recorded comparison, and the order of the tokens.

    A comparison that the computer recorded about itself is never enough: a token that the reader trusts must fit.
    """
    manifest = state.need_manifest()
    problems = [*_offsets(state, manifest), *_steps_back(state), *_ahead_of_tokens(state)]
    if problems:
        yield from problems[:MAX_NAMED]
        return
    compared = [item for item in manifest.items if item.acquired.clock_offset_ms is not None]
    if len(compared) < len(manifest.items) or not compared:
        yield cannot_tell("clock.never_compared", count=len(manifest.items) - len(compared))
    elif not any(token.is_trusted for token in state.tokens):
        yield cannot_tell("clock.nothing_trusted")
    else:
        most = max(abs(item.acquired.clock_offset_ms or 0) for item in compared)
        yield yes("clock.right", offset_ms=most)


def _offsets(state: State, manifest: Manifest) -> Iterator[Outcome]:
    for item in manifest.items:
        offset = item.acquired.clock_offset_ms
        state.facts[f"exhibit.{item.number}.acquired_at"] = item.acquired.at.isoformat()
        if offset is None:
            continue
        state.facts[f"exhibit.{item.number}.clock_offset_ms"] = str(offset)
        if abs(offset) > _MAX_OFFSET.total_seconds() * 1000:
            yield no("clock.wrong", number=item.number, seconds=round(offset / 1000))


def _steps_back(state: State) -> Iterator[Outcome]:
    """Events are in the order in which they happened, whatever the clock said."""
    if state.log is None or not state.is_log_sound:
        return
    for earlier, later in zip(state.log.events, state.log.events[1:], strict=False):
        if later.recorded_at < earlier.recorded_at - _STEP_BACK:
            yield no("clock.went_back", index=later.index)


def _ahead_of_tokens(state: State) -> Iterator[Outcome]:
    """Whatever stands under a stamped head happened before the stamp."""
    if state.log is None or not state.is_log_sound:
        return
    for token in state.tokens:
        if not token.is_trusted or not token.head_size:
            continue
        late = [event for event in state.log.events if event.index < token.head_size]
        most = max((event.recorded_at for event in late), default=token.stamped_at)
        if most > token.stamped_at + TOLERANCE:
            yield no("clock.ahead", path=token.label, seconds=round((most - token.stamped_at).total_seconds()))


def check_methods(state: State) -> Iterator[Outcome]:
    """How each exhibit came in, as the signed manifest and the log both say."""
    manifest = state.need_manifest()
    if not state.is_log_sound:
        raise Impossible("needs.log")
    for item in manifest.items:
        state.facts[f"exhibit.{item.number}.method"] = item.method.value
    for item in manifest.items[:MAX_NAMED]:
        yield yes("methods.recorded", number=item.number, method=item.method.value)
    if not manifest.items:
        yield cannot_tell("methods.no_exhibit")
