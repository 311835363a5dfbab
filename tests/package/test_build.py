"""What is in a package, and that nothing half-made is ever left."""

from __future__ import annotations

import csv
import dataclasses
import errno
import hashlib
import io
import json
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import pikepdf
import pytest
from asn1crypto import cms

from evidence import manifest as layout
from evidence.digest import canonical_json, from_json, parse_json
from evidence.errors import CancelledError, EvidenceError
from evidence.manifest import FileRole, Manifest, originals_of
from evidence.model import DisclosedLog, PackageChoices, PackageMade, SignedHead, Snapshot
from evidence.package import build_package, draft_report

KOREAN = PackageChoices("ko", {}, statement="제가 직접 수집했습니다.")


@pytest.fixture
def made(sample: Any, out: Path, preview: Callable[[str], bytes | None]) -> PackageMade:
    return build_package(sample.snapshot, KOREAN, out, signer=sample.signer, preview=preview)


def manifest_of(folder: Path) -> Manifest:
    return from_json(parse_json((folder / layout.MANIFEST).read_bytes()), Manifest)


def files_of(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_the_manifest_lists_every_file_as_it_is(made: PackageMade) -> None:
    folder = Path(made.folder)
    manifest = manifest_of(folder)
    assert {entry.path for entry in manifest.files} == files_of(folder) - layout.UNLISTED
    assert [entry.path for entry in manifest.files] == sorted(entry.path for entry in manifest.files)
    for entry in manifest.files:
        data = (folder / entry.path).read_bytes()
        assert len(data) == entry.size
        assert hashlib.sha256(data).hexdigest() == entry.sha256
        assert hashlib.sha512(data).hexdigest() == entry.sha512


def test_originals_are_exactly_as_they_came(made: PackageMade, sample: Any) -> None:
    folder = Path(made.folder)
    manifest = manifest_of(folder)
    for exhibit, entry in zip(sample.snapshot.exhibits, manifest.items, strict=True):
        files = originals_of(manifest, entry)
        assert [file.original_name for file in files] == [file.name for file in exhibit.item.files]
        for file, original in zip(files, exhibit.item.files, strict=True):
            assert file.role is FileRole.ORIGINAL
            assert file.path.startswith(f"data/{entry.number}/")
            assert (folder / file.path).read_bytes() == sample.objects[original.object_id]


def test_the_proof_is_that_of_the_snapshot(made: PackageMade, sample: Any) -> None:
    folder = Path(made.folder)
    log = from_json(parse_json((folder / layout.CUSTODY).read_bytes()), DisclosedLog)
    assert log == sample.snapshot.log
    head = (folder / layout.head_path(log.head.head.size)).read_bytes()
    assert from_json(parse_json(head), SignedHead) == log.head
    assert hashlib.sha256((folder / layout.MANIFEST).read_bytes()).hexdigest() == made.manifest_sha256
    assert hashlib.sha256((folder / layout.REPORT).read_bytes()).hexdigest() == made.report_sha256
    assert not made.has_trusted_time
    assert made.signature_level == "B-B"


def test_the_zip_holds_the_folder_and_nothing_else(made: PackageMade) -> None:
    folder = Path(made.folder)
    with zipfile.ZipFile(made.zip_file) as archive:
        assert archive.testzip() is None
        names = {name.removeprefix(f"{folder.name}/") for name in archive.namelist()}
        assert names == files_of(folder)
        assert all(info.compress_type == zipfile.ZIP_STORED for info in archive.infolist())
        for name in names:
            assert archive.read(f"{folder.name}/{name}") == (folder / name).read_bytes()
    assert {path.name for path in folder.parent.iterdir()} == {folder.name, f"{folder.name}.zip"}


def test_one_form_alone(sample: Any, out: Path) -> None:
    folder_only = dataclasses.replace(KOREAN, as_zip=False)
    made = build_package(sample.snapshot, folder_only, out / "a", signer=sample.signer)
    assert made.zip_file == ""
    assert Path(made.folder).is_dir()
    zip_only = dataclasses.replace(KOREAN, as_folder=False)
    made = build_package(sample.snapshot, zip_only, out / "b", signer=sample.signer)
    assert made.folder == ""
    assert [path.suffix for path in (out / "b").iterdir()] == [".zip"]


def test_the_tables_are_read_by_a_spreadsheet(made: PackageMade) -> None:
    data = (Path(made.folder) / layout.ITEMS).read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows[0][0] == "증거물"
    assert len(rows) == 1 + 6
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    identifiers = (Path(made.folder) / layout.IDENTIFIERS).read_text("utf-8-sig")
    for value in ("example_channel", "4215", "https://example.org/room/123", "@example_user"):
        assert value in identifiers


def test_case_description_is_json_with_each_original(made: PackageMade) -> None:
    folder = Path(made.folder)
    bundle = json.loads((folder / layout.JSONLD).read_text("utf-8"))
    text = json.dumps(bundle)
    ids = [node["@id"] for node in bundle["uco-core:object"]]
    assert len(ids) == len(set(ids))
    for file in manifest_of(folder).files:
        if file.role is FileRole.ORIGINAL:
            assert file.sha256 in text


def test_the_signature_is_cades_over_the_manifest(made: PackageMade, sample: Any) -> None:
    signed = cms.ContentInfo.load((Path(made.folder) / layout.SIGNATURE).read_bytes())["content"]
    (info,) = signed["signer_infos"]
    attributes = {each["type"].native: each["values"] for each in info["signed_attrs"]}
    assert attributes["message_digest"][0].native.hex() == made.manifest_sha256
    assert "signing_certificate_v2" in attributes
    assert signed["certificates"][0].chosen.dump() == sample.signer.certificate_der


@pytest.mark.parametrize(("as_zip", "moments"), [(True, (1, 5, 9, 13)), (False, (1, 5, 9))])
def test_cancelling_leaves_nothing(sample: Any, out: Path, as_zip: bool, moments: tuple[int, ...]) -> None:
    seen: list[tuple[float, str]] = []
    for stop_after in moments:
        seen.clear()
        with pytest.raises(CancelledError):
            build_package(sample.snapshot, dataclasses.replace(KOREAN, as_zip=as_zip), out, signer=sample.signer,
                          progress=lambda share, step: seen.append((share, step)),
                          cancelled=lambda limit=stop_after: len(seen) >= limit)  # fmt: skip
        assert not list(out.iterdir())


def test_progress_only_grows(sample: Any, out: Path) -> None:
    seen: list[float] = []
    build_package(sample.snapshot, KOREAN, out, signer=sample.signer, progress=lambda share, _step: seen.append(share))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def _failing(snapshot: Snapshot, open_original: Callable[[str], BinaryIO]) -> Snapshot:
    return dataclasses.replace(snapshot, open_original=open_original)


def test_an_original_that_is_not_what_was_sealed(sample: Any, out: Path) -> None:
    broken = _failing(sample.snapshot, lambda object_id: io.BytesIO(sample.objects[object_id] + b"x"))
    with pytest.raises(EvidenceError) as caught:
        build_package(broken, KOREAN, out, signer=sample.signer)
    assert caught.value.code == "package.original_changed"
    assert caught.value.params == {"exhibit": "A-01"}
    assert not list(out.iterdir())


class FullDisk(io.BytesIO):
    def read(self, size: int | None = -1) -> bytes:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_disk_that_fills_up_while_writing(sample: Any, out: Path) -> None:
    with pytest.raises(EvidenceError) as caught:
        build_package(_failing(sample.snapshot, lambda _id: FullDisk()), KOREAN, out, signer=sample.signer)
    assert caught.value.code == "package.disk_full"
    assert not list(out.iterdir())


def test_a_disk_that_is_too_small_is_noticed_before(sample: Any, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: shutil._ntuple_diskusage(100, 90, 10))
    with pytest.raises(EvidenceError) as caught:
        build_package(sample.snapshot, KOREAN, out, signer=sample.signer)
    assert caught.value.code == "package.disk_full"


def test_a_place_that_cannot_be_written(sample: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(EvidenceError) as caught:
        build_package(sample.snapshot, KOREAN, tmp_path / "file", signer=sample.signer)
    assert caught.value.code == "package.cannot_write"


def test_what_cannot_be_packed_is_refused(sample: Any, out: Path) -> None:
    empty = dataclasses.replace(sample.snapshot, exhibits=())
    with pytest.raises(EvidenceError, match=r"package\.no_exhibits"):
        build_package(empty, KOREAN, out, signer=sample.signer)
    with pytest.raises(EvidenceError, match=r"package\.no_form"):
        build_package(sample.snapshot, dataclasses.replace(KOREAN, as_zip=False, as_folder=False), out,
                      signer=sample.signer)  # fmt: skip
    with pytest.raises(EvidenceError, match=r"i18n\.unknown_language"):
        build_package(sample.snapshot, dataclasses.replace(KOREAN, language="xx"), out, signer=sample.signer)
    with pytest.raises(EvidenceError, match=r"package\.no_font"):
        build_package(sample.snapshot, KOREAN, out, signer=sample.signer, fonts=())
    assert not out.exists() or not list(out.iterdir())


def test_the_same_manifest_has_one_encoding(made: PackageMade) -> None:
    data = (Path(made.folder) / layout.MANIFEST).read_bytes()
    assert canonical_json(from_json(parse_json(data), Manifest)) == data


def test_a_draft_shows_the_report_and_writes_nothing(
    sample: Any, preview: Callable[[str], bytes | None], tmp_path: Path
) -> None:
    def refuse(_object_id: str) -> BinaryIO:
        raise AssertionError("a draft opens no original")

    pdf = draft_report(_failing(sample.snapshot, refuse), KOREAN, preview=preview)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert len(document.pages) >= 8
        assert "/AcroForm" not in document.Root
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(CancelledError):
        draft_report(sample.snapshot, KOREAN, cancelled=lambda: True)


def test_what_a_killed_build_left_is_swept(sample: Any, out: Path) -> None:
    stale, running = out / ".holdfast-20200101-00000000.part", out / ".holdfast-20200101-11111111.part"
    for folder in (stale, running):
        (folder / "data").mkdir(parents=True)
        (folder / "data" / "original").write_bytes(b"plain text")
    (out / ".holdfast-20200101-00000000.zip.part").write_bytes(b"")
    for path in (stale, out / ".holdfast-20200101-00000000.zip.part"):
        os.utime(path, (1, 1))
    build_package(sample.snapshot, KOREAN, out, signer=sample.signer)
    assert [path.name for path in out.iterdir() if path.name.startswith(".")] == [running.name]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_a_package_is_for_its_owner_alone(made: PackageMade) -> None:
    assert Path(made.folder).stat().st_mode & 0o077 == 0
    assert Path(made.zip_file).stat().st_mode & 0o077 == 0
