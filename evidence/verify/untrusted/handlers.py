"""From request to answer. Whatever a parser does with hostile bytes ends here as a :class:`Failure`."""

from __future__ import annotations

from evidence.verify.untrusted.messages import Answer, CmsRequest, Failure, ReportRequest, Request, TokenRequest


def answer(request: Request) -> Answer:
    """Run the parser that ``request`` asks for; the parsers are imported when first needed."""
    try:
        if isinstance(request, CmsRequest):
            from evidence.verify.untrusted.signature import check_cms

            return check_cms(request)
        if isinstance(request, ReportRequest):
            from evidence.verify.untrusted.report import check_report

            return check_report(request)
        if isinstance(request, TokenRequest):
            from evidence.verify.untrusted.tokens import check_token

            return check_token(request)
        from evidence.verify.untrusted.chain import check_chain

        return check_chain(request)
    except (MemoryError, RecursionError) as problem:
        return Failure("too_greedy", type(problem).__name__)
    except Exception as problem:  # noqa: BLE001 - the border of foreign parsers: any failure means unreadable bytes
        return Failure("malformed", type(problem).__name__)


def warm_up() -> None:
    """Import what most packages need, while the parent is still digesting files."""
    import evidence.verify.untrusted.chain
    import evidence.verify.untrusted.report
    import evidence.verify.untrusted.signature
    import evidence.verify.untrusted.tokens  # noqa: F401
