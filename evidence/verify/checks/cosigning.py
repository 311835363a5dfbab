"""Check 13: other people's signatures over the manifest. Each stands on its own; none lends the package any trust."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from evidence.digest import fingerprint_words
from evidence.manifest import COSIGNATURE_PREFIX, MANIFEST, cosignature_number
from evidence.verify.checks.signature import content_digests, failure
from evidence.verify.state import Impossible, Outcome, State, aside, cannot_tell, no, yes
from evidence.verify.untrusted import ChainAnswer, ChainRequest, CmsAnswer, CmsRequest

_MAX_COSIGNATURES = 20


def check_cosignatures(state: State) -> Iterator[Outcome]:
    """Whether each co-signature is sound, by a key of its own, and whether the reader knows that key.

    Nothing is said where there is none. One that does not hold is an answer of *no*: somebody put it there.
    """
    paths = [path for path in state.package_files() if path.startswith(COSIGNATURE_PREFIX)]
    numbered = sorted((cosignature_number(path), path) for path in paths if cosignature_number(path))
    if not numbered:
        return
    content = state.reading.kept.get(MANIFEST)
    if content is None:
        raise Impossible("needs.manifest")
    digests = content_digests(content)
    for number, path in numbered[:_MAX_COSIGNATURES]:
        yield _check(state, number, path, digests)
    if len(numbered) > _MAX_COSIGNATURES:
        yield no("cosigned.too_many")


def _check(state: State, number: int, path: str, digests: dict[str, bytes]) -> Outcome:
    data = state.reading.kept.get(path)
    if data is None:
        state.damaged.setdefault(path, "changed")
        return no("cosigned.invalid", path=path)
    answer = state.parser.ask(CmsRequest(data, digests, ""))
    if not isinstance(answer, CmsAnswer):
        return failure(state, path, answer)
    if answer.problem:
        state.damaged.setdefault(path, "changed")
        return no("cosigned.invalid", path=path)
    sha256 = hashlib.sha256(answer.certificate).hexdigest()
    if state.manifest is not None and sha256 == state.manifest.signer.certificate_sha256:
        state.damaged.setdefault(path, "added")
        return no("cosigned.same_key", path=path)
    is_known = _is_known(state, answer)
    words = fingerprint_words(sha256)
    state.facts |= {
        f"cosigner.{number}.sha256": sha256,
        f"cosigner.{number}.words": words,
        f"cosigner.{number}.subject": answer.subject,
        f"cosigner.{number}.trusted": "yes" if is_known else "no",
    }
    make, code = (yes, "cosigned.known") if is_known else (cannot_tell, "cosigned.unknown")
    return aside(make(code, name=answer.subject, words=words))


def _is_known(state: State, cms: CmsAnswer) -> bool:
    """By a certificate that the reader gave, or one under it now. Nothing proves when a co-signature was made, so no
    earlier time counts."""
    given = state.trust.certificates
    if not given or cms.certificate in given:
        return bool(given)
    answer = state.parser.ask(ChainRequest(cms.certificate, cms.certificates, given, state.now))
    return isinstance(answer, ChainAnswer) and answer.is_trusted
