"""What the words say about the key that signs a package: the vault's own, one in a file, one in a token."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.cli.console import Console
from evidence.i18n import Texts
from evidence.session import OwnKey, PackageSigner, open_signer


def add_signing_arguments(
    parser: argparse.ArgumentParser, t: Texts, *, is_needed: bool
) -> argparse._MutuallyExclusiveGroup:
    """The options for a key that is not the vault's; the group of those that exclude each other is given back."""
    which = parser.add_mutually_exclusive_group(required=is_needed)
    which.add_argument("--sign-with", type=Path, metavar="FILE.p12", help=t("PKCS #12 file with the key that signs"))
    which.add_argument(
        "--sign-with-pair", type=Path, nargs=2, metavar=("CERTIFICATE", "KEY"),
        help=t("certificate and encrypted key in two files (signCert.der and signPri.key)"),
    )  # fmt: skip
    which.add_argument(
        "--token",
        type=Path,
        metavar="MODULE",
        help=t("the maker’s PKCS #11 module of the token with the key that signs"),
    )
    parser.add_argument(
        "--sign-with-password-file", metavar="PATH",
        help=t("file with the password of that key, or the token’s PIN, in its first line"),
    )  # fmt: skip
    parser.add_argument("--token-label", default="", metavar="TEXT", help=t("which token, where there are several"))
    parser.add_argument("--token-key", default="", metavar="TEXT", help=t("which key in it, where there are several"))
    return which


@contextmanager
def signing_key(arguments: argparse.Namespace, console: Console) -> Iterator[PackageSigner | None]:
    """The key that the words name; None: the vault's own.

    Raises as :func:`evidence.session.open_signer` and :meth:`Console.secret`.
    """
    t = console.t
    if arguments.token is None and arguments.sign_with is None and arguments.sign_with_pair is None:
        yield None
        return
    question = t("PIN of the token") if arguments.token is not None else t("Password of the signing key")
    secret = console.secret(arguments.sign_with_password_file, question)
    pair = arguments.sign_with_pair
    with open_signer(
        OwnKey(secret, arguments.sign_with, (pair[0], pair[1]) if pair else None, arguments.token,
               arguments.token_label, arguments.token_key)
    ) as signer:  # fmt: skip
        yield signer
