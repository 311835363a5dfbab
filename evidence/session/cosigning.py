"""A second signature over somebody's package: checked first, then signed with a key of one's own or the vault's."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from evidence import manifest as layout
from evidence import package, verify
from evidence.errors import EvidenceError
from evidence.model import Answer, EventKind, SignedHead
from evidence.store import VAULT_LOG, Store

if TYPE_CHECKING:
    from evidence.package import PackageCoSigned, PackageSigner


def co_sign_package(
    forms: Sequence[Path],
    signer: PackageSigner,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    progress: Callable[[float, str], None] = lambda _share, _step: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> PackageCoSigned:
    """Add a second person's signature to a package, as folder, ZIP or both, after checking each form.

    Raises ``package.not_sound`` where any answer of the verifier is *no*, and as
    :func:`evidence.package.co_sign_package`.
    """
    for position, path in enumerate(forms):
        progress(0.5 * position / len(forms), "verifying")
        report = verify.verify_package(path, trust=verify.Trust(), now=now(), cancelled=cancelled)
        if any(claim.answer is Answer.NO for claim in report.claims):
            raise EvidenceError("package.not_sound", path=path)
    return package.co_sign_package(
        forms, signer=signer, progress=lambda done, step: progress(0.5 + 0.5 * done, step), cancelled=cancelled
    )


def co_sign_with_vault(
    store: Store,
    record: Callable[..., SignedHead],
    forms: Sequence[Path],
    now: Callable[[], datetime],
    progress: Callable[[float, str], None],
    cancelled: Callable[[], bool],
) -> PackageCoSigned:
    """The same with the vault's key; the vault's own log says which package was signed."""
    done = co_sign_package(forms, store.signer(), now=now, progress=progress, cancelled=cancelled)
    manifest = hashlib.sha256(package.open_package(forms[0]).read(layout.MANIFEST)).hexdigest()
    with store.transaction():
        record(VAULT_LOG, EventKind.CO_SIGNED, facts={"manifest_sha256": manifest})
    return done
