"""Measure a detector from outside on faces that are drawn here: no picture of a person is needed, and none is shipped.

Drawn faces say little of how well a detector finds what it was made for. They do say whether it repeats itself, whether
both engines agree, whether it moves when a face is manipulated, and how high untouched faces come out. No face that
comes out lower than an untouched drawn one is ever flagged, whatever threshold a publisher claims.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from evidence.errors import EvidenceError
from evidence.media.wire import Message
from evidence.scoring.answers import shaped
from evidence.scoring.packs import LocalMeasure, PackFacts
from evidence.version import VERSION

if TYPE_CHECKING:
    from evidence.scoring.detector import Detector

MOST_DRIFT = 1e-4
"""Between two runs on one input."""
PERSONS = 16


def local_measure(answer: Message, facts: PackFacts) -> LocalMeasure:
    """What the child measured, checked.

    Raises :class:`EvidenceError` ``scoring.selftest_failed`` when the detector does not repeat itself or says nothing.
    """
    untouched, rises = shaped(answer.get("untouched"), list[float]), shaped(answer.get("rises"), list[float])
    if not untouched or not rises or not shaped(answer.get("drift"), float) <= MOST_DRIFT:
        raise EvidenceError("scoring.selftest_failed", pack=facts.id)
    above = facts.calibration.above
    differ = answer.get("engines_differ")
    return LocalMeasure(
        app_version=VERSION,
        faces=shaped(answer.get("faces"), int),
        highest=round(max(untouched), 4),
        above_claim=round(sum(value > above for value in untouched) / len(untouched), 4),
        rises=round(sum(value > 0 for value in rises) / len(rises), 4),
        ms_per_face=round(shaped(answer.get("ms_per_face"), float), 2),
        engines_differ=None if differ is None else shaped(differ, float),
    )


def on_drawn_faces(detector: Detector, second: Detector | None, margin: float, size: int) -> Message:
    """In the child: logits of untouched faces under several conditions, how far manipulated ones rise above them, and
    how far a second engine's answers lie away."""
    import numpy as np

    from evidence.scoring.conditions import CONDITIONS
    from evidence.scoring.drawn import draw_face
    from evidence.scoring.faces import find_faces, prepared
    from evidence.scoring.manipulations import MANIPULATIONS, manipulated

    untouched: list[float] = []
    rises: list[float] = []
    kept, asked = [], 0.0
    for person in range(PERSONS):
        picture = draw_face(110 + 12 * person, person=person)
        boxes = [box for box in find_faces(picture)[0] if not box.reasons]
        if not boxes:
            continue
        seen = [np.ascontiguousarray(CONDITIONS[name](picture)) for name in ("clean", "jpeg50", "video")]
        seen += [manipulated(picture, boxes[0], name) for name in MANIPULATIONS]
        faces = np.stack([prepared(each, boxes[0], margin, size) for each in seen])
        start = time.perf_counter()
        logits = detector.logits(faces).tolist()
        asked += time.perf_counter() - start
        untouched += logits[:3]
        rises += [value - logits[0] for value in logits[3:]]
        kept.append(faces[0])
    some = np.stack(kept[:4])
    first = detector.logits(some)
    differ: float | None = None
    if second is not None:
        try:
            differ = float(np.abs(second.logits(some) - first).max())
        except Exception:  # noqa: BLE001 OpenCV's engine ran into what it does not know: that is an answer, too
            differ = None
    return {
        "untouched": untouched, "rises": rises, "faces": len(kept), "engines_differ": differ,
        "drift": float(np.abs(first - detector.logits(some)).max()),
        "ms_per_face": 1000 * asked / (len(untouched) + len(rises)),
    }  # fmt: skip
