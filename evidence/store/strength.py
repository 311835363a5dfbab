"""How long a passphrase would hold, and one plain piece of advice. Nothing is forced: any passphrase is accepted."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum


class Strength(StrEnum):
    """Against someone who has the disk and a rack of fast computers, at about a second for each guess on this one."""

    WEAK = "weak"
    """Found within days."""
    FAIR = "fair"
    """Found within years, by someone determined."""
    STRONG = "strong"


@dataclass(frozen=True, slots=True)
class PassphraseAdvice:
    """A judgement that errs on the low side."""

    strength: Strength
    bits: int
    """About how many halvings a clever guesser is away from it."""
    advice: str
    """Stable name of what would help most: ``longer``, ``common``, ``repeats``, ``digits_alone``, ``one_word``, or
    ``none``."""


_FAIR_BITS = 32
_STRONG_BITS = 48
_COMMON = frozenset(
    {
        "password", "passwort", "motdepasse", "qwerty", "qwertyuiop", "azerty", "asdfgh", "zxcvbn", "iloveyou",
        "letmein", "welcome", "dragon", "monkey", "football", "admin", "login", "master", "sunshine", "princess",
        "secret", "changeme", "abc", "abcdef", "비밀번호", "암호", "사랑해", "안녕하세요", "대한민국", "rkskek",
        "dkssud", "qlalfqjsgh", "tkfkdgo", "wpqkf",
    }
)  # fmt: skip
_PIECE = re.compile(r"[a-z]+|[가-힣]+|\d+|[^\W\d_]+|\W|_")
_ROWS = ("0123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "azertyuiop")


def judge_passphrase(text: str) -> PassphraseAdvice:
    """Judge a passphrase without keeping it. Counts words as words: a guesser has dictionaries."""
    folded = unicodedata.normalize("NFC", text).casefold()
    pieces = _PIECE.findall(folded)
    bits = 0.0
    seen: set[str] = set()
    for piece in pieces:
        if piece.isspace():
            continue
        bits += 1 if piece in seen else _bits(piece)
        seen.add(piece)
    if text != text.casefold() and bits:
        bits += 2
    strength = Strength.STRONG if bits >= _STRONG_BITS else Strength.FAIR if bits >= _FAIR_BITS else Strength.WEAK
    advice = "none" if strength is Strength.STRONG else _advice(pieces, folded)
    return PassphraseAdvice(strength=strength, bits=int(bits), advice=advice)


def _bits(piece: str) -> float:
    if piece in _COMMON:
        return 2
    if len(set(piece)) == 1 or any(piece in row or piece in row[::-1] for row in _ROWS):
        return 1 + len(piece).bit_length()
    if piece.isdigit():
        # Dates and telephone numbers are tried first.
        return 2.5 * len(piece)
    if re.fullmatch("[가-힣]+", piece):
        # A word of two to four syllables is one of some ten thousand.
        return min(6.0 * len(piece), 13 + 3.0 * max(len(piece) - 3, 0))
    if piece.isalpha():
        return min(4.0 * len(piece), 13 + 2.0 * max(len(piece) - 8, 0))
    return 4


def _advice(pieces: list[str], folded: str) -> str:
    words = [piece for piece in pieces if not piece.isspace()]
    if any(piece in _COMMON for piece in words):
        return "common"
    if folded.strip().isdigit():
        return "digits_alone"
    if (len(words) > 1 and len(set(words)) == 1) or len(set(folded)) <= 2:
        return "repeats"
    return "one_word" if len(words) == 1 else "longer"
