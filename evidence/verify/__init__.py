"""Answering for a package: every check in order, all are collected, then *yes*, *no* or *cannot tell* per claim."""

from evidence.verify.container import find_packages
from evidence.verify.render import render_text, to_document
from evidence.verify.trust import Trust, read_trust
from evidence.verify.untrusted import ChildParser, InProcessParser, Parser
from evidence.verify.verify import exit_code, verify_package

__all__ = [
    "ChildParser", "InProcessParser", "Parser", "Trust", "exit_code", "find_packages", "read_trust", "render_text",
    "to_document", "verify_package",
]  # fmt: skip
