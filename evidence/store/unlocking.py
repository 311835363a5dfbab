"""The secrets that one person gives: a passphrase, or the recovery key from the printed sheet."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata

from evidence.errors import EvidenceError

MAX_PASSPHRASE = 1024
"""Characters; a longer text is a mistake, not a passphrase."""
RECOVERY_BYTES = 20
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that is taken for a digit."""
_LOOKALIKES = str.maketrans({"I": "1", "L": "1", "O": "0"})
_DATA_DIGITS = 32
_CHECK_DIGITS = 4
_GROUP = 4


class Passphrase:
    """What the person typed, as NFC: keyboards and systems compose the same letters differently (UAX #15)."""

    def __init__(self, text: str) -> None:
        """Raises :class:`EvidenceError` ``vault.passphrase_empty`` or ``vault.passphrase_too_long``."""
        normal = unicodedata.normalize("NFC", text)
        if not normal.strip():
            raise EvidenceError("vault.passphrase_empty")
        if len(normal) > MAX_PASSPHRASE:
            raise EvidenceError("vault.passphrase_too_long", most=MAX_PASSPHRASE)
        try:
            self.secret = normal.encode("utf-8")
        except UnicodeEncodeError as problem:  # half of a surrogate pair: nobody could type it again
            raise EvidenceError("vault.passphrase_unusable") from problem

    def __repr__(self) -> str:
        return "Passphrase(…)"


class RecoveryKey:
    """160 random bits, written as 36 characters in nine groups; the last four are a check against slips of the pen."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != RECOVERY_BYTES:
            raise ValueError("wrong length")
        self.secret = secret

    @classmethod
    def generate(cls) -> RecoveryKey:
        """A new random key."""
        return cls(secrets.token_bytes(RECOVERY_BYTES))

    @classmethod
    def from_text(cls, text: str) -> RecoveryKey:
        """Read a key that someone typed: case, blanks, hyphens and look-alike letters do not matter.

        Raises :class:`EvidenceError` ``vault.recovery_key_mistyped`` when length, letters or check do not fit.
        """
        folded = unicodedata.normalize("NFKC", text).upper().translate(_LOOKALIKES)
        digits = "".join(character for character in folded if not character.isspace() and character not in "-‐‑–—.")
        if len(digits) != _DATA_DIGITS + _CHECK_DIGITS or any(digit not in _ALPHABET for digit in digits):
            raise EvidenceError("vault.recovery_key_mistyped")
        number = 0
        for digit in digits[:_DATA_DIGITS]:
            number = number << 5 | _ALPHABET.index(digit)
        secret = number.to_bytes(RECOVERY_BYTES, "big")
        if _check_digits(secret) != digits[_DATA_DIGITS:]:
            raise EvidenceError("vault.recovery_key_mistyped")
        return cls(secret)

    def to_text(self) -> str:
        """The key as it is shown and printed: groups of four, joined by hyphens."""
        digits = _digits(int.from_bytes(self.secret, "big"), _DATA_DIGITS) + _check_digits(self.secret)
        return "-".join(digits[start : start + _GROUP] for start in range(0, len(digits), _GROUP))

    def __repr__(self) -> str:
        return "RecoveryKey(…)"


def _check_digits(secret: bytes) -> str:
    """The first 20 bits of SHA-256 over the label and the key."""
    digest = hashlib.sha256(b"holdfast recovery key v1" + secret).digest()
    return _digits(int.from_bytes(digest[:3], "big") >> 4, _CHECK_DIGITS)


def _digits(number: int, count: int) -> str:
    return "".join(_ALPHABET[number >> 5 * place & 31] for place in reversed(range(count)))
