"""The verifier's command line: words in, calm answers and exit codes out."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from support.sample_package import Files, Recipe, World, write_folder, write_zip

from app.verify.command import main


@pytest.fixture(scope="module")
def world() -> World:
    return World()


@pytest.fixture(scope="module")
def valid_files(world: World) -> Files:
    return Recipe(world).build()


@pytest.fixture
def package(tmp_path: Path, valid_files: Files) -> Path:
    return write_zip(valid_files, tmp_path / "package.zip")


@pytest.fixture
def trusted(tmp_path: Path, world: World) -> list[str]:
    signer, root = tmp_path / "signer.pem", tmp_path / "root.pem"
    signer.write_bytes(world.signer.certificate.public_bytes(Encoding.PEM))
    root.write_bytes(world.pki.root_pem)
    return ["--trust", str(signer), "--tsa-root", str(root)]


def test_exit_codes(
    package: Path, trusted: list[str], tmp_path: Path, valid_files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = write_zip(valid_files | {"02_items.csv": b""}, tmp_path / "damaged.zip")
    assert main([str(package), *trusted]) == 0
    assert main([str(package)]) == 3
    assert main([str(damaged), *trusted]) == 1
    assert "02_items.csv" in capsys.readouterr().out
    assert main([str(tmp_path / "nothing.zip")]) == 2
    assert main([str(package), "--trust", str(package)]) == 2
    assert main([str(package), "--fingerprint", "abcd"]) == 2
    folder = write_folder(valid_files, tmp_path / "folder")
    assert main([str(folder), "--trust", str(folder / "proof" / "certificates.pem")]) == 2
    assert main([]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_json_is_one_document(
    package: Path, trusted: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(package), str(tmp_path / "nothing"), "--json", *trusted]) == 2
    document = json.loads(capsys.readouterr().out)
    assert document["exit_code"] == 2
    first, second = document["packages"]
    assert first["answer"] == "yes"
    assert second["error"]["code"] == "verify.not_found"


def test_many_packages_in_parallel(package: Path, trusted: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*[str(package)] * 4, "--jobs", "2", "--json", *trusted]) == 0
    assert len(json.loads(capsys.readouterr().out)["packages"]) == 4


@pytest.mark.parametrize("language", ["ko", "en", "fr"])
def test_answers_in_three_languages(
    language: str, package: Path, trusted: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(package), "--language", language, *trusted]) == 0
    expected = {"ko": "[예]", "en": "[YES]", "fr": "[OUI]"}[language]
    assert capsys.readouterr().out.count(expected) == 8


def test_it_runs_alone_and_imports_no_vault_window_or_detector(
    package: Path, trusted: list[str], repository: Path
) -> None:
    code = (
        "import sys; from app.verify.command import main; code = main(sys.argv[1:]);"
        "heavy = {'PySide6', 'cv2', 'numpy', 'onnxruntime', 'sqlcipher3', 'evidence.store', 'evidence.session'};"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr); raise SystemExit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(package), *trusted], cwd=repository, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr.strip()) == (0, "[]")


def test_the_module_runs(package: Path, repository: Path) -> None:
    assert datetime.now(UTC).year >= 2026
    done = subprocess.run(
        [sys.executable, "-m", "app.verify", str(package), "--language", "en"],
        cwd=repository, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 3
    assert "[CANNOT TELL]" in done.stdout
    assert done.stderr == ""


def test_a_stick_with_many_packages(tmp_path: Path, valid_files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    stick = tmp_path / "stick"
    (stick / "holiday").mkdir(parents=True)
    write_zip(valid_files, stick / "one.zip")
    write_folder(valid_files, stick / "two")
    write_folder(valid_files | {"evil.txt": b""}, stick / "three")
    assert main([str(stick), "--json"]) == 1
    packages = json.loads(capsys.readouterr().out)["packages"]
    assert [Path(each["path"]).name for each in packages] == ["one.zip", "three", "two"]
    assert [each["answer"] for each in packages] == ["cannot_tell", "no", "cannot_tell"]


def test_many_packages_are_said_in_lines_from_several_processes(
    package: Path, trusted: list[str], tmp_path: Path, valid_files: Files, capfd: pytest.CaptureFixture[str]
) -> None:
    """In the order of the words; a folder that was copied and renamed is the same package; a bad one stops nothing."""
    copied = write_folder(valid_files, tmp_path / "copied by the registry (2)")
    damaged = write_zip(valid_files | {"02_items.csv": b""}, tmp_path / "damaged.zip")
    words = [str(package), str(copied), str(tmp_path / "gone.zip"), str(damaged)]
    assert main([*words, *trusted, "--json-lines", "--jobs", "2"]) == 1
    told = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert [Path(each["path"]).name for each in told] == [Path(word).name for word in words]
    assert [each.get("answer") for each in told] == ["yes", "yes", None, "no"]
    assert told[2]["error"]["code"] == "verify.not_found"
    assert told[0]["package_id"] == told[1]["package_id"]
