"""What the words say about secrets: where the passphrase, the recovery key, the shares or the private key stand."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from app.cli.console import Console
from evidence.errors import EvidenceError
from evidence.i18n import Texts
from evidence.session import Given

MAX_KEY_FILE = 64 * 1024


def secret_options(t: Texts) -> argparse.ArgumentParser:
    """The options of every command that opens a vault."""
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument(
        "--passphrase-file", metavar="PATH", help=t("file with the passphrase in its first line; - is standard input")
    )
    options.add_argument(
        "--recovery-key-file", metavar="PATH", help=t("file with the recovery key, instead of the passphrase")
    )
    options.add_argument(
        "--share-file", action="append", default=[], metavar="PATH",
        help=t("file with one recovery share; give two of them, instead of the passphrase"),
    )  # fmt: skip
    options.add_argument(
        "--key-file", type=Path, metavar="PATH", help=t("PEM file with a private key, instead of the passphrase")
    )
    options.add_argument(
        "--key-password-file", metavar="PATH", help=t("file with the password of the private key, if it has one")
    )
    return options


def given(arguments: argparse.Namespace, console: Console) -> Given:
    """The secret that the words name; without any of them the passphrase is asked for.

    Raises ``cli.several_secrets`` and those of :meth:`Console.secret`.
    """
    t = console.t
    named = [arguments.passphrase_file, arguments.recovery_key_file, arguments.share_file or None, arguments.key_file]
    if len([name for name in named if name is not None]) > 1:
        raise EvidenceError("cli.several_secrets")
    if arguments.recovery_key_file is not None:
        return Given(recovery_key=console.secret(arguments.recovery_key_file, t("Recovery key")))
    if arguments.share_file:
        return Given(shares=[console.secret(path, t("Recovery share")) for path in arguments.share_file])
    if arguments.key_file is not None:
        password = None
        if arguments.key_password_file is not None:
            password = console.secret(arguments.key_password_file, t("Password of the private key"))
        return Given(private_key=read_key_file(arguments.key_file), private_key_password=password)
    return Given(passphrase=console.secret(arguments.passphrase_file, t("Passphrase")))


def read_key_file(path: Path) -> bytes:
    """The bytes of a key file. Raises ``cli.secret_unreadable``."""
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_KEY_FILE)
    except OSError as problem:
        raise EvidenceError("cli.secret_unreadable", path=path) from problem


def write_new(path: Path, data: bytes) -> None:
    """Write a file that was not there before, for the owner's eyes alone.

    Raises ``cli.file_exists`` and ``cli.file_not_written``.
    """
    try:
        with os.fdopen(
            os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600), "wb"
        ) as target:
            target.write(data)
    except FileExistsError as problem:
        raise EvidenceError("cli.file_exists", path=path) from problem
    except OSError as problem:
        raise EvidenceError("cli.file_not_written", path=path) from problem
