"""Where each part of a package stands. Paths are relative to the package's root, with forward slashes."""

from __future__ import annotations

import re

FORMAT_NAME = "holdfast-package"
FORMAT_VERSION = 2
"""2 since a package can hold redacted copies; packages of version 1 are read as before."""

PAYLOAD_FOLDER = "data"
REPORT = "01_report.pdf"
ITEMS = "02_items.csv"
IDENTIFIERS = "03_identifiers.csv"
GUIDE = "04_how_to_verify.txt"
MANIFEST = "proof/manifest.json"
SIGNATURE = "proof/manifest.json.p7s"
CUSTODY = "proof/custody.json"
CERTIFICATES = "proof/certificates.pem"
JSONLD = "proof/case.jsonld"
HEADS_FOLDER = "proof/heads"
TOKENS_FOLDER = "proof/tokens"
FIRST_WITH_REDACTIONS = 2
REDACTIONS_FOLDER = "proof/redactions"
BAG_FILES = (
    "bagit.txt",
    "bag-info.txt",
    "manifest-sha256.txt",
    "manifest-sha512.txt",
    "tagmanifest-sha256.txt",
    "tagmanifest-sha512.txt",
)

UNLISTED = frozenset({MANIFEST, SIGNATURE, REPORT, "tagmanifest-sha256.txt", "tagmanifest-sha512.txt"})
"""The only files that the manifest cannot list: each is bound in another way (itself, its signature, its own
signature and the manifest's digest inside it, the tag manifests over all of them)."""

_ADDED_TOKEN = re.compile(r"proof/tokens/(?:signature|head-\d{8})-[a-z0-9]{1,32}\.tsr")

COSIGNATURE_PREFIX = f"{MANIFEST}.cosigned-"
_ADDED_COSIGNATURE = re.compile(re.escape(COSIGNATURE_PREFIX) + r"([1-9]\d?)\.p7s", re.ASCII)


def head_path(size: int) -> str:
    """The file that holds the canonical JSON of the signed head of ``size`` leaves: what a token stamps."""
    return f"{HEADS_FOLDER}/{size:08d}.json"


def redaction_path(number: str, position: int) -> str:
    """The record of the redacted copy of an exhibit's file at ``position``, from 0."""
    return f"{REDACTIONS_FOLDER}/{number}-{position + 1}.json"


def is_added_token(path: str) -> bool:
    """Whether ``path`` may stand in a package without being listed: a token that arrived after the manifest was
    signed. It is worth only what its own verification says."""
    return _ADDED_TOKEN.fullmatch(path) is not None


def cosignature_path(number: int) -> str:
    """The file of the co-signature with this number, from 1 to 99."""
    return f"{COSIGNATURE_PREFIX}{number}.p7s"


def cosignature_number(path: str) -> int:
    """The number of the co-signature that stands at ``path``, or 0 when that is no place for one."""
    found = _ADDED_COSIGNATURE.fullmatch(path)
    return int(found[1]) if found else 0


def is_added_proof(path: str) -> bool:
    """Whether ``path`` may stand in a package without being listed: a token that arrived after the manifest was
    signed, or another person's signature over it. Each is worth only what its own verification says."""
    return is_added_token(path) or cosignature_number(path) > 0
