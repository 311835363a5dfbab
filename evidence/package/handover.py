"""Handing a package over: encrypted for somebody or not, in volumes that an upload accepts, read back once written."""

from __future__ import annotations

import hashlib
import io
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pyrage  # type: ignore[import-untyped]
import pyzipper
from shamir_mnemonic.wordlist import WORDLIST

from evidence.digest import CHUNK_SIZE
from evidence.errors import CancelledError, EvidenceError
from evidence.package.staging import SPARE_BYTES, leaving_nothing, require_room

MIN_PASSPHRASE = 12
"""Characters."""
PASSPHRASE_WORDS = 8
MIN_VOLUME = 1_000_000
"""Bytes."""
MAX_AGE_PASSPHRASE = 256 << 20
"""Bytes."""


@dataclass(frozen=True, slots=True)
class ForRecipients:
    """Encrypted with age (age-encryption.org/v1) to public keys: ``age1…`` or ``ssh-ed25519 …``. File names are
    hidden too. The receiver needs age or a program that reads it."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WithPassphrase:
    """A ZIP with AES-256 (WinZip AE-2) that 7-Zip and Bandizip open. It holds the package's ZIP as one entry, so that
    the names inside are hidden too. Windows Explorer cannot open it."""

    passphrase: str


@dataclass(frozen=True, slots=True)
class WithAgePassphrase:
    """Encrypted with age to a passphrase (scrypt). Only packages of at most :data:`MAX_AGE_PASSPHRASE` bytes: the
    library takes them in memory as a whole."""

    passphrase: str


Protection = ForRecipients | WithPassphrase | WithAgePassphrase | None


@dataclass(frozen=True, slots=True)
class HandedFile:
    """A file that was written, read back and found equal. ``size`` in bytes, ``sha256`` hexadecimal."""

    path: Path
    size: int
    sha256: str


_UNKIND = """
afraid anatomy angry anxiety bedroom body burden chest clothes criminal crisis crush darkness daughter destroy disaster
disease dismiss divorce dominant drug endorse enemy evil execute exotic fake fatal fatigue forbid force garbage grief
guilt gums hazard hunting infant inmate injury intimate invasion junk knife legs lips lying maiden obesity pajamas pants
penalty pistol pleasure predator pregnant prisoner pumps punish puny racism regret reject romantic ruin rumor sack
scandal scared shadow shame skin slap slavery strike submit tackle threaten toxic trash trouble ugly uncover undergo
unhappy unkind vampire victim video violence viral weapon webcam wits
"""
_KIND_WORDS = tuple(word for word in WORDLIST if word not in _UNKIND.split())


def new_passphrase() -> str:
    """Eight random words (79 bits): to be told by another way than the package goes. Of the list of 1024, those are
    left out that nobody should have to say aloud who went through this."""
    return " ".join(secrets.choice(_KIND_WORDS) for _ in range(PASSPHRASE_WORDS))


def hand_over(
    zip_file: Path,
    out_dir: Path,
    *,
    protection: Protection = None,
    volume_size: int | None = None,
    progress: Callable[[float, str], None] = lambda _share, _step: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[HandedFile, ...]:
    """Write the package's ZIP to ``out_dir`` (a USB stick, a folder for an upload) as ``protection`` says.

    ``volume_size`` in bytes cuts the result into ``.001``, ``.002`` …, which ``cat`` or ``copy /b`` joins. Every file
    is read back from the disk (past the cache where the system allows it) and compared with what was meant to be
    written. Nothing half-made is left. Raises :class:`EvidenceError` ``package.bad_recipient``,
    ``package.weak_passphrase``, ``package.too_large_for_age``, ``package.small_volume``, ``package.already_there``,
    ``package.not_written``, ``package.disk_full``, ``package.cannot_write``; :class:`CancelledError`.
    """
    if volume_size is not None and volume_size < MIN_VOLUME:
        raise EvidenceError("package.small_volume")
    name, seal = _sealing(zip_file.name, protection)
    with leaving_nothing():
        size = zip_file.stat().st_size
        out_dir.mkdir(parents=True, exist_ok=True)
        require_room(out_dir, size + SPARE_BYTES)
        volumes = Volumes(out_dir, name, volume_size)
        try:
            with zip_file.open("rb") as stream:
                seal(_Watched(stream, lambda done: progress(0.7 * done / max(size, 1), "writing"), cancelled), volumes)
            handed = volumes.finish()
            for number, file in enumerate(handed, 1):
                read_back(file, cancelled)
                progress(0.7 + 0.3 * number / len(handed), "reading back")
        except BaseException:
            volumes.remove()
            raise
    return handed


def read_back(file: HandedFile, cancelled: Callable[[], bool] = lambda: False) -> None:
    """Raises :class:`EvidenceError` ``package.not_written`` unless the disk gives back what was meant to be there."""
    digest = hashlib.sha256()
    with file.path.open("rb") as stream:
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while chunk := stream.read(CHUNK_SIZE):
            if cancelled():
                raise CancelledError
            digest.update(chunk)
    if digest.hexdigest() != file.sha256:
        raise EvidenceError("package.not_written", name=file.path.name)


class Volumes(io.RawIOBase):
    """A stream that is written into one file, or into several of at most ``volume_size`` bytes, digested on the way.

    Raises :class:`EvidenceError` ``package.already_there`` rather than write over a file.
    """

    def __init__(self, folder: Path, name: str, volume_size: int | None) -> None:
        super().__init__()
        self._folder = folder
        self._name = name
        self._limit = volume_size
        self._handed: list[HandedFile] = []
        self._made: list[Path] = []
        self._file: BinaryIO | None = None
        self._digest = hashlib.sha256()
        self._size = 0
        self.problem: Exception | None = None
        self._next()

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, data: object) -> int:
        """Write all of ``data``."""
        try:
            return self._write(data)
        except (OSError, EvidenceError) as problem:
            self.problem = problem
            raise

    def _write(self, data: object) -> int:
        view = memoryview(data).cast("B")  # type: ignore[arg-type]
        start = 0
        while start < len(view):
            if self._limit is not None and self._size == self._limit:
                self._close_file()
                self._next()
            room = len(view) - start if self._limit is None else min(self._limit - self._size, len(view) - start)
            piece = view[start : start + room]
            assert self._file is not None
            self._file.write(piece)
            self._digest.update(piece)
            self._size += room
            start += room
        return len(view)

    def finish(self) -> tuple[HandedFile, ...]:
        """Close the last file and say what was written."""
        self._close_file()
        return tuple(self._handed)

    def remove(self) -> None:
        """Take away everything that was written."""
        if self._file is not None:
            self._file.close()
            self._file = None
        for path in self._made:
            with suppress(OSError):
                path.unlink()

    def _next(self) -> None:
        name = self._name if self._limit is None else f"{self._name}.{len(self._made) + 1:03d}"
        path = self._folder / name
        try:
            self._file = path.open("xb")
        except FileExistsError as problem:
            raise EvidenceError("package.already_there", name=name) from problem
        self._made.append(path)
        self._digest = hashlib.sha256()
        self._size = 0

    def _close_file(self) -> None:
        if self._file is None:
            return
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._file = None
        self._handed.append(HandedFile(self._made[-1], self._size, self._digest.hexdigest()))


class _Watched(io.RawIOBase):
    """A source that tells how far it was read, and stops when the person does."""

    def __init__(self, stream: BinaryIO, progress: Callable[[int], None], cancelled: Callable[[], bool]) -> None:
        super().__init__()
        self._stream = stream
        self._progress = progress
        self._cancelled = cancelled
        self._done = 0
        self.problem: Exception | None = None

    def readable(self) -> bool:
        """Yes."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Up to ``size`` bytes."""
        if self._cancelled():
            self.problem = CancelledError()
            raise self.problem
        data = self._stream.read(size if size >= 0 else CHUNK_SIZE)
        self._done += len(data)
        self._progress(self._done)
        return data


def _sealing(zip_name: str, protection: Protection) -> tuple[str, Callable[[_Watched, Volumes], None]]:
    """The name of what is handed over, and how a stream gets into it."""
    if isinstance(protection, ForRecipients):
        recipients = [_recipient(key) for key in protection.keys]
        if not recipients:
            raise EvidenceError("package.bad_recipient")
        return f"{zip_name}.age", lambda source, target: _seal_age(source, target, recipients)
    if isinstance(protection, WithAgePassphrase):
        words = _strong(protection.passphrase)
        return f"{zip_name}.age", lambda source, target: _seal_age_passphrase(source, target, words)
    if isinstance(protection, WithPassphrase):
        secret = _strong(protection.passphrase).encode()
        return f"{zip_name.removesuffix('.zip')}.aes.zip", lambda source, target: _seal_zip(
            source, target, zip_name, secret
        )
    return zip_name, _copy


def _strong(passphrase: str) -> str:
    if len(passphrase) < MIN_PASSPHRASE:
        raise EvidenceError("package.weak_passphrase", length=MIN_PASSPHRASE)
    return passphrase


def _copy(source: _Watched, target: Volumes) -> None:
    while chunk := source.read(CHUNK_SIZE):
        target.write(chunk)


def _seal_age(source: _Watched, target: Volumes, recipients: list[object]) -> None:
    try:
        pyrage.encrypt_io(source, target, recipients)
    except pyrage.EncryptError as problem:
        # The library reports whatever a stream raised as an error of its own.
        raise source.problem or target.problem or EvidenceError("package.cannot_write", reason="age") from problem


def _seal_age_passphrase(source: _Watched, target: Volumes, passphrase: str) -> None:
    plain = bytearray()
    while chunk := source.read(CHUNK_SIZE):
        plain += chunk
        if len(plain) > MAX_AGE_PASSPHRASE:
            raise EvidenceError("package.too_large_for_age", most_mb=MAX_AGE_PASSPHRASE >> 20)
    target.write(pyrage.passphrase.encrypt(bytes(plain), passphrase))


def _seal_zip(source: _Watched, target: Volumes, inner_name: str, passphrase: bytes) -> None:
    with pyzipper.AESZipFile(target, "w", compression=pyzipper.ZIP_STORED, encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(passphrase)
        with archive.open(inner_name, "w", force_zip64=True) as entry:
            while chunk := source.read(CHUNK_SIZE):
                entry.write(chunk)


def _recipient(key: str) -> object:
    """An age recipient from its text.

    Raises :class:`EvidenceError` ``package.bad_recipient``.
    """
    text = key.strip()
    kind = pyrage.ssh if text.startswith("ssh-") else pyrage.x25519
    try:
        return kind.Recipient.from_str(text)
    except (pyrage.RecipientError, ValueError) as problem:
        raise EvidenceError("package.bad_recipient") from problem
