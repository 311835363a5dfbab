"""Checks 11 and 12: the clock of the computer, and how each exhibit came in. Recorded by the program, not proven."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import timedelta

from evidence.manifest import Manifest
from evidence.model import EventKind
from evidence.verify.checks.time import TOLERANCE
from evidence.verify.state import MAX_NAMED, Impossible, Outcome, State, cannot_tell, no, yes

_STEP_BACK = timedelta(seconds=2)
_MAX_OFFSET = timedelta(seconds=60)
_SOON = timedelta(minutes=10)
"""Between an acquisition and a stamp: a clock that is off by less than this is called right, and the bound is said."""


def check_clock(state: State) -> Iterator[Outcome]:
    """Whether the computer's clock agrees with trusted time: the recorded comparison, and the order of the tokens.

    A comparison that the computer recorded about itself is never enough: a token that the reader trusts must fit.
    Where nothing was compared at the acquisition, a trusted token that followed it closely bounds the error: the
    clock cannot have been behind by more than the time that passed between the recorded event and the stamp.
    """
    manifest = state.need_manifest()
    problems = [*_offsets(state, manifest), *_steps_back(state), *_ahead_of_tokens(state)]
    if problems:
        yield from problems[:MAX_NAMED]
        return
    followed = _followed_by_stamps(state)
    compared = [item for item in manifest.items if item.acquired.clock_offset_ms is not None]
    unknown = [item for item in manifest.items if item not in compared and item.id not in followed]
    if unknown or not manifest.items:
        yield cannot_tell("clock.never_compared", count=len(unknown))
    elif not any(token.is_trusted for token in state.tokens):
        yield cannot_tell("clock.nothing_trusted")
    else:
        if compared:
            yield yes("clock.right", offset_ms=max(abs(item.acquired.clock_offset_ms or 0) for item in compared))
        bounded = [followed[item.id] for item in manifest.items if item not in compared]
        if bounded:
            yield yes("clock.bounded", seconds=math.ceil(max(bounded).total_seconds()))


def _followed_by_stamps(state: State) -> dict[str, timedelta]:
    """How long after its ACQUIRED event each exhibit came under a trusted stamp, where that was soon."""
    found: dict[str, timedelta] = {}
    if state.log is None or not state.is_log_sound:
        return found
    for event in state.log.events:
        if event.kind is not EventKind.ACQUIRED:
            continue
        gaps = [
            abs(token.stamped_at - event.recorded_at)
            for token in state.tokens
            if token.is_trusted and token.head_size > event.index
        ]
        if gaps and min(gaps) <= _SOON:
            found[event.item_id] = min(gaps)
    return found


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
