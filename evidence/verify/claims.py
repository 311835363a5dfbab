"""From checks to claims: what a person needs to know, each *yes*, *no* or *cannot tell*."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evidence.manifest import FileRole
from evidence.model import Answer, Check, Claim, ClaimName
from evidence.verify.container import key_of
from evidence.verify.state import State

_RESTS_ON_SIGNATURE = frozenset(
    {ClaimName.TIME, ClaimName.CLOCK, ClaimName.CUSTODY, ClaimName.METHOD, ClaimName.SIGNER, ClaimName.REDACTION}
)
_PAYLOAD = (FileRole.ORIGINAL, FileRole.DERIVED)
_RESTS_ON_ORIGINALS = frozenset({ClaimName.TIME, ClaimName.CUSTODY, ClaimName.METHOD})


@dataclass(frozen=True, slots=True)
class Counted:
    """A check with whether it decides its claim."""

    check: Check
    counts: bool


def make_claims(counted: Sequence[Counted], state: State) -> tuple[Claim, ...]:
    """One claim for each name, in order; of redaction only where a copy is redacted. The worst answer among its checks
    decides; without one it cannot be told.

    Manifest, signature and report are bound by the signatures alone, so these decide completeness too. What rests on
    a signature that does not hold, or on originals that were changed, is never *yes*.
    """
    asked = {each.check.claim for each in counted}
    return tuple(
        _claim(name, counted, state) for name in ClaimName if name is not ClaimName.REDACTION or name in asked
    )  # fmt: skip


def _claim(name: ClaimName, counted: Sequence[Counted], state: State) -> Claim:
    if name is ClaimName.ORIGIN:
        return Claim(name, Answer.CANNOT_TELL, "origin.never")
    names = (name, ClaimName.SIGNED) if name is ClaimName.COMPLETE else (name,)
    checks = [each.check for each in counted if each.counts and each.check.claim in names]
    answer = worst(check.answer for check in checks)
    if name is ClaimName.COMPLETE and answer is not Answer.NO and state.damaged:
        # A token that was added later and is none: check 9 found it, but it is a file that does not belong.
        answer, checks = Answer.NO, [each.check for each in counted if each.check.answer is Answer.NO]
    if answer is Answer.YES:
        if name in _RESTS_ON_SIGNATURE and state.cms is None:
            return Claim(name, Answer.CANNOT_TELL, "rests.on_signature")
        if name is ClaimName.REPORT and not state.is_report_signed:
            return Claim(name, Answer.CANNOT_TELL, "rests.on_report_signature")
        if name in _RESTS_ON_ORIGINALS and not _are_originals_sound(state):
            return Claim(name, Answer.CANNOT_TELL, "rests.on_originals")
    numbers = sorted({check.number for check in checks if check.answer is answer})
    return Claim(name, answer, f"{name.value}.{answer.value}", _params(name, answer, checks, numbers, state))


def _are_originals_sound(state: State) -> bool:
    files = state.manifest.files if state.manifest is not None else ()
    return not any(key_of(file.path) in state.damaged for file in files if file.role in _PAYLOAD)


def worst(answers: Iterable[Answer]) -> Answer:
    """*No* before *cannot tell* before *yes*; nothing at all cannot be told."""
    found = set(answers)
    if Answer.NO in found:
        return Answer.NO
    return Answer.YES if found == {Answer.YES} else Answer.CANNOT_TELL


def _params(
    name: ClaimName, answer: Answer, checks: Sequence[Check], numbers: list[int], state: State
) -> dict[str, str]:
    params = {"checks": ", ".join(map(str, numbers))}
    if name is ClaimName.COMPLETE:
        params["count"] = str(len(state.damaged) if answer is Answer.NO else len(state.reading.sizes))
    if name in (ClaimName.SIGNED, ClaimName.SIGNER):
        params["words"] = state.facts.get("signer_words", "")
    if name is ClaimName.TIME and answer is Answer.YES:
        params |= next(check.params for check in checks if check.reason == "time.existed_before")
    if name is ClaimName.METHOD and state.manifest is not None:
        params["count"] = str(len(state.manifest.items))
    return params
