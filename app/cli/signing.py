"""What the words say about the key that signs a package: the vault's own, one in a file, one in a token."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.cli.console import Console
from app.cli.secrets import read_key_file
from evidence.i18n import Texts
from evidence.session import PackageSigner, load_key_pair, load_pkcs12, open_token


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
        help=t("the maker's PKCS #11 module of the token with the key that signs"),
    )
    parser.add_argument(
        "--sign-with-password-file", metavar="PATH",
        help=t("file with the password of that key, or the token's PIN, in its first line"),
    )  # fmt: skip
    parser.add_argument("--token-label", default="", metavar="TEXT", help=t("which token, where there are several"))
    parser.add_argument("--token-key", default="", metavar="TEXT", help=t("which key in it, where there are several"))
    return which


@contextmanager
def signing_key(arguments: argparse.Namespace, console: Console) -> Iterator[PackageSigner | None]:
    """The key that the words name; None: the vault's own.

    Raises as :func:`evidence.session.load_pkcs12`, :func:`evidence.session.load_key_pair`,
    :func:`evidence.session.open_token` and :meth:`Console.secret`, and ``cli.secret_unreadable``.
    """
    t = console.t
    if arguments.token is not None:
        pin = console.secret(arguments.sign_with_password_file, t("PIN of the token"))
        with open_token(
            arguments.token, pin, token_label=arguments.token_label, key_label=arguments.token_key
        ) as signer:
            yield signer
    elif arguments.sign_with_pair is not None:
        password = console.secret(arguments.sign_with_password_file, t("Password of the signing key"))
        certificate, key = (read_key_file(path) for path in arguments.sign_with_pair)
        yield load_key_pair(certificate, key, password)
    elif arguments.sign_with is not None:
        password = console.secret(arguments.sign_with_password_file, t("Password of the signing key"))
        yield load_pkcs12(read_key_file(arguments.sign_with), password)
    else:
        yield None
