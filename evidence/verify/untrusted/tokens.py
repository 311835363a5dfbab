"""Time-stamp tokens (RFC 3161), checked by :mod:`evidence.timestamps`."""

from __future__ import annotations

from evidence.errors import EvidenceError
from evidence.timestamps import verify_response, verify_token
from evidence.verify.untrusted.messages import TokenAnswer, TokenRequest


def check_token(request: TokenRequest) -> TokenAnswer:
    """Check one token. Raises what the parsers raise on bytes that are no token."""
    verify = verify_token if request.is_bare else verify_response
    try:
        facts = verify(request.response, request.digest, roots=request.tsa_roots)
    except EvidenceError as problem:
        return TokenAnswer(is_intact=False, is_valid=False, is_trusted=False, problem=problem.code)
    return TokenAnswer(
        is_intact=facts.intact,
        is_valid=facts.valid,
        is_trusted=facts.trusted,
        stamped_at=facts.stamped_at,
        tsa_name=facts.tsa_name,
        certificate_sha256=facts.certificate_sha256,
        policy=facts.policy,
        serial=facts.serial,
        problem=facts.problems[0].code if facts.problems else "",
    )
