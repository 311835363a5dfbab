"""Files changed, added, taken away, renamed and swapped, by someone without the key."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

from support.hostile.cases import ALL_YES, NO, NOT_YES, Case, Workshop, as_folder, as_zip
from support.sample_package import Files, add_bag, close_bag, write_folder

from evidence.manifest import MANIFEST, REPORT, SIGNATURE

_COMPLETE_NO = {"complete": NO}


def cases(shop: Workshop, rng: random.Random, count: int) -> Iterator[Case]:
    """All named cases, then ``count`` flipped bytes spread over the files."""
    yield from _removed(shop)
    yield from _added(shop)
    yield from _swapped(shop)
    yield from _rebagged(shop)
    yield from _folder(shop)
    yield from _flips(shop, rng, count)


def _removed(shop: Workshop) -> Iterator[Case]:
    for path in shop.files:
        yield Case("removed", path.replace("/", "_"), as_zip(shop.copy({path: None})), _COMPLETE_NO, damaged=path)
        rebagged = shop.copy({path: None})
        if "manifest-sha" in path or path in ("bagit.txt", "bag-info.txt"):
            continue
        add_bag(rebagged)
        close_bag(rebagged)
        yield Case("removed-rebagged", path.replace("/", "_"), as_zip(rebagged), _COMPLETE_NO, damaged=path)
        empty = shop.copy({path: b""})
        yield Case("emptied", path.replace("/", "_"), as_folder(empty), _COMPLETE_NO, damaged=path)


def _added(shop: Workshop) -> Iterator[Case]:
    for path in ("evil.exe", "data/A-01/chat.jpg", "data/A-03/new.png", "proof/evil.json", "proof/tokens/evil.tsr",
                 "proof/heads/00000099.json", "proof/tokens/head-00000004-b.txt", "fetch.txt", "autorun.inf",
                 "00_read_me_first.pdf", "data/unlisted", "proof/tokens/head-00000005-UPPER.tsr",
                 "proof/tokens/sub/signature-a.tsr", "holdfast.html"):  # fmt: skip
        for label, rebag in (("plain", False), ("rebagged", True)):
            files = shop.copy({path: b"evil"})
            if rebag:
                add_bag(files)
                close_bag(files)
            yield Case(f"added-{label}", path.replace("/", "_"), as_zip(files), _COMPLETE_NO, damaged=path)


def _swapped(shop: Workshop) -> Iterator[Case]:
    pairs = [
        ("data/A-01/chat.png", "data/A-02/second.bin"), ("02_items.csv", "03_identifiers.csv"),
        ("proof/custody.json", MANIFEST), (SIGNATURE, REPORT), ("manifest-sha256.txt", "manifest-sha512.txt"),
        ("tagmanifest-sha256.txt", "tagmanifest-sha512.txt"), ("bagit.txt", "bag-info.txt"),
        ("proof/heads/00000003.json", "proof/heads/00000005.json"),
        ("proof/tokens/head-00000003-a.tsr", "proof/tokens/head-00000005-a.tsr"),
    ]  # fmt: skip
    for one, two in pairs:
        files = shop.copy({one: shop.files[two], two: shop.files[one]})
        yield Case("swapped", one.replace("/", "_"), as_zip(files), _COMPLETE_NO)
    renames = [
        ("data/A-01/chat.png", "data/A-01/Chat.png"), ("data/A-01/chat.png", "data/A-02/chat.png"),
        ("01_report.pdf", "01_Report.pdf"), ("proof/custody.json", "proof/custody.bak"),
        ("data/A-02/second.bin", "second.bin"),
    ]  # fmt: skip
    for old, new in renames:
        files = shop.copy({old: None, new: shop.files[old]})
        yield Case("renamed", new.replace("/", "_"), as_zip(files), _COMPLETE_NO, damaged=old)
        add_bag(files)
        close_bag(files)
        yield Case("renamed-rebagged", new.replace("/", "_"), as_zip(files), _COMPLETE_NO, damaged=old)


def _rebagged(shop: Workshop) -> Iterator[Case]:
    """Changed, with the bag made again so that ordinary bag tools see nothing."""
    for path, data in shop.files.items():
        if path.endswith(".txt") and ("manifest" in path or path.startswith("bag")):
            continue
        files = shop.copy({path: data + b" "})
        add_bag(files)
        close_bag(files)
        expected = dict(_COMPLETE_NO)
        if path in (MANIFEST, SIGNATURE, REPORT):
            expected["signed"] = NOT_YES
        yield Case("changed-rebagged", path.replace("/", "_"), as_zip(files), expected, damaged=path)


def _folder(shop: Workshop) -> Iterator[Case]:
    """What only a folder can have."""

    def link(folder: Path) -> Path:
        root = write_folder(shop.files, folder / "p")
        (folder / "outside.png").write_bytes(shop.files["data/A-01/chat.png"])
        (root / "data/A-01/chat.png").unlink()
        (root / "data/A-01/chat.png").symlink_to(folder / "outside.png")
        return root

    def folder_link(folder: Path) -> Path:
        root = write_folder(shop.files, folder / "p")
        (root / "data").rename(folder / "moved")
        (root / "data").symlink_to(folder / "moved")
        return root

    def loop(folder: Path) -> Path:
        root = write_folder(shop.files, folder / "p")
        (root / "data" / "loop").symlink_to(root)
        return root

    def pipe(folder: Path) -> Path:
        root = write_folder(shop.files, folder / "p")
        os.mkfifo(root / "data" / "A-01" / "pipe")
        return root

    def pipe_in_place(folder: Path) -> Path:
        root = write_folder(shop.files, folder / "p")
        (root / "02_items.csv").unlink()
        os.mkfifo(root / "02_items.csv")
        return root

    def bytes_name(folder: Path) -> Path:
        root = write_folder(shop.files, folder / "p")
        os.close(os.open(os.fsencode(str(root)) + b"/\xff\xfe.txt", os.O_CREAT | os.O_WRONLY, 0o600))
        return root

    def deep(folder: Path) -> Path:
        root = write_folder(shop.files, folder / "p")
        place = root / "data"
        for _ in range(80):
            place = place / "d"
        place.mkdir(parents=True)
        (place / "f").write_bytes(b"")
        return root

    for make in (link, folder_link, loop, pipe, pipe_in_place, bytes_name, deep):
        yield Case("folder", make.__name__, make, _COMPLETE_NO)


def _flips(shop: Workshop, rng: random.Random, count: int) -> Iterator[Case]:
    """One byte changed anywhere in any file: *no*, and the file is named."""
    paths = sorted(shop.files)
    for number in range(count):
        path = paths[number % len(paths)]
        data = shop.files[path]
        position = rng.randrange(len(data))
        value = data[position] ^ (1 << rng.randrange(8)) if rng.random() < 0.5 else rng.randrange(256)
        if value == data[position]:
            value ^= 0xFF
        files: Files = shop.copy({path: data[:position] + bytes([value]) + data[position + 1 :]})
        expected = dict(_COMPLETE_NO)
        if path == MANIFEST:
            expected["signed"] = NOT_YES
        if path.endswith(".csv"):
            expected = dict(ALL_YES) | _COMPLETE_NO
        yield Case("flip", f"{number:05d}-{path.replace('/', '_')}-{position}", as_zip(files), expected, damaged=path)
