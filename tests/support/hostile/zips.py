"""ZIP files that unpackers disagree on, that escape, that explode; and awkward ones that are still right."""

from __future__ import annotations

import random
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path

from support.hostile.cases import ALL_YES, ANY, CANNOT, NO, Case, Workshop, as_bytes
from support.hostile.zipcraft import Line, build, deflated, lines_of
from support.sample_package import Files, write_folder, write_zip

EVIL_NAMES = (
    "../evil.txt", "../../etc/passwd", "package/../../evil", "package/data/../../x", "/etc/passwd", "//host/share",
    "C:\\evil.exe", "c:/evil.exe", "package\\..\\evil", "package/..\\evil", "package/con", "package/NUL.txt",
    "package/data/COM1.png", "package/aux.", "package/lpt9 .txt", "package/name.", "package/name ", "package/./x",
    "package//x", "package/a:b", "package/a*b", "package/a|b", 'package/a"b', "package/a\x00b", "package/a\nb",
    "package/\x1b[2Jx", "package/gnp.\u202etxt", "package/a\u200bb", "package/CONIN$", "package/com¹.txt",
    "package/" + "a" * 5000,
)  # fmt: skip
_COMPLETE_NO = {"complete": NO}
_SYSTEM = {
    "package/.DS_Store": b"\x00\x00\x00\x01Bud1" + bytes(64),
    "package/data/A-01/Thumbs.db": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64),
    "package/proof/tokens/.DS_Store": b"\x00\x00\x00\x01Bud1" + bytes(64),
    "package/proof/heads/._00000003.json": b"\x00\x05\x16\x07\x00\x02" + bytes(64),
    "__MACOSX/package/._01_report.pdf": b"\x00\x05\x16\x07\x00\x02" + bytes(64),
    "__MACOSX/._package": b"\x00\x05\x16\x07\x00\x02" + bytes(64),
}


def cases(shop: Workshop, rng: random.Random, count: int) -> Iterator[Case]:
    """All named cases, then ``count`` flipped bytes in the ZIP."""
    yield from _names(shop)
    yield from _structure(shop)
    yield from _bombs(shop)
    yield from _awkward(shop)
    yield from _flips(shop, rng, count)


def _names(shop: Workshop) -> Iterator[Case]:
    for position, name in enumerate(EVIL_NAMES):
        lines = [*lines_of(shop.files), Line(name.encode(), b"evil")]
        yield Case("zip-name", f"{position:02d}", as_bytes(build(lines)), ALL_YES | _COMPLETE_NO)
    original = "data/A-01/chat.png"
    for label, twin in (("case", "data/A-01/CHAT.png"), ("folder-case", "DATA/A-01/chat.png"),
                        ("width", "data/A-01/ｃhat.png"), ("root", "Proof/manifest.json")):  # fmt: skip
        lines = [*lines_of(shop.files), Line(f"package/{twin}".encode(), shop.files[original])]
        yield Case("zip-confusable", label, as_bytes(build(lines)), _COMPLETE_NO, damaged=twin)
    decomposed = unicodedata.normalize("NFD", next(path for path in shop.files if "대화" in path))
    lines = [*lines_of(shop.files), Line(f"package/{decomposed}".encode(), b"other words")]
    yield Case("zip-confusable", "nfd", as_bytes(build(lines)), _COMPLETE_NO)
    lines = [*lines_of(shop.files), Line(b"package/data/\x90-02/" + "대화.txt".encode(), b"words")]
    spelled = "data/\\x90-02/대화.txt"
    yield Case("zip-confusable", "not-quite-utf8", as_bytes(build(lines)), _COMPLETE_NO, damaged=spelled)
    for path in ("data/A-01/chat.png", "proof/manifest.json", "01_report.pdf"):
        for label, data in (("same", shop.files[path]), ("other", b"other")):
            for order in ("first", "last"):
                twin = Line(f"package/{path}".encode(), data)
                lines = lines_of(shop.files)
                lines = [twin, *lines] if order == "first" else [*lines, twin]
                yield Case("zip-duplicate", f"{path.rpartition('/')[2]}-{label}-{order}", as_bytes(build(lines)),
                           _COMPLETE_NO)  # fmt: skip


def _structure(shop: Workshop) -> Iterator[Case]:
    target = b"package/data/A-01/chat.png"
    evil = b"E" * len(shop.files["data/A-01/chat.png"])

    def with_(**changes: object) -> list[Line]:
        lines = lines_of(shop.files)
        for line in lines:
            if line.name == target:
                for field, value in changes.items():
                    setattr(line, field, value)
        return lines

    lying: dict[str, list[Line]] = {
        "local-name": with_(local={"name": b"package/data/A-01/evil.png"}),
        "central-name": with_(central={"name": b"package/data/A-01/evil.png"}),
        "local-size": with_(local={"size": 5}),
        "local-crc": with_(local={"crc": 5}),
        "central-crc": with_(central={"crc": 5}),
        "local-method": with_(local={"method": 8}),
        "central-method": with_(central={"method": 8}),
        "local-flags": with_(local={"flags": 0}),
        "central-size": with_(central={"size": 7}),
        "central-packed": with_(central={"packed": 7, "size": 7}),
        "huge-size": with_(central={"size": 0xFFFFFFF0}),
        "no-zip64-field": with_(central={"size": 0xFFFFFFFF}),
        "far-offset": with_(central={"offset": 0x7FFFFFFF}),
        "wrong-offset": with_(central={"offset": 3}),
        "no-local": with_(has_local=False),
        "same-offset": with_(offset_of=b"package/02_items.csv", has_local=False),
        "encrypted": with_(flags=0x801),
        "strong-encrypted": with_(flags=0x840),
        "method-12": with_(method=12),
        "method-99": with_(method=99),
        "symlink": with_(mode=0o120777, data=b"/etc/passwd"),
        "device": with_(mode=0o020666),
        "fifo": with_(mode=0o010666),
        "gap": with_(gap=b"hidden data in between"),
        "hidden-local": with_(gap=build([Line(target, evil)])[: 30 + len(target) + len(evil)]),
        "entry-comment": with_(central={"comment": b"hello"}),
        "deflate-garbage": with_(method=8, packed=b"\xff" * 50),
        "deflate-trailing": with_(method=8, packed=deflated(shop.files["data/A-01/chat.png"]) + b"more"),
        "deflate-short": with_(method=8, packed=deflated(shop.files["data/A-01/chat.png"])[:-3]),
        "deflate-long": with_(method=8, packed=deflated(shop.files["data/A-01/chat.png"] + b"more")),
        "deflate-other": with_(method=8, packed=deflated(evil)),
        "stored-other": with_(packed=evil),
    }
    for label, lines in lying.items():
        yield Case("zip-lie", label, as_bytes(build(lines)), _COMPLETE_NO)
    lines = lines_of(shop.files)
    whole = build(lines)
    wrapped: dict[str, bytes] = {
        "prefix": build(lines, prefix=b"MZ" + bytes(100)),
        "self-extractor": b"PK\x03\x04junk" + whole,
        "before-directory": build(lines, before_directory=b"hidden"),
        "comment": build(lines, comment=b"hello"),
        "second-end": build(lines, comment=build([])),
        "trailing": build(lines, after=b"trailing"),
        "two-zips": whole + build(lines_of(shop.copy({"data/A-01/chat.png": evil}))),
        "count-low": build(lines, end={"count": 2}),
        "count-high": build(lines, end={"count": 900}),
        "start-low": build(lines, end={"start": 4}),
        "length-low": build(lines, end={"length": 60}),
        "truncated": whole[:-30],
        "half": whole[: len(whole) // 2],
        "only-end": build([]),
        "empty": b"",
    }
    for label, data in wrapped.items():
        make = as_bytes(data)
        if label in ("empty",):
            yield Case("zip-frame", label, make, {"complete": NO})
        elif label == "only-end":
            yield Case("zip-frame", label, make, {}, error="verify.not_a_package")
        else:
            yield Case("zip-frame", label, make, _COMPLETE_NO)
    encrypted = [Line(line.name, line.data, flags=0x801) for line in lines]
    yield Case("zip-frame", "all-encrypted", as_bytes(build(encrypted)), {}, error="verify.encrypted")


def _bombs(shop: Workshop) -> Iterator[Case]:
    zeros = deflated(bytes(64 << 20))
    bomb = Line(b"package/data/A-01/bomb.bin", b"", method=8, packed=zeros)
    bomb.local = bomb.central = {"size": 64 << 20, "crc": 0}
    yield Case("zip-bomb", "added", as_bytes(build([*lines_of(shop.files), bomb])), _COMPLETE_NO)
    lines = lines_of(shop.files)
    for line in lines:
        if line.name.endswith(b"chat.png"):
            line.method, line.packed = 8, zeros
            line.local = line.central = {"size": 64 << 20, "crc": 0}
    yield Case("zip-bomb", "in-place", as_bytes(build(lines)), _COMPLETE_NO)
    quiet = lines_of(shop.files)
    for line in quiet:
        if line.name.endswith(b"chat.png"):
            line.method, line.packed = 8, zeros
    yield Case("zip-bomb", "understated", as_bytes(build(quiet)), _COMPLETE_NO, damaged="data/A-01/chat.png")
    overlapping = lines_of(shop.files)
    first = overlapping[0]
    for number in range(300):
        overlapping.append(Line(b"package/x%d" % number, first.data, has_local=False, offset_of=first.name))
    yield Case("zip-bomb", "overlapping", as_bytes(build(overlapping)), _COMPLETE_NO)
    many = [Line(b"package/n%d" % number, b"") for number in range(3000)]
    yield Case("zip-bomb", "many", as_bytes(build([*lines_of(shop.files), *many])), _COMPLETE_NO)


def _awkward(shop: Workshop) -> Iterator[Case]:
    """Everything that ordinary tools do to a package that nobody touched."""
    files = shop.files

    def yes(label: str, make: object, expected: object = ALL_YES) -> Case:
        return Case("awkward", label, make, expected)  # type: ignore[arg-type]

    deflate = [Line(line.name, line.data, method=8) for line in lines_of(files)]
    yield yes("deflated", as_bytes(build(deflate)))
    for kind in ("signed", "bare"):
        streamed = [Line(line.name, line.data, method=8, descriptor=kind) for line in lines_of(files)]
        yield yes(f"descriptor-{kind}", as_bytes(build(streamed)))
    stored = [Line(line.name, line.data, descriptor="signed") for line in lines_of(files)]
    yield yes("stored-descriptor", as_bytes(build(stored)))
    yield yes("no-top-folder", as_bytes(build(lines_of(files, ""))))
    yield yes("renamed-top-folder", as_bytes(build(lines_of(files, "사건 자료 (1)/"))))
    yield yes("zip64", as_bytes(build(lines_of(files), zip64=True)))
    folders = [Line(name, b"", mode=0o040755) for name in (b"package/", b"package/data/", b"package/data/A-01/")]
    yield yes("folder-entries", as_bytes(build([*folders, *lines_of(files)])))
    extra = b"UT\x05\x00\x03\x00\x00\x00\x60" + b"\x0a\x00\x04\x00\x00\x00\x00\x00"
    yield yes("extra-fields", as_bytes(build(Line(line.name, line.data, extra=extra) for line in lines_of(files))))
    korean = [Line(line.name.decode().encode("cp949"), line.data, flags=0) for line in lines_of(files)]
    yield yes("korean-windows-names", as_bytes(build(korean)))
    unmarked = [Line(line.name, line.data, flags=0) for line in lines_of(files)]
    yield yes("unmarked-utf8", as_bytes(build(unmarked)))
    decomposed: Files = {unicodedata.normalize("NFD", path): data for path, data in files.items()}
    yield yes("nfd-zip", as_bytes(build(lines_of(decomposed))))
    yield yes("nfd-folder", lambda folder: write_folder(decomposed, folder / "p"))
    shuffled = sorted(lines_of(files), key=lambda line: line.name[::-1])
    yield yes("other-order", as_bytes(build(shuffled)))
    system = [Line(name.encode(), data) for name, data in _SYSTEM.items()]
    yield yes("system-files", as_bytes(build([*lines_of(files), *system])))
    fakes = {
        "desktop": Line(b"package/desktop.ini", b"[.ShellClassInfo]"),
        "name-only": Line(b"package/Thumbs.db", b"MZ evil"), "hidden": Line(b"__MACOSX/evil.exe", b"MZ"),
        "large": Line(b"package/.DS_Store", b"\x00\x00\x00\x01Bud1" + bytes(2 << 20)),
    }  # fmt: skip
    for label, line in fakes.items():
        yield Case("system-fake", label, as_bytes(build([*lines_of(files), line])), ALL_YES | _COMPLETE_NO)
    yield yes("python-zip", lambda folder: write_zip(files, folder / "p.zip", compression=zipfile.ZIP_DEFLATED))
    yield yes("deep-path", lambda folder: write_folder(files, _deep(folder) / "p"))


def _deep(folder: Path) -> Path:
    for _ in range(12):
        folder = folder / ("long folder name " * 3).strip()
    return folder


def _flips(shop: Workshop, rng: random.Random, count: int) -> Iterator[Case]:
    """One byte of the ZIP changed. In names and data the answer is *no*; elsewhere it may be of no importance, but
    whatever is answered with *yes* has passed every digest."""
    whole = build(lines_of(shop.files))
    for number in range(count):
        position = rng.randrange(len(whole))
        value = rng.choice([whole[position] ^ (1 << rng.randrange(8)), rng.randrange(256)])
        if value == whole[position]:
            value ^= 0xFF
        data = whole[:position] + bytes([value]) + whole[position + 1 :]
        is_content = _is_content(shop.files, whole, position)
        expected = {"complete": NO} if is_content else {"complete": ANY, "custody": ANY, "origin": CANNOT}
        yield Case("zip-flip", f"{number:05d}-{position}", as_bytes(data), expected)


def _is_content(files: Files, whole: bytes, position: int) -> bool:
    start = 0
    for path, data in files.items():
        name = f"package/{path}".encode()
        begin = start + 30 + len(name)
        if begin <= position < begin + len(data):
            return True
        start = begin + len(data)
    return False
