"""Time-stamp tokens (RFC 3161): asking for them, carrying the requests, verifying what came back."""

from typing import TYPE_CHECKING

from evidence.late import later

if TYPE_CHECKING:
    from evidence.timestamps.asking import (
        TIMEOUT_S,
        Tsa,
        TsaAnswer,
        build_request,
        clock_offset_ms,
        request_token,
        request_tokens,
    )
    from evidence.timestamps.client import HttpTsaClient, TsaClient, check_url
    from evidence.timestamps.known import KnownAuthority, known_authorities
    from evidence.timestamps.response import MAX_RESPONSE_SIZE
    from evidence.timestamps.verification import TokenFacts, verify_response, verify_token


__all__ = [
    "MAX_RESPONSE_SIZE", "TIMEOUT_S", "HttpTsaClient", "KnownAuthority", "TokenFacts", "Tsa", "TsaAnswer", "TsaClient",
    "build_request", "check_url", "clock_offset_ms", "known_authorities", "request_token", "request_tokens",
    "verify_response", "verify_token",
]  # fmt: skip

if not TYPE_CHECKING:
    __getattr__ = later(__name__, {
        "asking": "TIMEOUT_S Tsa TsaAnswer build_request clock_offset_ms request_token request_tokens",
        "client": "HttpTsaClient TsaClient check_url",
        "known": "KnownAuthority known_authorities",
        "response": "MAX_RESPONSE_SIZE",
        "verification": "TokenFacts verify_response verify_token",
    })  # fmt: skip
