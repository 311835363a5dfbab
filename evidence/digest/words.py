"""Fingerprints that two people can compare: on paper, over the telephone, at a desk."""

from __future__ import annotations

from shamir_mnemonic.wordlist import WORDLIST

WORD_COUNT = 12


def fingerprint_groups(hex_digest: str, group: int = 4) -> str:
    """A hexadecimal digest in groups, so that the eye keeps its place."""
    return " ".join(hex_digest[start : start + group] for start in range(0, len(hex_digest), group))


def fingerprint_words(hex_digest: str) -> str:
    """The first 120 bits of a digest as twelve words of the SLIP-39 list (1024 words, 10 bits each).

    Raises ``ValueError`` for fewer than 120 bits.
    """
    data = bytes.fromhex(hex_digest)
    if len(data) * 8 < WORD_COUNT * 10:
        raise ValueError("digest too short")
    number = int.from_bytes(data, "big") >> (len(data) * 8 - WORD_COUNT * 10)
    indices = [(number >> (10 * position)) & 0x3FF for position in reversed(range(WORD_COUNT))]
    return " ".join(WORDLIST[index] for index in indices)
