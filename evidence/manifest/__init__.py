"""The package's schema, shared by the rooms that make and that verify packages. FORMAT.md explains it."""

from evidence.manifest.facts import acquired_facts, acquired_facts_of_entry, originals_of
from evidence.manifest.layout import (
    BAG_FILES,
    CERTIFICATES,
    COSIGNATURE_PREFIX,
    CUSTODY,
    FORMAT_NAME,
    FORMAT_VERSION,
    GUIDE,
    HEADS_FOLDER,
    IDENTIFIERS,
    ITEMS,
    JSONLD,
    MANIFEST,
    PAYLOAD_FOLDER,
    REPORT,
    SIGNATURE,
    TOKENS_FOLDER,
    UNLISTED,
    cosignature_number,
    cosignature_path,
    head_path,
    is_added_proof,
    is_added_token,
)
from evidence.manifest.schema import FileEntry, FileRole, HeadToken, ItemEntry, LogSummary, Manifest, SignerEntry

__all__ = [
    "BAG_FILES", "CERTIFICATES", "COSIGNATURE_PREFIX", "CUSTODY", "FORMAT_NAME", "FORMAT_VERSION", "GUIDE",
    "HEADS_FOLDER", "IDENTIFIERS", "ITEMS", "JSONLD", "MANIFEST", "PAYLOAD_FOLDER", "REPORT", "SIGNATURE",
    "TOKENS_FOLDER", "UNLISTED", "FileEntry", "FileRole", "HeadToken", "ItemEntry", "LogSummary", "Manifest",
    "SignerEntry", "acquired_facts", "acquired_facts_of_entry", "cosignature_number", "cosignature_path", "head_path",
    "is_added_proof", "is_added_token", "originals_of",
]  # fmt: skip
