"""Answering for a package: every check in order, all are collected, then *yes*, *no* or *cannot tell* per claim."""

from evidence.verify.container import Unlock, find_packages
from evidence.verify.officer_keys import OfficerKey, load_officer_key, make_officer_key
from evidence.verify.receipts import is_receipt, load_receipt, make_receipt, read_receipt
from evidence.verify.render import render_text, to_document
from evidence.verify.trust import Trust, read_trust
from evidence.verify.untrusted import ChildParser, InProcessParser, Parser
from evidence.verify.verify import exit_code, verify_package

__all__ = [
    "ChildParser", "InProcessParser", "OfficerKey", "Parser", "Trust", "Unlock", "exit_code", "find_packages",
    "is_receipt", "load_officer_key", "load_receipt", "make_officer_key", "make_receipt", "read_receipt", "read_trust",
    "render_text", "to_document", "verify_package",
]  # fmt: skip
