"""The verifier's options for a receipt: who signs, with which key, into which file."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from evidence.digest import fingerprint_groups, fingerprint_words
from evidence.errors import EvidenceError
from evidence.i18n import Texts
from evidence.model import VerificationReport
from evidence.verify.officer_keys import OfficerKey, load_officer_key, make_officer_key
from evidence.verify.receipts import make_receipt

_MAX_SECRET = 4096


def add_receipt_arguments(parser: argparse.ArgumentParser, t: Texts) -> None:
    """Add the options for a receipt to ``parser``."""
    group = parser.add_argument_group(t("a receipt for the person who handed it over"))
    group.add_argument("--receipt", type=Path, metavar="OUT.json", help=t("write a signed receipt; must not exist yet"))
    group.add_argument(
        "--officer-key", type=Path, metavar="FILE", help=t("PKCS #12 or PEM file with your key and certificate")
    )
    group.add_argument(
        "--officer-key-password-file", metavar="PATH", help=t("file with the password of that key in its first line")
    )
    group.add_argument(
        "--new-officer-key", action="store_true", help=t("make a fresh key in that file first; must not exist yet")
    )
    group.add_argument("--officer", default="", metavar="NAME", help=t("who received it: name, office"))
    group.add_argument("--note", default="", metavar="TEXT", help=t("what you want to add, a file number for example"))


def prepare(arguments: argparse.Namespace, t: Texts, packages: int) -> OfficerKey | None:
    """The key that will sign, loaded or made before any package is read; None: no receipt is wanted.

    Raises :class:`EvidenceError` ``receipt.one_package``, ``receipt.no_key``, ``receipt.no_receiver``,
    ``receipt.exists`` and those of :mod:`evidence.verify.officer_keys`.
    """
    if arguments.receipt is None:
        return None
    if packages != 1:
        raise EvidenceError("receipt.one_package")
    if arguments.officer_key is None:
        raise EvidenceError("receipt.no_key")
    if not arguments.officer.strip():
        raise EvidenceError("receipt.no_receiver")
    if arguments.receipt.exists():
        raise EvidenceError("receipt.exists", path=arguments.receipt)
    password = _password(arguments.officer_key_password_file)
    if arguments.new_officer_key:
        return make_officer_key(arguments.officer_key, arguments.officer, now=datetime.now(UTC), password=password)
    try:
        return load_officer_key(arguments.officer_key, password)
    except EvidenceError as problem:
        if problem.code != "receipt.key_password" or password or not sys.stdin.isatty():
            raise
    asked = getpass.getpass(f"{t('Password of the signing key')}: ", stream=sys.stderr)
    return load_officer_key(arguments.officer_key, asked)


def write_receipt(report: VerificationReport, key: OfficerKey, arguments: argparse.Namespace, t: Texts) -> list[str]:
    """Sign and write the receipt; returns the lines that say so.

    Raises :class:`EvidenceError` ``receipt.exists``, ``receipt.unwritable`` and those of
    :func:`evidence.verify.receipts.make_receipt`.
    """
    data = make_receipt(report, key, receiver=arguments.officer, note=arguments.note)
    path: Path = arguments.receipt
    try:
        with path.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
    except FileExistsError as problem:
        raise EvidenceError("receipt.exists", path=path) from problem
    except OSError as problem:
        raise EvidenceError("receipt.unwritable", path=path) from problem
    digest = key.certificate_sha256
    return [
        t("The receipt stands in {path}.", path=path),
        t("Tell the person the fingerprint of your key in another way than the file goes:"),
        f"    {fingerprint_groups(digest)}",
        f"    {fingerprint_words(digest)}",
    ]


def _password(source: str | None) -> str:
    if source is None:
        return ""
    try:
        with Path(source).open("rb") as stream:
            lines = stream.read(_MAX_SECRET).decode("utf-8").lstrip("\ufeff").splitlines()
    except (OSError, ValueError) as problem:
        raise EvidenceError("receipt.key_unreadable", path=source) from problem
    return lines[0] if lines else ""
