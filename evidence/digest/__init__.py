"""Digests and canonical JSON: the one way in which bytes and values become something that can be signed."""

from evidence.digest.canonical import canonical_json, from_json, parse_json, to_json
from evidence.digest.streaming import CHUNK_SIZE, Digester, DigestingReader, digest_bytes, digest_stream
from evidence.digest.words import fingerprint_groups, fingerprint_words

__all__ = [
    "CHUNK_SIZE", "Digester", "DigestingReader", "canonical_json", "digest_bytes", "digest_stream",
    "fingerprint_groups", "fingerprint_words", "from_json", "parse_json", "to_json",
]  # fmt: skip
