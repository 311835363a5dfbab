"""A key of one's own that signs in the vault key's place: in a file, in a pair of files, or in a token."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from evidence.errors import EvidenceError
from evidence.package import PackageSigner, load_key_pair, load_pkcs12, open_token

MAX_KEY_FILE = 64 * 1024
"""Bytes that are read of a file with a key."""


@dataclass(frozen=True, slots=True)
class OwnKey:
    """Where a key is. Exactly one of ``file`` (PKCS #12), ``pair`` (certificate, encrypted key) and ``module`` (the
    PKCS #11 library of a token) is given; ``secret`` is its password or PIN."""

    secret: str = field(repr=False)
    file: Path | None = None
    pair: tuple[Path, Path] | None = None
    module: Path | None = None
    token_label: str = ""
    key_label: str = ""


@contextmanager
def open_signer(key: OwnKey) -> Iterator[PackageSigner]:
    """The signer, while the context lasts.

    Raises ``package.key_unreadable`` and as :func:`evidence.package.load_pkcs12`,
    :func:`evidence.package.load_key_pair` and :func:`evidence.package.open_token`.
    """
    if key.module is not None:
        with open_token(key.module, key.secret, token_label=key.token_label, key_label=key.key_label) as signer:
            yield signer
    elif key.pair is not None:
        certificate, private = (_read(path) for path in key.pair)
        yield load_key_pair(certificate, private, key.secret)
    elif key.file is not None:
        yield load_pkcs12(_read(key.file), key.secret)
    else:
        raise ValueError("a key of one's own is in a file, a pair of files or a token")


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_KEY_FILE)
    except OSError as problem:
        raise EvidenceError("package.key_unreadable", path=path) from problem
