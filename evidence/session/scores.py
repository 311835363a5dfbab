"""The verbs about scores: look for signs of manipulation, one exhibit at a time, and whom to trust for credentials.

A score is made in three steps, so that a long one never holds up the vault: :meth:`Scores.begin` and
:meth:`Scores.keep` belong to the session's thread; what lies between, :meth:`ScoreTask.run`, may run on any other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

from evidence import scoring
from evidence.errors import CancelledError, EvidenceError
from evidence.media import MediaWorker
from evidence.model import EventKind, Item, Moment, ScoreReport
from evidence.session import anchors, packs
from evidence.session.anchors import TrustAnchor
from evidence.session.loose import ScoredFile, score_files
from evidence.session.ports import real_ports
from evidence.session.stamping import Record
from evidence.store import Store

_ANCHORS = "c2pa_trust_anchors"
Progress = Callable[[float, str], None]
Cancelled = Callable[[], bool]


class ScoreTask:
    """One exhibit that is to be looked at. Needs the vault no more."""

    def __init__(
        self, item: Item, stream: BinaryIO | None, worker: MediaWorker, in_use: Sequence[scoring.Pack],
        trust_anchors: str, clock: Callable[[], datetime],
    ) -> None:  # fmt: skip
        self.item = item
        self._stream = stream
        self._worker = worker
        self._packs = in_use
        self._anchors = trust_anchors
        self._clock = clock

    def run(self, cancelled: Cancelled = lambda: False) -> ScoreReport:
        """Score the exhibit's first file. Once; raises as :func:`evidence.scoring.score_original`."""
        original = self.item.files[0]
        try:
            return scoring.score_original(
                lambda: cast(BinaryIO, _Again(self._stream)),
                item_id=self.item.id, sha256=original.digests.sha256, media_type=original.media_type,
                now=self._clock(), cancelled=cancelled, worker=self._worker, packs=self._packs,
                trust_anchors=self._anchors,
            )  # fmt: skip
        finally:
            if self._stream is not None:
                self._stream.close()


class _Again:
    """A stream from its beginning that stays open when the reader closes it: it may be read a second time."""

    def __init__(self, stream: BinaryIO | None) -> None:
        if stream is None:
            raise EvidenceError("media.unsupported", media_type="")
        stream.seek(0)
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        return self._stream.read(size)

    def __enter__(self) -> _Again:
        return self

    def __exit__(self, *_exception: object) -> None:
        return None


class Scores:
    """What an open vault can do with scores. Belongs to the session's thread, but for :meth:`ScoreTask.run`."""

    def __init__(
        self, store: Store, packs_dir: Path | None, clock: Callable[[], Moment], record: Record, worker: MediaWorker
    ) -> None:
        self._store = store
        self._packs_dir = packs_dir
        self._clock = clock
        self._record = record
        self._worker = worker

    def close(self) -> None:
        """End the child process. What still runs in it ends with it."""
        self._worker.close()

    def begin(self, item_id: str) -> ScoreTask:
        """Make ready to look at an exhibit.

        Raises ``guard.quarantined``, ``vault.no_such_item``, ``vault.not_kept``, ``vault.object_damaged`` and, for a
        detector pack that is not whole, ``scoring.pack_altered`` or ``scoring.pack_unsigned``.
        """
        item = self._store.items.get(item_id)
        original = item.files[0]
        is_media = original.media_type.startswith(("image/", "video/"))
        if self._store.quarantine.holds(item_id):
            raise EvidenceError("guard.quarantined")
        stream = cast(BinaryIO, self._store.open_object(original.object_id)) if is_media else None
        in_use = packs.in_use(self._packs_dir)
        return ScoreTask(item, stream, self._worker, in_use, self._pem(), lambda: self._clock().at)

    def keep(self, report: ScoreReport) -> None:
        """Keep a score; the log says that it was made, of what, and with which detectors.

        Raises ``guard.quarantined`` for an exhibit that was held back meanwhile.
        """
        item = self._store.items.get(report.item_id)
        if self._store.quarantine.holds(item.id):
            raise EvidenceError("guard.quarantined")
        with self._store.transaction():
            self._store.items.add_score(report)
            self._record(item.case_id, EventKind.SCORED, item_id=item.id, facts=score_facts(report))

    def score(self, item_ids: Sequence[str], progress: Progress, cancelled: Cancelled) -> list[ScoreReport]:
        """Score one after the other; each is kept as soon as it is there. What is held back is passed over.

        Raises ``guard.quarantined`` when nothing else was asked for, as :meth:`begin`, and :class:`CancelledError`.
        """
        free = self.free(item_ids)
        if item_ids and not free:
            raise EvidenceError("guard.quarantined")
        reports: list[ScoreReport] = []
        for position, item_id in enumerate(free):
            if cancelled():
                raise CancelledError
            progress(position / len(free), "scoring")
            reports.append(self.begin(item_id).run(cancelled))
            self.keep(reports[-1])
        progress(1.0, "scoring")
        return reports

    def free(self, item_ids: Sequence[str]) -> list[str]:
        """Those that are not held back."""
        return [item_id for item_id in item_ids if not self._store.quarantine.holds(item_id)]

    def outside(self) -> Callable[..., list[ScoredFile]]:
        """:func:`evidence.session.score_files` with this vault's trust and packs: on any thread; nothing is kept."""
        ports = replace(real_ports(self._packs_dir), clock=self._clock)
        return partial(score_files, trusted_pem=self._pem(), ports=ports)

    # Detectors -----------------------------------------------------------------------------------------------------

    @property
    def packs_dir(self) -> Path:
        """Where packs lie that the person let in. Raises ``scoring.packs_unwritable`` where there is no such place."""
        if self._packs_dir is None:
            raise EvidenceError("scoring.packs_unwritable", path="")
        return self._packs_dir

    def packs(self) -> list[packs.PackDetails]:
        """Every detector pack of this computer."""
        return packs.list_packs(self._packs_dir)

    # Whom to trust -------------------------------------------------------------------------------------------------

    def trust_anchors(self) -> list[TrustAnchor]:
        """The certificates that were given for content credentials; none is preset."""
        return anchors.anchors_in(self._pem())

    def add_trust_anchors(self, path: Path) -> list[TrustAnchor]:
        """Trust the certificates of a PEM file for content credentials from now on; gives those that are new.

        Earlier scores stay as they are. Raises ``scoring.bad_anchors``.
        """
        given, known = anchors.read_anchors(path), self.trust_anchors()
        fresh = [one for one in given if one.sha256 not in {old.sha256 for old in known}]
        if len(known) + len(fresh) > anchors.MAX_ANCHORS:
            raise EvidenceError("scoring.bad_anchors", name=path.name)
        self._put([*known, *fresh])
        return fresh

    def remove_trust_anchor(self, sha256: str) -> None:
        """Trust a certificate no more. Raises ``scoring.no_such_anchor``."""
        known = self.trust_anchors()
        left = [one for one in known if one.sha256 != sha256]
        if len(left) == len(known):
            raise EvidenceError("scoring.no_such_anchor")
        self._put(left)

    def _put(self, given: Sequence[TrustAnchor]) -> None:
        with self._store.transaction():
            self._store.settings.put(_ANCHORS, anchors.as_pem(given))

    def _pem(self) -> str:
        return str(self._store.settings.get(_ANCHORS, ""))


def score_facts(report: ScoreReport) -> dict[str, str]:
    """What the log says about a score: the band, what was looked at and with what."""
    return {
        "band": report.band.value,
        "original_sha256": report.original_sha256,
        "detectors": ",".join(f"{run.detector_id}:{run.model_sha256}" for run in report.detectors),
    }
