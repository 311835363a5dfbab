"""Recovery shares: a random secret in three lists of words, any two of which give it back (SLIP-0039, 2 of 3)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from shamir_mnemonic import MnemonicError, Share, combine_mnemonics, generate_mnemonics
from shamir_mnemonic.wordlist import WORDLIST

from evidence.errors import EvidenceError

THRESHOLD = 2
COUNT = 3
_SECRET_BYTES = 20
_MOST_EXPONENT = 4
_SIGNIFICANT = 4
_WORDS = {word[:_SIGNIFICANT]: word for word in WORDLIST}
"""The list is made so that four letters tell its words apart."""


class RecoveryShares:
    """The secret of a shares slot. One share alone says nothing about it; no SLIP-0039 passphrase is used."""

    def __init__(self, secret: bytes, texts: tuple[str, ...] = ()) -> None:
        self.secret = secret
        self.texts = texts
        """The three shares, 23 words each, when they were made just now; empty when they were typed."""

    @classmethod
    def generate(cls) -> RecoveryShares:
        """A new secret with its three shares."""
        secret = secrets.token_bytes(_SECRET_BYTES)
        texts: list[str] = generate_mnemonics(1, [(THRESHOLD, COUNT)], secret, passphrase=b"")[0]
        return cls(secret, tuple(texts))

    @classmethod
    def from_texts(cls, texts: Sequence[str]) -> RecoveryShares:
        """Put the secret together from shares that someone typed: case, numbers and punctuation do not matter, and four
        letters of a word are enough.

        Raises :class:`EvidenceError` ``vault.share_mistyped`` (``number`` counts the shares from 1),
        ``vault.shares_too_few`` and ``vault.shares_do_not_match`` for shares of different sets.
        """
        shares: dict[int, Share] = {}
        for number, text in enumerate(texts, 1):
            try:
                share = Share.from_mnemonic(_tidy(text))
            except (MnemonicError, ValueError) as problem:
                raise EvidenceError("vault.share_mistyped", number=number) from problem
            shares[share.index] = share
        if len(shares) < THRESHOLD:
            raise EvidenceError("vault.shares_too_few", needed=THRESHOLD)
        chosen = list(shares.values())[:THRESHOLD]
        # The exponent says how long combining takes; a stranger's share could ask for minutes.
        if any(share.iteration_exponent > _MOST_EXPONENT for share in chosen):
            raise EvidenceError("vault.shares_do_not_match")
        try:
            return cls(combine_mnemonics([share.mnemonic() for share in chosen]))
        except MnemonicError as problem:
            raise EvidenceError("vault.shares_do_not_match") from problem

    def __repr__(self) -> str:
        return "RecoveryShares(…)"


def _tidy(text: str) -> str:
    letters = "".join(character if character.isalpha() else " " for character in text.lower())
    return " ".join(_WORDS.get(word[:_SIGNIFICANT], word) for word in letters.split())
