"""What the reader trusts: an argument, never something that came with the package."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding

from evidence.digest import fingerprint_words
from evidence.errors import EvidenceError

_MAX_FILE = 4 << 20


@dataclass(frozen=True, slots=True)
class Trust:
    """Certificates are DER. ``fingerprint``: SHA-256 of the signer's certificate, hexadecimal, or its twelve words,
    as the reader got it on paper or by telephone."""

    certificates: tuple[bytes, ...] = ()
    """Signers' certificates, or certificates of authorities that issue them."""
    tsa_roots: tuple[bytes, ...] = ()
    """Roots of time-stamping authorities."""
    fingerprint: str = ""
    lists: tuple[tuple[str, str], ...] = ()
    """What the answers say of the lists that ``tsa_roots`` were taken from: facts by name."""


def read_trust(
    certificate_paths: Iterable[Path] = (), tsa_root_paths: Iterable[Path] = (), fingerprint: str = ""
) -> Trust:
    """Read the files that the reader named, PEM or DER, each with one or more certificates.

    Raises :class:`EvidenceError` ``verify.bad_certificate`` or ``verify.bad_fingerprint``.
    """
    clean = normal_fingerprint(fingerprint) if fingerprint.strip() else ""
    return Trust(
        certificates=tuple(der for path in certificate_paths for der in _read(path)),
        tsa_roots=tuple(der for path in tsa_root_paths for der in _read(path)),
        fingerprint=clean,
    )


def refuse_own_certificates(certificates: Iterable[Path], packages: Sequence[Path]) -> None:
    """A certificate from inside the package would make the package vouch for itself.

    Raises :class:`EvidenceError` ``verify.own_certificate``.
    """
    for certificate in certificates:
        for package in packages:
            if package.is_dir() and certificate.resolve().is_relative_to(package.resolve()):
                raise EvidenceError("verify.own_certificate", path=certificate)


def normal_fingerprint(text: str) -> str:
    """Sixty-four hexadecimal digits, or twelve words with one blank between; other marks are dropped.

    Anything shorter is refused: a few digits can be matched by trying keys.
    Raises :class:`EvidenceError` ``verify.bad_fingerprint``.
    """
    words = text.casefold().split()
    digits = re.sub(r"[\s:.\-]", "", text).casefold()
    if re.fullmatch(r"[0-9a-f]{64}", digits):
        return digits
    if len(words) == 12 and all(re.fullmatch(r"[a-z]{3,8}", word) for word in words):
        return " ".join(words)
    raise EvidenceError("verify.bad_fingerprint")


def is_fingerprint_of(fingerprint: str, certificate_sha256: str) -> bool:
    """Whether a normal fingerprint names the certificate with this SHA-256."""
    return fingerprint in (certificate_sha256, fingerprint_words(certificate_sha256))


def _read(path: Path) -> list[bytes]:
    try:
        with path.open("rb") as stream:
            data = stream.read(_MAX_FILE)
        # PEM is text: a package that was named by mistake holds certificates too, which must never be trusted.
        is_pem = b"-----BEGIN" in data and b"\0" not in data
        found = x509.load_pem_x509_certificates(data) if is_pem else [x509.load_der_x509_certificate(data)]
        return [certificate.public_bytes(Encoding.DER) for certificate in found]
    except (OSError, ValueError, UnsupportedAlgorithm) as problem:
        raise EvidenceError("verify.bad_certificate", path=path) from problem
