"""Check 9: what time-stamping authorities have confirmed (RFC 3161). Intact, valid and trusted are three things."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from evidence.manifest import REPORT, SIGNATURE, TOKENS_FOLDER, head_path
from evidence.model import EventKind
from evidence.verify.checks.signature import failure
from evidence.verify.state import MAX_NAMED, Outcome, State, TokenFound, aside, cannot_tell, no, yes
from evidence.verify.untrusted import TokenAnswer, TokenRequest

TOLERANCE = timedelta(minutes=5)
"""How far two honest clocks may differ."""

_NAME = re.compile(r"(?:signature|head-(\d{8}))-[a-z0-9]{1,32}\.tsr")
_MAX_TOKENS = 200


def check_time(state: State) -> Iterator[Outcome]:
    """Check every token, then say before which time all exhibits existed.

    A token that does not fit is an answer of *no*, whatever other tokens say: someone put it there.
    """
    manifest = state.need_manifest()
    found: list[Outcome] = []
    stated = {token.path: token.head_size for token in manifest.tokens}
    paths = sorted(path for path in state.package_files() if path.startswith(f"{TOKENS_FOLDER}/"))
    for path in paths[:_MAX_TOKENS]:
        found.append(_check_file(state, path, stated.get(path)))
    found += [no("time.token_missing", path=path) for path in sorted(stated.keys() - set(paths))]
    if len(paths) > _MAX_TOKENS:
        found.append(no("time.too_many"))
    if state.cms is not None:
        found += [_check(state, SIGNATURE, 0, state.cms.signature_value, token) for token in state.cms.tokens]
    found += check_report_tokens(state)
    yield from found[:MAX_NAMED]
    hidden = [outcome for outcome in found[MAX_NAMED:] if outcome.answer.value == "no"]
    yield from hidden[:1]
    yield _conclusion(state, bool(found))


def check_report_tokens(state: State) -> list[Outcome]:
    """The tokens over the report's own signature."""
    if state.report is None or not state.is_report_signed:
        return []
    return [_check(state, REPORT, 0, state.report.signature_value, token) for token in state.report.tokens]


def _check_file(state: State, path: str, stated_size: int | None) -> Outcome:
    data = state.reading.kept.get(path)
    name = _NAME.fullmatch(path.removeprefix(f"{TOKENS_FOLDER}/"))
    if data is None or name is None:
        state.damaged.setdefault(path, "changed")
        return no("time.unknown_file", path=path)
    size = int(name[1] or 0)
    if stated_size is not None and stated_size != size:
        return no("time.other_head", path=path)
    if not name[1]:
        if state.cms is None:
            return cannot_tell("time.needs_signature", path=path)
        return _check(state, path, 0, state.cms.signature_value, data, is_bare=False)
    head = state.reading.kept.get(head_path(size))
    if head is None or (state.is_log_sound and size not in state.heads):
        state.damaged.setdefault(path, "added")
        return no("time.unknown_head", path=path)
    if not state.is_log_sound:
        return cannot_tell("time.needs_log", path=path)
    return _check(state, path, size, head, data, is_bare=False)


def _check(state: State, path: str, size: int, stamped: bytes, token: bytes, *, is_bare: bool = True) -> Outcome:
    digest = hashlib.sha256(stamped).digest()
    answer = state.parser.ask(TokenRequest(token, digest, state.trust.tsa_roots, is_bare))
    if not isinstance(answer, TokenAnswer):
        return failure(state, path, answer)
    if not answer.is_intact or not answer.is_valid or answer.stamped_at is None:
        state.damaged.setdefault(path, "changed")
        return no("time.invalid" if answer.is_intact else "time.not_intact", path=path)
    if answer.stamped_at > state.now + TOLERANCE:
        return no("time.future", path=path, stamped_at=answer.stamped_at)
    found = TokenFound(path, size, answer.stamped_at, answer.tsa_name, answer.is_trusted)
    state.tokens.append(found)
    index = len(state.tokens)
    state.facts |= {
        f"token.{index}.path": path,
        f"token.{index}.tsa_name": answer.tsa_name,
        f"token.{index}.tsa_sha256": answer.certificate_sha256,
        f"token.{index}.stamped_at": answer.stamped_at.isoformat(),
        f"token.{index}.trusted": "yes" if answer.is_trusted else "no",
    }
    code = "time.trusted" if answer.is_trusted else "time.untrusted"
    make = yes if answer.is_trusted else cannot_tell
    return aside(make(code, path=path, name=answer.tsa_name, stamped_at=answer.stamped_at))


def _conclusion(state: State, is_any_there: bool) -> Outcome:
    """Before which time each exhibit existed: the earliest trusted token that covers its acquisition."""
    if not is_any_there:
        return cannot_tell("time.no_token")
    trusted = [token for token in state.tokens if token.is_trusted]
    if not trusted:
        return cannot_tell("time.none_trusted", count=len(state.tokens))
    before: list[datetime] = []
    for item in state.need_manifest().items:
        earliest = _earliest(state, item.id, trusted)
        if earliest is None:
            return cannot_tell("time.not_all_covered", number=item.number)
        state.facts[f"exhibit.{item.number}.existed_before"] = earliest.isoformat()
        before.append(earliest)
    latest = max(before, default=min(token.stamped_at for token in trusted))
    state.facts["existed_before"] = latest.isoformat()
    return yes("time.existed_before", before_at=latest, trusted=len(trusted), count=len(state.tokens))


def _earliest(state: State, item_id: str, trusted: list[TokenFound]) -> datetime | None:
    events = state.log.events if state.log is not None and state.is_log_sound else ()
    index = next((each.index for each in events if each.item_id == item_id and each.kind is EventKind.ACQUIRED), None)
    covering = [
        token.stamped_at for token in trusted if not token.head_size or (index is not None and index < token.head_size)
    ]
    return min(covering, default=None)
