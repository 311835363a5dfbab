"""Parsers of PDF, CMS and certificates that a stranger made: run in a child process with limits."""

from evidence.verify.untrusted.messages import (
    Answer,
    ChainAnswer,
    ChainRequest,
    CmsAnswer,
    CmsRequest,
    Failure,
    ReportAnswer,
    ReportRequest,
    Request,
    TokenAnswer,
    TokenRequest,
)
from evidence.verify.untrusted.worker import ChildParser, InProcessParser, Parser

__all__ = [
    "Answer", "ChainAnswer", "ChainRequest", "ChildParser", "CmsAnswer", "CmsRequest", "Failure", "InProcessParser",
    "Parser", "ReportAnswer", "ReportRequest", "Request", "TokenAnswer", "TokenRequest",
]  # fmt: skip
