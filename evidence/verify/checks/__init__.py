"""The numbered checks. Each yields what it finds; none stops another."""

from evidence.verify.checks.container import check_container
from evidence.verify.checks.cosigning import check_cosignatures
from evidence.verify.checks.custody import check_custody
from evidence.verify.checks.files import check_bag, check_files
from evidence.verify.checks.format import check_format, read_listed_sizes
from evidence.verify.checks.redactions import check_redactions
from evidence.verify.checks.report import check_report_content, check_report_signature
from evidence.verify.checks.signature import check_manifest_signature, check_trust
from evidence.verify.checks.statements import check_clock, check_methods
from evidence.verify.checks.time import check_time

__all__ = [
    "check_bag", "check_clock", "check_container", "check_cosignatures", "check_custody", "check_files",
    "check_format", "check_manifest_signature", "check_methods", "check_redactions", "check_report_content",
    "check_report_signature", "check_time", "check_trust", "read_listed_sizes",
]  # fmt: skip
