"""Checking packages for a reader who has no vault: one or a stick full of them, a report to print, a receipt."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from evidence import media, package, verify
from evidence.digest import fingerprint_words
from evidence.errors import CancelledError, EvidenceError
from evidence.i18n import Language, texts
from evidence.model import Exposure, VerificationReport
from evidence.session.ports import Ports, real_ports
from evidence.verify import ChildParser, TsaList, Unlock

MAX_SECRET_FILE = 64 << 10
_MAX_NAMES = 1000
_LOCKED = frozenset({"verify.encrypted", "verify.wrong_passphrase", "verify.bad_identity", "verify.not_for_us"})


@dataclass(frozen=True, slots=True)
class Known:
    """What the reader got in another way than the packages, and what opens encrypted ones."""

    certificates: Sequence[Path] = ()
    """Certificates of signers, or of authorities that issue them."""
    tsa_roots: Sequence[Path] = ()
    fingerprint: str = ""
    passphrase: str = field(default="", repr=False)
    identities: Sequence[Path] = ()
    """Files with age identities or private SSH keys."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One package: its report, or why there is none."""

    path: Path
    report: VerificationReport | None = None
    problem: EvidenceError | None = None
    opened_by: str = ""
    """What an encrypted package needs: ``passphrase`` or ``key``; else empty."""


@dataclass(frozen=True, slots=True)
class ReceiptWritten:
    """A receipt that was signed, and by which key."""

    path: Path
    certificate_sha256: str
    words: str


def check_packages(
    places: Sequence[Path], known: Known, *,
    tsa_lists: Sequence[TsaList] = (),
    progress: Callable[[float, str], None] = lambda _share, _step: None,
    cancelled: Callable[[], bool] = lambda: False,
    ports: Ports | None = None,
) -> list[Checked]:  # fmt: skip
    """Check the package at each of ``places``, or every package directly in it where it is a folder with several.

    Offline; nothing is written. A package that cannot be opened does not stop the others. Raises
    :class:`EvidenceError` for what the reader named (``verify.bad_certificate``, ``verify.bad_fingerprint``,
    ``verify.own_certificate``, ``verify.secret_unreadable``), and :class:`CancelledError`.
    """
    packages = list(dict.fromkeys(found for place in places for found in verify.find_packages(place)))
    verify.refuse_own_certificates([*known.certificates, *known.tsa_roots], packages)
    given = verify.read_trust(known.certificates, known.tsa_roots, known.fingerprint)
    trust, unlock = verify.with_lists(given, tsa_lists), unlock_of(known)
    now = (ports or real_ports()).clock().at
    found: list[Checked] = []
    parser = ChildParser()
    try:
        for position, path in enumerate(packages):
            if cancelled():
                raise CancelledError

            def move(share: float, done: int = position) -> None:
                progress((done + share) / len(packages), "verifying")

            try:
                report = verify.verify_package(
                    path, trust=trust, now=now, progress=move, cancelled=cancelled, parser=parser, unlock=unlock
                )
                found.append(Checked(path, report))
            except EvidenceError as problem:
                needs = verify.opened_by(path) if problem.code in _LOCKED else ""
                found.append(Checked(path, problem=problem, opened_by=needs))
    finally:
        parser.close()
    return found


def unlock_of(known: Known) -> Unlock:
    """Read what opens encrypted packages. Raises :class:`EvidenceError` ``verify.secret_unreadable``."""
    identities = []
    for path in known.identities:
        try:
            with path.open("rb") as stream:
                identities.append(stream.read(MAX_SECRET_FILE))
        except (OSError, ValueError) as problem:
            raise EvidenceError("verify.secret_unreadable", path=path) from problem
    return Unlock(known.passphrase, tuple(identities))


def package_contents(checked: Checked, known: Known) -> verify.Inside:
    """Names, sizes and notes inside a package that was checked; nothing before someone asks.

    Raises as :func:`evidence.verify.contents_of`, and ``verify.no_contents``.
    """
    if checked.report is None:
        raise EvidenceError("verify.no_contents")
    return verify.contents_of(checked.report, checked.path, unlock_of(known))


def picture_inside(
    checked: Checked, known: Known, file: verify.FileInside, exposure: Exposure = Exposure.BLURRED, max_side: int = 480
) -> bytes | None:
    """A picture of one original in that exposure, decoded in a child process; None when it cannot be decoded.

    Raises as :func:`evidence.verify.read_original`.
    """
    if checked.report is None:
        raise EvidenceError("verify.no_contents")
    data = verify.read_original(checked.report, checked.path, file, unlock_of(known))
    try:
        with media.MediaWorker() as worker:
            return media.preview(io.BytesIO(data), worker=worker, exposure=exposure, max_side=max_side)
    except EvidenceError as problem:
        if problem.code.startswith("media."):
            return None
        raise


def save_verification(
    reports: Sequence[VerificationReport], folder: Path, language: Language, *, fonts: package.FontFiles | None = None
) -> Path:
    """Write the verification report to print into ``folder``, beside whatever is there; returns its path.

    Raises :class:`EvidenceError` ``verify.report_unwritable``, ``verify.no_font``, ``verify.bad_font``.
    """
    from evidence.verify.paper import render_pdf  # typesetting is not needed to answer

    faces = [fonts] if fonts is not None else package.find_fonts(package.font_folders())
    if not faces:
        raise EvidenceError("verify.no_font")
    data = render_pdf(reports, texts(language), faces[0].regular)
    try:
        return _write(data, folder, f"verification-{_stamp(reports[0].verified_at)}", ".pdf")
    except (OSError, ValueError) as problem:
        raise EvidenceError("verify.report_unwritable", path=folder) from problem


def sign_receipt(
    report: VerificationReport, folder: Path, *, key_file: Path, makes_key: bool = False, password: str = "",
    receiver: str, note: str = "", ports: Ports | None = None,
) -> ReceiptWritten:  # fmt: skip
    """Sign a receipt for what ``report`` says and write it into ``folder``.

    ``key_file`` holds the receiver's own key; with ``makes_key`` a fresh one is made there first. Raises
    :class:`EvidenceError` ``receipt.unwritable`` and those of :mod:`evidence.verify.officer_keys` and
    :func:`evidence.verify.make_receipt`.
    """
    if makes_key:
        verify.ensure_signable(report, receiver=receiver, note=note)  # a key that nothing is signed with is not made
        key = verify.make_officer_key(key_file, receiver, now=(ports or real_ports()).clock().at, password=password)
    else:
        key = verify.load_officer_key(key_file, password)
    data = verify.make_receipt(report, key, receiver=receiver, note=note)
    try:
        path = _write(data, folder, f"receipt-{_stamp(report.verified_at)}", ".json")
    except (OSError, ValueError) as problem:
        raise EvidenceError("receipt.unwritable", path=folder) from problem
    return ReceiptWritten(path, key.certificate_sha256, fingerprint_words(key.certificate_sha256))


def _stamp(at: datetime) -> str:
    return at.strftime("%Y%m%d-%H%M%S")


def _write(data: bytes, folder: Path, stem: str, suffix: str) -> Path:
    """Write a new file, whole, never over one that is there. Raises :class:`OSError`."""
    number = 1
    while True:
        path = folder / (f"{stem}{suffix}" if number == 1 else f"{stem}-{number}{suffix}")
        try:
            stream = path.open("xb")
        except FileExistsError:
            number += 1
            if number > _MAX_NAMES:
                raise
            continue
        try:
            with stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
        except OSError:
            path.unlink(missing_ok=True)  # half a report or receipt is none; Windows removes it only once it is closed
            raise
        return path
