"""Answering for a package: every check in order, all are collected, then *yes*, *no* or *cannot tell* per claim."""

from typing import TYPE_CHECKING

from evidence.late import later

if TYPE_CHECKING:
    from evidence.verify.container import Unlock, find_packages, opened_by
    from evidence.verify.contents import ExhibitInside, FileInside, Inside, contents_of, read_original
    from evidence.verify.officer_keys import OfficerKey, load_officer_key, make_officer_key
    from evidence.verify.receipts import ensure_signable, is_receipt, load_receipt, make_receipt, read_receipt
    from evidence.verify.render import contents_lines, render_text, to_document
    from evidence.verify.trust import Trust, read_trust, refuse_own_certificates
    from evidence.verify.tsa_lists import TsaList, load_tsa_list, read_tsa_list, shipped_tsa_list, with_lists
    from evidence.verify.untrusted import ChildParser, InProcessParser, Parser
    from evidence.verify.verify import exit_code, verify_package


__all__ = [
    "ChildParser", "ExhibitInside", "FileInside", "InProcessParser", "Inside", "OfficerKey", "Parser", "Trust",
    "TsaList",
    "Unlock", "contents_lines", "contents_of", "ensure_signable", "exit_code", "find_packages", "is_receipt",
    "load_officer_key", "load_receipt", "load_tsa_list", "make_officer_key", "make_receipt", "opened_by",
    "read_original", "read_receipt", "read_trust", "read_tsa_list", "refuse_own_certificates", "render_text",
    "shipped_tsa_list", "to_document", "verify_package", "with_lists",
]  # fmt: skip

if not TYPE_CHECKING:
    __getattr__ = later(__name__, {
        "container": "Unlock find_packages opened_by",
        "contents": "ExhibitInside FileInside Inside contents_of read_original",
        "officer_keys": "OfficerKey load_officer_key make_officer_key",
        "receipts": "ensure_signable is_receipt load_receipt make_receipt read_receipt",
        "render": "contents_lines render_text to_document",
        "trust": "Trust read_trust refuse_own_certificates",
        "tsa_lists": "TsaList load_tsa_list read_tsa_list shipped_tsa_list with_lists",
        "untrusted": "ChildParser InProcessParser Parser",
        "verify": "exit_code verify_package",
    })  # fmt: skip
