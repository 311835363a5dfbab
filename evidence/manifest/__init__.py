"""The package's schema, shared by the rooms that make and that verify packages. FORMAT.md explains it."""

from evidence.manifest.facts import acquired_facts, acquired_facts_of_entry, is_redacted, originals_of, sealed_of
from evidence.manifest.layout import (
    BAG_FILES,
    CERTIFICATES,
    COSIGNATURE_PREFIX,
    CUSTODY,
    FIRST_WITH_REDACTIONS,
    FORMAT_NAME,
    FORMAT_VERSION,
    GUIDE,
    HEADS_FOLDER,
    IDENTIFIERS,
    ITEMS,
    JSONLD,
    MANIFEST,
    PAYLOAD_FOLDER,
    REDACTIONS_FOLDER,
    REPORT,
    SIGNATURE,
    TOKENS_FOLDER,
    UNLISTED,
    cosignature_number,
    cosignature_path,
    head_path,
    is_added_proof,
    is_added_token,
    redaction_path,
)
from evidence.manifest.schema import (
    FileEntry,
    FileRole,
    HeadToken,
    HeldBackEntry,
    ItemEntry,
    LogSummary,
    Manifest,
    RedactedFile,
    SignerEntry,
    WithheldFile,
)

__all__ = [
    "BAG_FILES", "CERTIFICATES", "COSIGNATURE_PREFIX", "CUSTODY", "FIRST_WITH_REDACTIONS", "FORMAT_NAME",
    "FORMAT_VERSION", "GUIDE", "HEADS_FOLDER", "IDENTIFIERS", "ITEMS", "JSONLD", "MANIFEST", "PAYLOAD_FOLDER",
    "REDACTIONS_FOLDER", "REPORT", "SIGNATURE", "TOKENS_FOLDER", "UNLISTED", "FileEntry", "FileRole", "HeadToken",
    "HeldBackEntry", "ItemEntry", "LogSummary", "Manifest", "RedactedFile", "SignerEntry", "WithheldFile",
    "acquired_facts", "acquired_facts_of_entry", "cosignature_number", "cosignature_path", "head_path",
    "is_added_proof", "is_added_token", "is_redacted", "originals_of", "redaction_path", "sealed_of",
]  # fmt: skip
