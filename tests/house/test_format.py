"""FORMAT.md says what the code does: read as a stranger would, with nothing but hashlib and a list of tables."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

from evidence.manifest import (
    BAG_FILES,
    CERTIFICATES,
    CUSTODY,
    GUIDE,
    IDENTIFIERS,
    ITEMS,
    JSONLD,
    MANIFEST,
    REPORT,
    SIGNATURE,
    FileEntry,
    FileRole,
    ItemEntry,
    Manifest,
)
from evidence.model import AcquisitionMethod, EventKind, Moment, OperatorRole, Tool
from evidence.store import Argon2Cost, Passphrase, create

FORMAT = (Path(__file__).resolve().parent.parent.parent / "FORMAT.md").read_text("utf-8")


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def test_the_worked_example_of_the_custody_log():
    said = dict(re.findall(r"^    (event \d|leaf \d|root|head file|stamped) +(\S.*)$", FORMAT, re.M))
    leaves = [sha256(b"\0" + said[f"event {index}"].encode()) for index in range(2)]
    assert [leaf.hex() for leaf in leaves] == [said["leaf 0"], said["leaf 1"]]
    root = sha256(b"\1" + leaves[0] + leaves[1]).hex()
    assert root == said["root"] == json.loads(said["head file"])["head"]["root"]
    assert sha256(said["head file"].encode()).hex() == said["stamped"]


def test_every_kind_of_event_is_named():
    row = next(line for line in FORMAT.splitlines() if line.startswith("| `kind` | `VAULT_CREATED`"))
    assert set(re.findall(r"`([A-Z_]+)`", row)) == {kind.value for kind in EventKind}


def test_the_tables_of_the_records(tmp_path):
    cheap = Argon2Cost(memory_kib=8 * 1024, passes=1, lanes=1)
    store, _ = create(tmp_path / "vault", Passphrase("for this test"), now=datetime(2026, 3, 1, tzinfo=UTC), cost=cheap)
    with store:
        found = {}
        database = store._database
        tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'words|_%' ESCAPE '|'"
        for (name,) in database.rows(tables):
            found[name] = [column for (column,) in database.rows("SELECT name FROM pragma_table_info(?)", (name,))]
    said = {}
    for name, columns in re.findall(r"^\| ([a-z_]+)\(([a-z_, 0-9=]+)\) \|", FORMAT, re.M):
        said[name] = [column.split(" = ")[0] for column in columns.split(", ")]
    assert said == found


def test_every_part_of_a_package_is_named():
    proof = (MANIFEST, SIGNATURE, CUSTODY, CERTIFICATES, JSONLD)
    for path in (*BAG_FILES, REPORT, ITEMS, IDENTIFIERS, GUIDE, *proof):
        assert f"{path} " in FORMAT or f"{path}\n" in FORMAT, path


def test_the_members_of_the_manifest():
    package = FORMAT[FORMAT.index("## 5. The package") :]
    tables = package[package.index("### The manifest") : package.index("*moment*: `{")]
    manifest, item, file = (
        {name for row in re.findall(r"^\| (`.*?) \|", block, re.M) for name in re.findall(r"`(\w+)`", row)}
        for block in re.split(r"\*item\*:|\*file\*:", tables)
    )
    for kind, said in ((Manifest, manifest), (ItemEntry, item), (FileEntry, file)):
        assert said == {field.name for field in fields(kind)}
    for kind, name in ((Moment, r"\*moment\*"), (Tool, r"\*tool\*")):
        match = re.search(rf"^{name}: `\{{(.*?)\}}`", package, re.M)
        assert match is not None
        assert re.findall(r'"(\w+)"', match[1]) == sorted(field.name for field in fields(kind))


def test_every_method_and_role_is_named():
    for kind in (AcquisitionMethod, FileRole, OperatorRole):
        assert not [value.value for value in kind if f"`{value.value}`" not in FORMAT]
