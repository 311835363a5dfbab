"""Score files that are in no vault, and keep nothing: single files, or whole folders."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from evidence import scoring
from evidence.capture import acquire_file
from evidence.digest import digest_stream
from evidence.errors import CancelledError, EvidenceError
from evidence.media import sniff
from evidence.model import ScoreReport
from evidence.session import anchors, packs
from evidence.session.ports import Ports, real_ports
from evidence.session.sealing import SNIFF_BYTES

MOST_FILES = 100_000


@dataclass(frozen=True, slots=True)
class ScoredFile:
    """One file: what was found, or why it could not be read."""

    path: Path
    report: ScoreReport | None
    error: EvidenceError | None = None


def score_files(
    paths: Sequence[Path],
    *,
    trust_anchors: Sequence[Path] = (),
    trusted_pem: str = "",
    each: Callable[[ScoredFile], None] = lambda _one: None,
    progress: Callable[[float, str], None] = lambda _share, _step: None,
    cancelled: Callable[[], bool] = lambda: False,
    ports: Ports | None = None,
) -> list[ScoredFile]:
    """Score the files in ``paths``, and those in folders among them; ``each`` is told of one as soon as it is done.

    ``trust_anchors`` are PEM files for content credentials, ``trusted_pem`` certificates that are known already. A file
    that cannot be read says so and the rest goes on.
    Raises ``score.nothing_there``, ``score.too_many_files``, ``scoring.bad_anchors``, what the detectors raise, and
    :class:`CancelledError`.
    """
    outside = ports or real_ports()
    given = [one for path in trust_anchors for one in anchors.read_anchors(path)]
    given += anchors.anchors_in(trusted_pem)
    pem = anchors.as_pem(list({one.sha256: one for one in given}.values()))
    in_use = packs.in_use(outside.packs_dir)
    files = files_in(paths)
    done: list[ScoredFile] = []
    with scoring.scoring_worker() as worker:
        for position, path in enumerate(files):
            if cancelled():
                raise CancelledError
            progress(position / len(files), "scoring")
            try:
                [incoming] = acquire_file(path, clock=outside.clock).files
                with incoming.open() as stream:
                    head = stream.read(SNIFF_BYTES)
                    digest = digest_stream(stream, cancelled, begin=head).sha256
                report = scoring.score_original(
                    incoming.open, item_id="", sha256=digest, media_type=sniff(head), now=outside.clock().at,
                    worker=worker, packs=in_use, trust_anchors=pem, cancelled=cancelled,
                )  # fmt: skip
                one = ScoredFile(path, report)
            except EvidenceError as error:
                if not error.code.startswith("capture."):
                    raise
                one = ScoredFile(path, None, error)
            done.append(one)
            each(one)
    progress(1.0, "scoring")
    return done


def files_in(paths: Sequence[Path]) -> list[Path]:
    """The files that are named, and those in named folders in order of their names; links inside are not followed.

    Raises ``score.nothing_there`` and ``score.too_many_files``.
    """
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        for folder, inner, names in os.walk(path):
            inner.sort()
            here = (Path(folder) / name for name in sorted(names))
            found += [one for one in here if one.is_file() and not one.is_symlink()]
            if len(found) > MOST_FILES:
                raise EvidenceError("score.too_many_files", most=MOST_FILES)
    if not found:
        raise EvidenceError("score.nothing_there")
    return found
