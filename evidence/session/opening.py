"""Verbs that need no unlocked vault: make one, open one, verify a package, name the monitors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from evidence import store, verify
from evidence.model import Examiner, VerificationReport
from evidence.session.ports import Ports, real_ports
from evidence.session.session import Session, never_cancelled, no_progress
from evidence.session.unlocking import Given

if TYPE_CHECKING:
    from evidence.capture import Screen, Window


def create_vault(
    path: Path, passphrase: str, *, examiner: Examiner, ports: Ports | None = None, cost: store.Argon2Cost | None = None
) -> tuple[Session, str]:
    """Make a vault and open it. Also gives the recovery key, which is shown once and kept nowhere.

    Raises ``vault.passphrase_empty``, ``vault.already_exists`` and what :func:`evidence.store.create` raises.
    """
    outside = ports or real_ports()
    opened, recovery_key = store.create(
        path, store.Passphrase(passphrase), cost=cost, now=outside.clock().at, program=outside.tool().version
    )
    session = Session(opened, outside)
    session.begin(examiner)
    return session, recovery_key


def open_vault(
    path: Path,
    *,
    passphrase: str | None = None,
    recovery_key: str | None = None,
    given: Given | None = None,
    ports: Ports | None = None,
) -> Session:
    """Unlock a vault with its passphrase, its recovery key, or whatever else is ``given``.

    Raises ``vault.wrong_passphrase``, ``vault.wrong_recovery_key``, ``vault.recovery_key_mistyped``,
    ``vault.open_elsewhere`` and what :func:`evidence.store.open_store` raises.
    """
    secret = (given or Given(passphrase=passphrase, recovery_key=recovery_key)).secret()
    outside = ports or real_ports()
    return Session(store.open_store(path, secret, now=outside.clock().at, program=outside.tool().version), outside)


def restore_vault(
    backup: Path,
    given: Given,
    path: Path,
    *,
    progress: Callable[[float, str], None] = no_progress,
    cancelled: Callable[[], bool] = never_cancelled,
    ports: Ports | None = None,
) -> store.BackupOutcome:
    """Make a vault in ``path`` (missing or empty) from a backup, every byte verified.

    When it is stopped, ``path`` is no vault yet; the same call goes on where it was. Raises as :func:`open_vault`,
    ``vault.already_exists``, and :class:`CancelledError`.
    """
    now = (ports or real_ports()).clock().at
    return store.restore(
        backup, given.secret(), path, now=now, progress=lambda share: progress(share, "copying"), cancelled=cancelled
    )


def rekey_vault(
    path: Path,
    given: Given,
    *,
    actor: str,
    progress: Callable[[float, str], None] = no_progress,
    cancelled: Callable[[], bool] = never_cancelled,
    cost: store.Argon2Cost | None = None,
    ports: Ports | None = None,
) -> tuple[Session, str, tuple[store.SlotInfo, ...]]:
    """Give a locked vault a new master key: for when someone may have kept the old one.

    Gives the opened session, the new recovery key (shown once; empty when the recovery key itself was given), and the
    ways to unlock that are gone because their secrets are not known here. Raises as :func:`open_vault`, and
    ``vault.object_damaged`` or ``vault.object_missing`` when an original is not whole.
    """
    outside = ports or real_ports()
    made = store.rekey(
        path, given.secret(), actor=actor, now=outside.clock().at, cost=cost, program=outside.tool().version,
        progress=lambda share: progress(share, "sealing"), cancelled=cancelled,
    )  # fmt: skip
    return Session(made.store, outside), made.recovery_key, made.dropped


def verify_package(
    path: Path,
    *,
    trust_paths: Sequence[Path] = (),
    tsa_root_paths: Sequence[Path] = (),
    fingerprint: str = "",
    progress: Callable[[float, str], None] = no_progress,
    cancelled: Callable[[], bool] = never_cancelled,
    ports: Ports | None = None,
) -> VerificationReport:
    """Check a package, offline, as the stand-alone verifier does."""
    trust = verify.read_trust(certificate_paths=trust_paths, tsa_root_paths=tsa_root_paths, fingerprint=fingerprint)
    now = (ports or real_ports()).clock().at
    return verify.verify_package(
        path, trust=trust, now=now, progress=lambda share: progress(share, "verifying"), cancelled=cancelled
    )


def screens(ports: Ports | None = None) -> list[Screen]:
    """The monitors of this computer, in pixels of the whole desktop. Raises ``capture.no_display``."""
    return list((ports or real_ports()).grabber().screens())


def windows(ports: Ports | None = None) -> list[Window]:
    """The windows of other programs that can be pictured, topmost first; none where the system does not tell."""
    return list((ports or real_ports()).grabber().windows())
