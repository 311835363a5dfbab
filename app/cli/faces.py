"""``bench scoring --set``: what the detectors are worth on a labelled folder of faces."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.cli.console import Console
from app.cli.wording import bench_lines
from evidence.errors import EvidenceError
from evidence.i18n import Texts


def add_faces_arguments(parser: argparse.ArgumentParser, t: Texts) -> None:
    """The options of ``bench`` that are about a labelled set."""
    parser.add_argument(
        "--set", type=Path, metavar="DIR", help=t("with scoring: folder of labelled faces with a manifest.csv")
    )
    parser.add_argument(
        "--peers", type=Path, metavar="DIR", help=t("with scoring: folder of detector packs to compare with")
    )
    parser.add_argument(
        "--sample", type=int, metavar="N", help=t("with scoring: at most this many pictures of each source")
    )
    parser.add_argument(
        "--conditions", default="clean", metavar="NAMES",
        help=t("with scoring: what happens to the pictures first, such as clean,jpeg50,social"),
    )  # fmt: skip
    parser.add_argument(
        "--finder", type=Path, metavar="DIR", help=t("with scoring: unpacked detector pack that finds the faces")
    )
    parser.add_argument(
        "--suites", default="metadata,abstention,speed", metavar="NAMES",
        help=t("with scoring: what is measured on files made on the spot; empty for nothing"),
    )  # fmt: skip


def bench_faces(arguments: argparse.Namespace, console: Console) -> int:
    """Measure and say it. Raises those of :func:`app.bench.scoring.run_faces`, and ``bench.set_of_scoring`` when the
    set or the name ``scoring`` comes without the other."""
    if arguments.name != "scoring" or arguments.set is None:
        raise EvidenceError("bench.set_of_scoring")
    from app.bench.scoring import run_faces  # the detectors, which no other verb here needs
    from app.bench.scoring_rows import document, table

    t = console.t
    result = run_faces(
        arguments.set, peers=arguments.peers, finder=arguments.finder, sample=arguments.sample,
        conditions=[name.strip() for name in arguments.conditions.split(",")],
        suites=[name.strip() for name in arguments.suites.split(",") if name.strip()], progress=console.progress,
    )  # fmt: skip
    lines = bench_lines(t, [table(result)])
    if not result.report.headline_allowed:
        lines.append(
            t("No average is given: a control that sees no face does too well here, or could not be run. Such a set "
              "may tell its sources apart, not its fakes.")
        )  # fmt: skip
    for pack, sources in result.trained_on.items():
        lines.append(
            t("{pack} learned from real faces of {names}, too: what it reaches on them flatters it. Its card.md says "
              "more.",
              pack=pack, names=", ".join(sources))
        )  # fmt: skip
    names = ", ".join(result.report.not_measured)
    lines.append(t("Not measured: {names}", names=names))
    console.result(document(result), lines)
    return 0
