"""Lists of roots of time-stamping authorities: the one that the program ships, and those that an organisation keeps.

A list is a JSON file (FORMAT.md, *Lists of time-stamping authorities*). It says its name and its date, and the answers
name every list that was used.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding

from evidence.digest import parse_json
from evidence.errors import EvidenceError
from evidence.verify.trust import Trust

FORMAT = "holdfast-tsa-roots"
VERSION = 1
MAX_SIZE = 4 << 20
"""Bytes of a list."""
_MAX_ROOTS = 1000
_MEMBERS = {"format", "version", "name", "dated", "roots"}
_ROOT_MEMBERS = {"name", "source", "certificate"}


@dataclass(frozen=True, slots=True)
class TsaList:
    """Who keeps the list, of which day it is, and its roots (DER)."""

    name: str
    dated: date
    sha256: str
    """Of the file, hexadecimal."""
    roots: tuple[bytes, ...]


def shipped_tsa_list() -> TsaList:
    """The list that comes with this program. It may be empty; it has a date all the same."""
    return read_tsa_list(files("resources").joinpath("trust", "tsa-roots.json").read_bytes())


def load_tsa_list(path: Path) -> TsaList:
    """The list in a file. Raises :class:`EvidenceError` ``verify.bad_tsa_list``."""
    try:
        with path.open("rb") as stream:
            return read_tsa_list(stream.read(MAX_SIZE + 1))
    except (OSError, ValueError) as problem:
        raise EvidenceError("verify.bad_tsa_list", path=path) from problem
    except EvidenceError as problem:
        raise EvidenceError("verify.bad_tsa_list", path=path) from problem


def read_tsa_list(data: bytes) -> TsaList:
    """Read a list, strictly: every member is known, every root is a certificate of an authority.

    Raises :class:`EvidenceError` ``verify.bad_tsa_list``.
    """
    try:
        value: Any = parse_json(data[: MAX_SIZE + 1], canonical=False)
        is_ours = isinstance(value, dict) and set(value) == _MEMBERS and value["format"] == FORMAT
        if not is_ours or type(value["version"]) is not int or value["version"] != VERSION or len(data) > MAX_SIZE:
            raise ValueError
        if not isinstance(value["roots"], list) or len(value["roots"]) > _MAX_ROOTS:
            raise ValueError
        name = value["name"]
        if not isinstance(name, str) or not name.strip():
            raise ValueError
        roots = tuple(_root(each) for each in value["roots"])
        return TsaList(name, date.fromisoformat(value["dated"]), hashlib.sha256(data).hexdigest(), roots)
    except (EvidenceError, ValueError, TypeError, KeyError, Base64Error, UnsupportedAlgorithm) as problem:
        raise EvidenceError("verify.bad_tsa_list", path="") from problem


def with_lists(trust: Trust, lists: Sequence[TsaList]) -> Trust:
    """``trust`` with the roots of ``lists``, and with what the answers say of them."""
    roots = tuple(dict.fromkeys((*trust.tsa_roots, *(root for each in lists for root in each.roots))))
    said: dict[str, str] = {}
    for number, each in enumerate(lists, start=1):
        said |= {
            f"tsa_list.{number}.name": each.name,
            f"tsa_list.{number}.dated": each.dated.isoformat(),
            f"tsa_list.{number}.roots": str(len(each.roots)),
            f"tsa_list.{number}.sha256": each.sha256,
        }
    return replace(trust, tsa_roots=roots, lists=tuple(sorted(said.items())))


def _root(entry: Any) -> bytes:
    if not isinstance(entry, dict) or set(entry) != _ROOT_MEMBERS:
        raise ValueError
    if not all(isinstance(entry[member], str) and entry[member] for member in _ROOT_MEMBERS):
        raise ValueError
    certificate = x509.load_der_x509_certificate(b64decode(entry["certificate"], validate=True))
    if not any(isinstance(each.value, x509.BasicConstraints) and each.value.ca for each in certificate.extensions):
        raise ValueError
    return certificate.public_bytes(Encoding.DER)
