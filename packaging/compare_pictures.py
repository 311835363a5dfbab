"""What changed between two galleries of the window: an index of the pictures that differ, the most changed first.

    python packaging/compare_pictures.py PREVIOUS NOW      writes NOW/compared.html

The same is done by ``gallery.py OUTDIR --compare PREVIOUS``. A point counts as changed when one of its colours differs
by more than a little (:data:`NOTICED`): the smoothing of letters is not the same on every computer. Where one picture
is higher or wider, what only one of them has counts as changed.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np
from PIL import Image

NOTICED = 24
"""Of 255: smaller differences of a colour are not seen."""
INDEX = "compared.html"


@dataclass(frozen=True)
class Change:
    """One picture: how much of it changed, 0 to 1; ``is_new`` and ``is_gone`` where only one gallery has it."""

    name: str
    share: float
    is_new: bool = False
    is_gone: bool = False


def share_changed(before: Path, now: Path) -> float:
    """How much of the larger of two pictures is not the same, 0 to 1."""
    with Image.open(before) as one, Image.open(now) as other:
        first, second = (np.asarray(picture.convert("RGB"), np.int16) for picture in (one, other))
    height, width = (min(first.shape[axis], second.shape[axis]) for axis in (0, 1))
    differs = np.abs(first[:height, :width] - second[:height, :width]).max(axis=2) > NOTICED
    whole = max(first.shape[0], second.shape[0]) * max(first.shape[1], second.shape[1])
    both = height * width
    return float((differs.sum() + whole - both) / whole)


def compare(previous: Path, now: Path) -> list[Change]:
    """Every picture that is not the same in both folders, the most changed first; new and gone ones before them."""
    here, there = ({path.name for path in folder.glob("*.png")} for folder in (now, previous))
    changes = [Change(name, 1.0, is_new=True) for name in sorted(here - there)]
    changes += [Change(name, 1.0, is_gone=True) for name in sorted(there - here)]
    shares = {name: share_changed(previous / name, now / name) for name in sorted(here & there)}
    changed = sorted((name for name, share in shares.items() if share > 0), key=lambda name: (-shares[name], name))
    return changes + [Change(name, shares[name]) for name in changed]


def write_index(previous: Path, now: Path, changes: list[Change]) -> Path:
    """A page beside the new pictures: each change with its share, before and now side by side."""
    away = os.path.relpath(previous.resolve(), now.resolve())
    same = len(list(now.glob("*.png"))) - sum(not change.is_gone for change in changes)
    rows = []
    for change in changes:
        said = "new" if change.is_new else "gone" if change.is_gone else f"{100 * change.share:.2f} %"
        name = escape(change.name, quote=True)
        before = "" if change.is_new else f'<img src="{escape(away, quote=True)}/{name}" alt="before">'
        after = "" if change.is_gone else f'<img src="{name}" alt="now">'
        rows.append(f"<section><h2>{name} <small>{said}</small></h2><div>{before}{after}</div></section>")
    page = (
        "<!doctype html><meta charset=utf-8><title>What changed</title><style>body{font:15px sans-serif;margin:2em}"
        "div{display:flex;gap:1em;align-items:flex-start}img{width:48%;border:1px solid #999}small{color:#555}</style>"
        f"<h1>{len(changes)} changed, {same} the same</h1>\n" + "\n".join(rows) + "\n"
    )
    path = now / INDEX
    path.write_text(page, "utf-8")
    return path


def main() -> int:
    """Compare two folders; returns the exit code: 2 where one of them is none."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("previous", type=Path)
    parser.add_argument("now", type=Path)
    chosen = parser.parse_args()
    for folder in (chosen.previous, chosen.now):
        if not folder.is_dir():
            sys.stderr.write(f"{folder} is no folder\n")
            return 2
    changes = compare(chosen.previous, chosen.now)
    sys.stdout.write(f"{len(changes)} changed; see {write_index(chosen.previous, chosen.now, changes)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
