"""Errors that travel unchanged from the place where something went wrong to the two places that put them into words.

An error is a stable code with parameters. The sentence and the advice for each code stand in the text catalogue
(contexts ``error`` and ``advice``), in every language; see :mod:`evidence.i18n`.
"""

from __future__ import annotations


class EvidenceError(Exception):
    """Something that a person must be told: the request or the environment is at fault, or stored data is damaged.

    ``code`` is dotted, room first (``vault.wrong_passphrase``). ``params`` fill the placeholders of the catalogue's
    sentence; they never carry content of evidence, passphrases or keys.
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        facts = ", ".join(f"{name}={value!r}" for name, value in self.params.items())
        return f"{self.code}({facts})"

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.code, self.params)


def _rebuild(kind: type[EvidenceError], code: str, params: dict[str, object]) -> EvidenceError:
    """Make the error again on the other side of a process boundary."""
    return kind(code, **params)


class CancelledError(Exception):
    """The person stopped the work. Not an error: nothing is shown but the fact that it stopped."""
