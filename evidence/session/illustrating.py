"""The verbs about illustrations of a score: blurred, shown while held, and kept as an exhibit. Never a plain file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, cast

from evidence import capture, scoring
from evidence.errors import EvidenceError
from evidence.i18n import frames_that_mattered
from evidence.media import MediaWorker
from evidence.model import Acquisition, AcquisitionMethod, EventKind, IncomingFile, Item, Moment
from evidence.scoring.score import versions
from evidence.session import packs
from evidence.session.stamping import Record
from evidence.store import Store

PREVIEW_SIDE = 480
SHOWN_SIDE = 2000
MAPS_OF_FILM = 3
"""So many pictures of a film can be mapped for each detector."""
_LIBRARIES = ("opencv-python-headless", "onnxruntime", "pillow")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which illustration: ``map`` of a ``detector`` and the assessable ``face`` (0 the largest), of a film at ``at_s``
    seconds, or the name of a layer."""

    kind: str
    detector: str = ""
    face: int = 0
    at_s: float | None = None

    @property
    def name(self) -> str:
        """As the log names it."""
        place = "" if self.at_s is None else f":{self.at_s:.3f}"
        return f"{self.kind}:{self.detector}:{self.face + 1}{place}" if self.detector else self.kind


class Illustrations:
    """What an open vault can illustrate. They show the content: the rules of the picture hold for them too."""

    def __init__(
        self, store: Store, packs_dir: Path | None, clock: Callable[[], Moment], record: Record, worker: MediaWorker,
        add: Callable[..., Item], is_limit_reached: Callable[[str], bool],
    ) -> None:  # fmt: skip
        self._store = store
        self._packs_dir = packs_dir
        self._clock = clock
        self._record = record
        self._worker = worker
        self._add: Callable[[str, Acquisition], Item] = add
        self._is_limit_reached = is_limit_reached

    def kinds(self, item_id: str) -> list[Wanted]:
        """What can be drawn of an exhibit: a map for each detector, then the layers; of a film that was scored, maps of
        the pictures that mattered most to each detector."""
        media_type = self._store.items.get(item_id).files[0].media_type
        if not media_type.startswith(("image/", "video/")):
            return []
        in_use = scoring.detectors_of(packs.in_use(self._packs_dir))
        if media_type.startswith("video/"):
            return self._of_film(item_id, {pack.facts.id: pack.model_sha256 for pack in in_use})
        maps = [Wanted(scoring.MAP, pack.facts.id) for pack in in_use]
        return [*maps, *(Wanted(layer) for layer in scoring.LAYERS)]

    def _of_film(self, item_id: str, in_use: dict[str, str]) -> list[Wanted]:
        """Maps of what the newest score rests on, where it was made with the models that are in use."""
        return [
            Wanted(scoring.MAP, run.detector_id, frame.track, frame.at_s)
            for report in self._store.items.scores(item_id)[:1]
            for run in report.detectors if in_use.get(run.detector_id) == run.model_sha256
            for frame in frames_that_mattered(report, run.detector_id, MAPS_OF_FILM)
        ]  # fmt: skip

    def preview(self, item_id: str, wanted: Wanted) -> bytes | None:
        """The illustration, blurred, PNG; None when there is no such face. Raises as :meth:`reveal`."""
        made = self._made(item_id, wanted, PREVIEW_SIDE, is_blurred=True)
        return None if made is None else made.png

    def reveal(self, item_id: str, wanted: Wanted, reason: str = "", *, beyond_limit: bool = True) -> bytes | None:
        """The illustration without blur; the log says that it was shown: it counts as a look at the original.

        Raises ``looking.limit_reached``, ``illustration.unknown``, ``guard.quarantined``, ``vault.not_kept`` and what
        decoding raises.
        """
        item = self._store.items.get(item_id)
        if not beyond_limit and self._is_limit_reached(item.case_id):
            raise EvidenceError("looking.limit_reached")
        made = self._made(item_id, wanted, SHOWN_SIDE, is_blurred=False)
        if made is None:
            return None
        facts = {"illustration_shown": wanted.name, **({"reason": reason} if reason else {})}
        with self._store.transaction():
            self._record(item.case_id, EventKind.REVEALED, item_id=item.id, facts=facts)
        return made.png

    def keep(
        self, item_id: str, wanted: Wanted, note: str = "", *, cancelled: Callable[[], bool] = lambda: False
    ) -> Item:  # fmt: skip
        """Keep the illustration at the picture's own size as an exhibit that is derived from it; the log says so.

        Raises ``illustration.no_face`` and as :meth:`reveal`.
        """
        item = self._store.items.get(item_id)
        made = self._made(item_id, wanted, 0, is_blurred=False, cancelled=cancelled)
        if made is None:
            raise EvidenceError("illustration.no_face", number=item.number)
        kept = self._add(item.case_id, self._acquisition(item, wanted, made, note))
        facts = {"illustration": kept.number, "sha256": kept.files[0].digests.sha256}
        with self._store.transaction():
            self._record(item.case_id, EventKind.EXAMINED, item_id=item.id, facts=facts)
        return kept

    def _made(
        self, item_id: str, wanted: Wanted, max_side: int, *, is_blurred: bool,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> scoring.Illustration | None:  # fmt: skip
        item = self._store.items.get(item_id)
        kinds = self.kinds(item_id)
        if wanted not in [one if one.at_s is not None else replace(one, face=wanted.face) for one in kinds]:
            raise EvidenceError("illustration.unknown", number=item.number)
        return scoring.illustrate(
            lambda: cast(BinaryIO, self._store.open_object(item.files[0].object_id)), wanted.kind,
            worker=self._worker, packs=self._chosen(wanted), finder=scoring.finder_of(packs.in_use(self._packs_dir)),
            face=wanted.face, at_s=wanted.at_s, max_side=max_side, is_blurred=is_blurred, cancelled=cancelled,
        )  # fmt: skip

    def _chosen(self, wanted: Wanted) -> list[scoring.Pack]:
        return [pack for pack in packs.in_use(self._packs_dir) if pack.facts.id == wanted.detector]

    def _acquisition(self, item: Item, wanted: Wanted, made: scoring.Illustration, note: str) -> Acquisition:
        started = self._clock()
        name = capture.time_name(wanted.kind.replace("_", "-"), started, ".png")
        known = versions()
        source = {
            "derived_from": item.number,
            "derived_from_sha256": item.files[0].digests.sha256,
            "illustration": wanted.kind,
            "pixels": f"{made.width}x{made.height}",
            "transform_with": ", ".join(f"{library} {known[library]}" for library in _LIBRARIES if library in known),
        }
        for pack in self._chosen(wanted):
            source["transform"] = f"occlusion map 8x8, {pack.facts.id} {pack.facts.version}, face {wanted.face + 1}"
            if wanted.at_s is not None:
                source["film_time_s"] = f"{wanted.at_s:.3f}"
            source["detector_sha256"] = pack.model_sha256
            source["detector_output"] = f"{made.raw:.4f}"
        return Acquisition(
            files=(IncomingFile(name=name, open=partial(BytesIO, made.png), expected_size=len(made.png)),),
            method=AcquisitionMethod.DERIVED,
            title=name,
            started=started,
            source=source,
            settings={"extent": "illustration", "format": "png_rgb8"},
            note=note,
            lawful_access=item.lawful_access,
        )
