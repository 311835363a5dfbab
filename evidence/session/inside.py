"""What files say about themselves (EXIF, containers), kept as a report that is derived from them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import metadata
from io import BytesIO
from typing import Any, BinaryIO, cast

from evidence import capture
from evidence.digest import canonical_json
from evidence.errors import EvidenceError
from evidence.media import Film, MediaWorker, picture_facts
from evidence.model import Acquisition, AcquisitionMethod, IncomingFile, Item, Moment, OriginalFile
from evidence.store import Store

_PLACES = ("gps.", "location", "com.apple.quicktime.location")


def read(
    store: Store, worker: MediaWorker, item: Item, cancelled: Callable[[], bool] = lambda: False
) -> list[dict[str, Any]]:
    """What each picture and film of an item says about itself; files of other kinds are left out.

    A file that cannot be decoded says so under ``error``. Raises what opening an object raises.
    """
    return [
        _of_file(store, worker, file, cancelled)
        for file in item.files
        if file.media_type.startswith(("image/", "video/"))
    ]


def _of_file(store: Store, worker: MediaWorker, file: OriginalFile, cancelled: Callable[[], bool]) -> dict[str, Any]:
    found: dict[str, Any] = {"name": file.name, "sha256": file.digests.sha256, "media_type": file.media_type}
    stream = store.open_object(file.object_id)
    try:
        if file.media_type.startswith("video/"):
            with Film(cast(BinaryIO, stream), stream.size, file.media_type) as film:
                facts = film.facts
            found |= {
                "width": facts.width, "height": facts.height, "codec": facts.codec,
                "duration_ms": round(facts.duration_s * 1000), "pictures_per_1000_s": round(facts.rate * 1000),
                "has_sound": facts.has_sound,
                "metadata": facts.metadata,
            }  # fmt: skip
        else:
            with stream:
                picture = picture_facts(cast(BinaryIO, stream), worker=worker, cancelled=cancelled)
            found |= {
                "width": picture.width, "height": picture.height, "mode": picture.mode, "frames": picture.frames,
                "metadata": picture.metadata,
            }  # fmt: skip
    except EvidenceError as error:
        if not error.code.startswith("media."):
            raise
        found |= {"error": error.code, "metadata": {}}
    found["tells_place"] = any(name.lower().startswith(_PLACES) for name in found["metadata"])
    return found


def acquisition(item: Item, found: list[dict[str, Any]], started: Moment) -> Acquisition:
    """The report as an acquisition that names what it is derived from."""
    data = canonical_json({"exhibit": item.number, "files": found})
    name = capture.time_name("metadata", started, ".json")
    return Acquisition(
        files=(IncomingFile(name=name, open=partial(BytesIO, data), expected_size=len(data)),),
        method=AcquisitionMethod.DERIVED,
        title=name,
        started=started,
        source={
            "derived_from": item.number,
            "derived_from_sha256": " ".join(file["sha256"] for file in found),
            "transform": "read EXIF and containers",
            "transform_with": f"Pillow {metadata.version('Pillow')}, PyAV {metadata.version('av')}",
            "tells_place": "yes" if any(file["tells_place"] for file in found) else "no",
        },
        settings={"extent": "metadata", "format": "json"},
        lawful_access=item.lawful_access,
    )
