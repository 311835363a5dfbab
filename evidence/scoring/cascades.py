"""The cascades of OpenCV that find faces, as they come and *hastened*. In the child process.

A hastened cascade asks more of a window at each of its first stages, where nearly all of the time goes: what all but
:data:`LET_GO` of those windows reach that the whole cascade takes for faces. So it lets most of a picture go sooner,
and few windows of a face; finer steps of size make up for these, and cost less than what is won. It takes no window for
a face that the cascade as it comes does not. The bars are measured by ``packaging/hasten_cascades.py``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import chain, repeat
from pathlib import Path

import cv2

FRONTAL = "haarcascade_frontalface_default.xml"
SECOND = "haarcascade_frontalface_alt2.xml"
TURNED = "haarcascade_profileface.xml"

LET_GO = 0.01
"""Share of the windows on faces that one bar alone may let go."""
BARS: dict[str, tuple[float, ...]] = {
    FRONTAL: (-2.14, -2.02, -1.90, -2.03, -2.37, -2.52, -2.65, -2.73),
    TURNED: (-0.65, -0.53, -0.64, -0.93, -0.85, -0.97, -0.96, -1.43),
}
_BAR = re.compile(r"(?<=<stageThreshold>)[^<]+(?=</stageThreshold>)")


@lru_cache
def cascade(name: str, *, hastened: bool) -> cv2.CascadeClassifier:
    """A cascade, read once. It serves one search at a time."""
    path = Path(cv2.__file__).parent / "data" / name
    if not hastened:
        return cv2.CascadeClassifier(str(path))
    bars = chain(map(str, BARS[name]), repeat(""))
    text = _BAR.sub(lambda found: next(bars) or found[0], path.read_text("ascii"))
    storage = cv2.FileStorage(text, cv2.FILE_STORAGE_READ | cv2.FILE_STORAGE_MEMORY)  # lives while its node is read
    made = cv2.CascadeClassifier()
    made.read(storage.getFirstTopLevelNode())
    return made
