"""The verifier's options for packages that were encrypted for a hand-over."""

from __future__ import annotations

import argparse
from pathlib import Path

from evidence.errors import EvidenceError
from evidence.i18n import Texts
from evidence.verify import Unlock

_MAX_FILE = 64 << 10


def add_unlock_arguments(parser: argparse.ArgumentParser, t: Texts) -> None:
    """Add the options to ``parser``."""
    parser.add_argument(
        "--passphrase-file", type=Path, metavar="PATH",
        help=t("file with the passphrase of an encrypted package in its first line"),
    )  # fmt: skip
    parser.add_argument(
        "--identity", action="append", default=[], type=Path, metavar="FILE",
        help=t("your age identity or SSH key, for a package encrypted with age"),
    )  # fmt: skip


def read_unlock(arguments: argparse.Namespace) -> Unlock:
    """What the words name. Raises :class:`EvidenceError` ``verify.secret_unreadable``, also for an empty file."""
    passphrase = ""
    if arguments.passphrase_file is not None:
        try:
            lines = _read(arguments.passphrase_file).decode("utf-8").lstrip("\ufeff").splitlines()
        except UnicodeDecodeError as problem:
            raise EvidenceError("verify.secret_unreadable", path=arguments.passphrase_file) from problem
        passphrase = lines[0] if lines else ""
        if not passphrase:
            raise EvidenceError("verify.secret_unreadable", path=arguments.passphrase_file)
    return Unlock(passphrase, tuple(_read(path) for path in arguments.identity))


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(_MAX_FILE)
    except (OSError, ValueError) as problem:
        raise EvidenceError("verify.secret_unreadable", path=path) from problem
