"""What a package that was made earlier, or a receipt for it, says about the vault that it came from."""

from __future__ import annotations

from pathlib import Path

from evidence.digest import from_json, parse_json
from evidence.manifest import HEADS_FOLDER
from evidence.model import SignedHead
from evidence.package.made import open_package
from evidence.verify import is_receipt, load_receipt


def heads_in(package: Path) -> tuple[SignedHead, ...]:
    """The signed heads that a package, or a receipt, carries: what its vault must still contain.

    Raises those of :func:`evidence.verify.load_receipt`;
    ``package.not_a_package``, ``json.malformed``, ``json.not_canonical`` or ``json.wrong_shape``.
    """
    if package.is_file():
        with package.open("rb") as stream:
            head = stream.read(64)
        if is_receipt(head):
            return load_receipt(package).receipt.heads
    made = open_package(package)
    paths = sorted(path for path in made.sizes if path.startswith(f"{HEADS_FOLDER}/"))
    return tuple(from_json(parse_json(made.read(path)), SignedHead) for path in paths)
