"""For an upload form that takes only small files: report, lists and proof in parts, and small copies of the pictures.

The small copies are made again from the package's originals and prove nothing by themselves; the list beside them says
of each which original it shows. The package itself stays the evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from evidence import manifest as layout
from evidence.digest import from_json, parse_json
from evidence.errors import CancelledError, EvidenceError
from evidence.i18n import Texts
from evidence.manifest import FileEntry, FileRole, Manifest
from evidence.package.handover import MIN_VOLUME, HandedFile, Volumes, read_back
from evidence.package.made import MadePackage, open_package
from evidence.package.staging import SPARE_BYTES, leaving_nothing, remove_folder, require_room
from evidence.package.tables import table

LIST = "00_files.csv"
WHOLE = {
    layout.REPORT: layout.REPORT,
    layout.ITEMS: layout.ITEMS,
    layout.IDENTIFIERS: layout.IDENTIFIERS,
    layout.MANIFEST: "04_manifest.json",
    layout.SIGNATURE: "04_manifest.json.p7s",
}
"""What every upload needs, by its path in the package: the name that it gets."""
SMALL_SUFFIX = "_small.jpg"
MOST_BYTES = 200 << 20
"""Of one picture that a small copy is made of; larger ones have none."""


def make_upload_set(
    package: Path,
    out_dir: Path,
    t: Texts,
    *,
    limit: int,
    small: Callable[[bytes, int], bytes | None],
    progress: Callable[[float, str], None] = lambda _share, _step: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[HandedFile, ...]:
    """Write a new folder in ``out_dir`` whose files are at most ``limit`` bytes each, and read every one back.

    ``small`` makes of a picture's bytes a JPEG of at most so many bytes, or None where there is nothing to show. A list
    says of each file what it is. Nothing half-made is left. Raises :class:`EvidenceError` ``package.small_volume``,
    ``package.not_a_package``, ``package.already_there``, ``package.not_written``, ``package.disk_full``,
    ``package.cannot_write``; :class:`CancelledError`.
    """
    if limit < MIN_VOLUME:
        raise EvidenceError("package.small_volume")
    made = open_package(package)
    manifest = from_json(parse_json(made.read(layout.MANIFEST)), Manifest)
    pictures = [
        entry
        for entry in manifest.files
        if entry.role is FileRole.ORIGINAL and entry.media_type.startswith("image/") and entry.size <= MOST_BYTES
    ]
    folder = out_dir / f"{package.stem if package.is_file() else package.name}-upload"
    with leaving_nothing():
        out_dir.mkdir(parents=True, exist_ok=True)
        require_room(out_dir, sum(made.sizes.get(path, 0) for path in WHOLE) + SPARE_BYTES)
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError as problem:
            raise EvidenceError("package.already_there", name=folder.name) from problem
        try:
            return _write(made, pictures, folder, t, limit, small, progress, cancelled)
        except BaseException:
            remove_folder(folder)
            raise


def _write(
    made: MadePackage, pictures: Sequence[FileEntry], folder: Path, t: Texts, limit: int,
    small: Callable[[bytes, int], bytes | None], progress: Callable[[float, str], None], cancelled: Callable[[], bool],
) -> tuple[HandedFile, ...]:  # fmt: skip
    handed: list[HandedFile] = []
    rows: list[list[str]] = []

    def put(name: str, data: bytes, kind: str, original: str = "") -> None:
        if cancelled():
            raise CancelledError
        volumes = Volumes(folder, name, limit if len(data) > limit else None)
        volumes.write(data)
        for file in volumes.finish():
            read_back(file, cancelled)
            handed.append(file)
            rows.append([file.path.name, kind, str(file.size), file.sha256, original])

    for path, name in WHOLE.items():
        if path in made.sizes:
            part = t("part of the package, unaltered")
            put(name, made.read(path), part)
    for position, entry in enumerate(pictures):
        progress(position / len(pictures), "writing")
        picture = small(made.read(entry.path), limit)
        if picture is not None:
            number = f"-{entry.position + 1}" if entry.position else ""
            put(f"{entry.item}{number}{SMALL_SUFFIX}", picture, t("small copy of exhibit {no}, not the original",
                                                                  no=entry.item), entry.sha256)  # fmt: skip
    header = [t("File"), t("What it is"), t("Size in bytes"), "SHA-256", t("SHA-256 of the original")]
    put(LIST, table(header, rows), "")
    progress(1.0, "writing")
    return tuple(handed)
