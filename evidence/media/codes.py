"""QR codes in a picture: found and read in the child process, as text that nobody has opened yet (ISO/IEC 18004)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, BinaryIO

from numpy.typing import NDArray

from evidence.errors import EvidenceError
from evidence.media.child import MediaWorker
from evidence.media.limits import MediaLimits
from evidence.media.wire import Message

MOST_CODES = 50
LONGEST = 4296
"""Characters: the most that a QR code holds."""
_LARGE = 3000
_SMALL = 900


def read_codes(
    stream: BinaryIO,
    *,
    worker: MediaWorker,
    limits: MediaLimits | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[str, ...]:
    """The texts of the QR codes in the picture in ``stream``, each once, in no order that means anything.

    Raises as :func:`evidence.media.decode_image`.
    """
    answer, _body = worker.request("codes", stream, limits or MediaLimits(), cancelled)
    found = answer.get("codes")
    if not isinstance(found, list) or len(found) > MOST_CODES:
        raise EvidenceError("media.decoder_crashed")
    if not all(isinstance(text, str) and len(text) <= LONGEST for text in found):
        raise EvidenceError("media.decoder_crashed")
    return tuple(found)


def codes_job(_request: Message, body: bytearray, limits: MediaLimits) -> tuple[Message, bytes]:
    """What the child does. Other sizes of the picture are tried too: a code can be too small or too large."""
    import cv2

    from evidence.media.decoding import decode

    cv2.setNumThreads(1)
    rgb, _about = decode(body, limits)
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    found: dict[str, None] = {}
    for scaled in _sizes(grey):
        for text in _read(scaled):
            if text and len(text) <= LONGEST:
                found.setdefault(text)
        if found:
            break
    return {"codes": list(found)[:MOST_CODES]}, b""


def _sizes(grey: NDArray[Any]) -> list[NDArray[Any]]:
    import cv2

    side = max(grey.shape)
    sizes = [grey] if side <= _LARGE else [cv2.resize(grey, None, fx=_LARGE / side, fy=_LARGE / side)]
    if side <= _SMALL:
        sizes.append(cv2.resize(grey, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC))
    else:
        sizes.append(cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))
    return sizes


def _read(grey: NDArray[Any]) -> list[str]:
    import cv2

    try:
        is_found, texts, _corners, _straight = cv2.QRCodeDetector().detectAndDecodeMulti(grey)
    except (cv2.error, UnicodeDecodeError):  # a code whose bytes are no text
        return []
    return [str(text) for text in texts] if is_found else []
