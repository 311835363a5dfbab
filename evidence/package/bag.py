"""The BagIt form of a package (RFC 8493). Digests were taken while the bytes were written: nothing is read twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from evidence.digest import digest_bytes
from evidence.manifest import FileEntry

BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


def bag_info(payload: Iterable[FileEntry], *, package_id: str, date: str, software: str) -> bytes:
    """``bag-info.txt``. ``date`` is ISO 8601; the payload's size is in bytes and files (*Payload-Oxum*)."""
    entries = list(payload)
    size = sum(entry.size for entry in entries)
    return (
        f"Bagging-Date: {date}\nBag-Software-Agent: {software}\n"
        f"External-Identifier: {package_id}\nPayload-Oxum: {size}.{len(entries)}\n"
    ).encode()


def checksum_list(digests: Mapping[str, str]) -> bytes:
    """A manifest or tag manifest, in the form that ``sha256sum -c`` reads. ``digests``: path to hexadecimal digest."""
    return "".join(f"{digest}  {path}\n" for path, digest in sorted(digests.items())).encode()


def read_checksum_list(data: bytes) -> dict[str, str]:
    """What :func:`checksum_list` wrote."""
    pairs = (line.partition("  ") for line in data.decode().splitlines())
    return {path: digest for digest, _blanks, path in pairs}


def renewed_tag_lists(read: Callable[[str], bytes], changed: Mapping[str, bytes]) -> dict[str, bytes]:
    """Both tag manifests of a made bag, by path, after the tag files in ``changed`` (path to bytes) were put in.
    ``read`` gives the bytes that stand at a path now."""
    renewed: dict[str, bytes] = {}
    for algorithm in ("sha256", "sha512"):
        path = f"tagmanifest-{algorithm}.txt"
        new = {each: getattr(digest_bytes(data), algorithm) for each, data in changed.items()}
        renewed[path] = checksum_list(read_checksum_list(read(path)) | new)
    return renewed
