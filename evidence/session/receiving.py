"""Bringing a receipt home: what a receiver signed about a package of this vault."""

from __future__ import annotations

from pathlib import Path

from evidence.custody import check_growth, verify_head
from evidence.errors import EvidenceError
from evidence.model import Case, EventKind, Receipt, ReceiptRead, SignedHead
from evidence.session.stamping import Record
from evidence.store import Store
from evidence.verify import Parser, load_receipt

_VAULT_IS_OLDER = frozenset({"custody.rolled_back", "custody.forked"})


def import_receipt(store: Store, record: Record, case: Case, path: Path, parser: Parser | None = None) -> ReceiptRead:
    """Check a receipt against the case, and log it. What is logged stays in the log for ever; the file itself stays
    where it is.

    Raises :class:`EvidenceError` as :func:`evidence.verify.load_receipt`, and ``receipt.other_case``,
    ``receipt.forged_head``, ``receipt.vault_is_older``, ``receipt.unknown_package``, ``receipt.other_manifest``,
    ``receipt.already_there``.
    """
    read = load_receipt(path, parser)
    receipt = read.receipt
    if receipt.case_id != case.id:
        raise EvidenceError("receipt.other_case")
    # Heads first: a vault that was put back to an older state does not know the package either, and that is the
    # graver of the two.
    for head in receipt.heads:
        _check_head(store, case, head)
    _check_package(store, case, receipt)
    events = store.log.events(case.id)
    if any(event.kind is EventKind.RECEIPT and event.facts.get("receipt_sha256") == read.sha256 for event in events):
        raise EvidenceError("receipt.already_there")
    with store.transaction():
        record(
            case.id,
            EventKind.RECEIPT,
            facts={
                "package_id": receipt.package_id,
                "manifest_sha256": receipt.manifest_sha256,
                "receipt_sha256": read.sha256,
                "signer": receipt.certificate_sha256,
                "heads": ",".join(str(head.head.size) for head in receipt.heads),
                "verified_at": receipt.verified_at.isoformat(),
            },
        )
    return read


def _check_head(store: Store, case: Case, head: SignedHead) -> None:
    if head.head.log_id != case.id or not verify_head(head, store.signer().certificate_der):
        raise EvidenceError("receipt.forged_head")
    try:
        check_growth(store.log, case.id, head)
    except EvidenceError as problem:
        if problem.code in _VAULT_IS_OLDER:
            raise EvidenceError("receipt.vault_is_older", size=head.head.size) from problem
        raise


def _check_package(store: Store, case: Case, receipt: Receipt) -> None:
    made = [each for each in store.packages.of_case(case.id) if each.package_id == receipt.package_id]
    if not made:
        raise EvidenceError("receipt.unknown_package")
    if made[0].manifest_sha256 != receipt.manifest_sha256:
        raise EvidenceError("receipt.other_manifest")
