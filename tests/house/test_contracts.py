"""Each import contract is broken on purpose, at every place that it guards, and must turn red."""

from __future__ import annotations

import itertools
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
CONTRACTS = {
    contract["id"]: contract
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
}
LINT = "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()"


def lint(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", LINT, "--no-cache", "--no-logo", *words]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60)


def place(module: str) -> Path | None:
    """The file or folder of one of our modules, relative to the root; None for a room that is not built yet."""
    path = Path(*module.split("."))
    if (ROOT / path).is_dir():
        return path
    return path.with_suffix(".py") if (ROOT / path.with_suffix(".py")).exists() else None


def is_library(module: str) -> bool:
    return module.split(".")[0] not in ("app", "evidence", "ui")


def forbidden_pairs(contract: dict) -> set[tuple[str, str]]:
    """Every importer and imported module that a contract keeps apart."""
    if contract["type"] == "forbidden":
        return set(itertools.product(contract["source_modules"], contract["forbidden_modules"]))
    assert contract["type"] == "layers"
    prefix = f"{contract['containers'][0]}." if "containers" in contract else ""
    floors = [[prefix + room for room in re.findall(r"\w+", floor)] for floor in contract["layers"]]
    upwards = {(low, high) for above, below in itertools.combinations(floors, 2) for high in above for low in below}
    neighbours = {pair for floor in floors for pair in itertools.permutations(floor, 2)}
    return upwards | neighbours


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for folder in ("app", "evidence", "ui"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_contracts_are_kept():
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("name", CONTRACTS)
def test_a_broken_contract_is_red(name, tree):
    pairs = {
        (importer, imported) for importer, imported in forbidden_pairs(CONTRACTS[name])
        if place(importer) is not None and (is_library(imported) or place(imported) is not None)
    }  # fmt: skip
    assert pairs
    for importer, imported in pairs:
        where = tree / place(importer)
        with (where / "seeded.py" if where.suffix == "" else where).open("a", encoding="utf-8") as module:
            module.write(f"\nimport {imported}\n")
    result = lint(tree, "--contract", name)
    assert result.returncode == 1
    assert f"{CONTRACTS[name]['name']} BROKEN" in result.stdout
    said = " ".join(result.stdout.split())
    missed = {pair for pair in pairs if f"{pair[0]} is not allowed to import {pair[1]}" not in said}
    assert not missed


def test_every_room_has_its_floor():
    floors = " ".join(CONTRACTS["floors"]["layers"])
    inside = (ROOT / "evidence").iterdir()
    rooms = {path.stem for path in inside if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert rooms - {"__init__"} <= set(re.findall(r"\w+", floors))


def test_the_verifier_loads_nothing_of_the_vault():
    """The contract sees imports that are written down; this sees those that happen."""
    forbidden = tuple(CONTRACTS["verifier-alone"]["forbidden_modules"])
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import app.verify.__main__; print(*sys.modules)"
    if place("app.verify.__main__") is None:
        pytest.skip("there is no verifier yet")
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not [name for name in loaded if f"{name}.".startswith(tuple(f"{module}." for module in forbidden))]
