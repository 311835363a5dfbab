"""Plain advice about a passphrase while it is typed. It advises; what is refused is the vault's own rule."""

from __future__ import annotations

import math
from enum import Enum

SIDE_BY_SIDE = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890", "abcdefghijklmnopqrstuvwxyz")
OFTEN_USED = frozenset({
    "password", "passwort", "passphrase", "iloveyou", "letmein", "welcome", "dragon", "monkey", "football", "sunshine",
    "princess", "motdepasse", "bonjour", "soleil", "azerty", "qwerty", "admin", "secret", "love", "test", "holdfast",
})  # fmt: skip


class Strength(Enum):
    """How long a passphrase would hold against someone who tries many."""

    NONE = 0
    SHORT = 1
    WEAK = 2
    GOOD = 3
    STRONG = 4


def bits(passphrase: str) -> float:
    """How many guesses it takes, carefully, as a power of two. Repeats and runs on the keyboard count little."""
    lowered = passphrase.casefold()
    for word in OFTEN_USED:
        lowered = lowered.replace(word, "\0")
    total, before = 0.0, ""
    seen: set[str] = set()
    for character in lowered:
        if character == "\0":
            total += 6
        elif before and (character == before or any(before + character in row for row in SIDE_BY_SIDE)):
            total += 0.7
        elif character in seen:
            total += 1.8
        else:
            total += math.log2(_alphabet(character))
        seen.add(character)
        before = character
    return total


def strength(passphrase: str) -> Strength:
    """The estimate as a step that can be put into words."""
    if not passphrase:
        return Strength.NONE
    if len(passphrase) < 8:
        return Strength.SHORT
    estimate = bits(passphrase)
    if estimate < 36:
        return Strength.WEAK
    return Strength.GOOD if estimate < 58 else Strength.STRONG


def _alphabet(character: str) -> int:
    """From how many signs people choose here. A syllable of Hangul counts as the keys that it takes."""
    if character.isascii():
        return 10 if character.isdigit() else 26 if character.isalpha() else 20
    return 200
