"""Small files for an upload form, out of a package that was made."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import cast

from evidence import media, package
from evidence.errors import EvidenceError
from evidence.i18n import Language, texts
from evidence.model import Exposure
from evidence.package import HandedFile
from evidence.scoring import scoring_worker

SIDES = (1600, 1000, 640, 320)
"""Longer sides that are tried, in pixels, until a picture is small enough."""


def make_upload_set(
    path: Path,
    out_dir: Path,
    *,
    limit: int,
    exposure: Exposure = Exposure.BLURRED,
    language: str = "en",
    progress: Callable[[float, str], None] = lambda _share, _step: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[HandedFile, ...]:
    """Report, lists, proof and small copies of the pictures of a package, as files of at most ``limit`` bytes each.

    ``exposure`` says how the copies look; ``LEFT_OUT`` makes none. Pictures are decoded in the child process; one that
    cannot be is passed over. Raises as :func:`evidence.package.make_upload_set`.
    """
    with scoring_worker() as worker:

        def small(data: bytes, most: int) -> bytes | None:
            if exposure is Exposure.LEFT_OUT:
                return None
            for side in SIDES:
                try:
                    made = media.preview(
                        BytesIO(data), worker=worker, max_side=side, exposure=exposure, cancelled=cancelled
                    )
                except EvidenceError:
                    return None
                if len(made) <= most:
                    return made
            return None

        return package.make_upload_set(
            path, out_dir, texts(cast(Language, language)), limit=limit, small=small, progress=progress,
            cancelled=cancelled,
        )  # fmt: skip
