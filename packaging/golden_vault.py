"""Make the golden vault of the newest version of the tables, which tests/store/test_golden.py opens for ever.

    python packaging/golden_vault.py

Run it once, in the commit that adds a step to evidence/store/migrations.py, and never again for that version: the file
is worth something because the program of that day wrote it. It refuses to write over one that is there.
"""

from __future__ import annotations

import importlib.util
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

FOLDER = ROOT / "tests" / "store" / "golden"
PASSPHRASE = "golden vault, format 1"
PROGRAM = "0.1.0"
"""What the steps are recorded under: the test tells by it which ones its own program added."""
CONTENTS = (b"first content\n", bytes(range(256)) * 20)


def main() -> int:
    """Write the golden vault; returns the exit code."""
    from evidence.store.migrations import STEPS

    path = FOLDER / f"tables-{len(STEPS)}.zip"
    if path.exists():
        sys.stderr.write(f"{path.name} is there already, and is never made again\n")
        return 1
    recovery_key = make(path)
    sys.stdout.write(f"{path.name} is made. Add to RECOVERY_KEYS in tests/store/test_golden.py:\n")
    sys.stdout.write(f'    {len(STEPS)}: "{recovery_key}",\n')
    return 0


def make(path: Path) -> str:
    """Write a vault with one of everything that the test looks for, as a ZIP; gives its recovery key."""
    from evidence.store import Passphrase, create

    helpers = _test_helpers()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "vault"
        passphrase = Passphrase(PASSPHRASE)
        store, recovery_key = create(folder, passphrase, now=helpers.NOW, cost=helpers.CHEAP, program=PROGRAM)
        vault = helpers.Vault(folder, passphrase, recovery_key, store)
        case = vault.add_case("황금 Golden")
        for number, content in enumerate(CONTENTS, 1):
            vault.add_item(case, content, title=f"제목 {number}")
        with store.transaction():
            store.settings.put("language", "ko")
        store.close()
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            for file in sorted(folder.rglob("*")):
                packed.write(file, file.relative_to(folder))
    return str(recovery_key)


def _test_helpers() -> Any:
    """tests/store/conftest.py: the same cases and items as in the tests."""
    spec = importlib.util.spec_from_file_location("store_helpers", ROOT / "tests" / "store" / "conftest.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    sys.exit(main())
