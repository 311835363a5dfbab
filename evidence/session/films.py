"""Looking into films that are sealed: picture by picture, blurred unless it is revealed, and stills made of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import metadata
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO, Self, cast

from evidence import capture, media
from evidence.errors import EvidenceError
from evidence.model import Acquisition, AcquisitionMethod, IncomingFile, Item, Moment
from evidence.store import Store

if TYPE_CHECKING:
    from evidence.media import Film, FilmFacts, FilmFrame

LONGEST_SIDE = 16_384


class FilmView:
    """A film that someone looks at. Its pictures are blurred until the session says that it is revealed.

    Needs the vault no more; may be used on another thread. Call :meth:`close`, or use it as a context manager.
    Methods raise as :class:`evidence.media.Film`.
    """

    def __init__(self, film: Film, item: Item) -> None:
        self._film = film
        self.item = item
        self.is_revealed = False

    @property
    def facts(self) -> FilmFacts:
        """What the film says about itself."""
        return self._film.facts

    def at(self, seconds: float, max_side: int) -> tuple[float, bytes]:
        """The picture that is shown at that time: when it begins, and JPEG bytes."""
        return self._shown(self._film.at(seconds, max_side=max_side, is_blurred=not self.is_revealed))

    def step(self, by: int, max_side: int) -> tuple[float, bytes] | None:
        """The next picture, or for a negative ``by`` the one before; None at the end or the beginning."""
        look = self._film.following if by > 0 else self._film.preceding
        frame = look(max_side=max_side, is_blurred=not self.is_revealed)
        return None if frame is None else self._shown(frame)

    def cover(self) -> None:
        """Blur again."""
        self.is_revealed = False

    def close(self) -> None:
        """Let go of the film."""
        self._film.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def _shown(self, frame: FilmFrame) -> tuple[float, bytes]:
        return frame.at_s, frame.encoded("JPEG")


def is_film(item: Item) -> bool:
    """Whether the first file of an item is a film."""
    return item.files[0].media_type.startswith("video/")


def open_film(store: Store, item: Item) -> FilmView:
    """Look into the film of an item. Raises ``film.none``, as :class:`evidence.media.Film` and as opening an object."""
    if not is_film(item):
        raise EvidenceError("film.none", number=item.number)
    original = item.files[0]
    stream = store.open_object(original.object_id)
    return FilmView(
        media.Film(cast(BinaryIO, stream), stream.size, original.media_type, limits=media.FILM_LIMITS), item
    )


def poster(store: Store, item: Item, max_side: int) -> bytes | None:
    """The first picture of a film, blurred; None when it cannot be decoded or is not kept."""
    try:
        with open_film(store, item) as view:
            return view.at(0.0, max_side)[1]
    except EvidenceError as error:
        if error.code.startswith(("media.", "vault.not_kept")):
            return None
        raise


def acquire_still(
    store: Store, item: Item, at_s: float, started: Moment, note: str, cancelled: Callable[[], bool]
) -> Acquisition:
    """One picture of a film as a lossless picture of its own, with what it is taken from.

    Raises as :func:`open_film`.
    """
    original = item.files[0]
    stream = store.open_object(original.object_id) if is_film(item) else None
    if stream is None:
        raise EvidenceError("film.none", number=item.number)
    with media.Film(cast(BinaryIO, stream), stream.size, original.media_type, limits=media.FILM_LIMITS) as film:
        frame = film.at(at_s, max_side=LONGEST_SIDE, is_blurred=False, cancelled=cancelled)
        number = film.number(cancelled)
        codec = film.facts.codec
    png = frame.encoded("PNG")
    name = capture.time_name("still", started, ".png")
    return Acquisition(
        files=(IncomingFile(name=name, open=partial(BytesIO, png), expected_size=len(png)),),
        method=AcquisitionMethod.DERIVED,
        title=name,
        started=started,
        source={
            "derived_from": item.number,
            "derived_from_sha256": original.digests.sha256,
            "film_frame": str(number),
            "film_time_s": f"{frame.at_s:.6f}",
            "film_time_asked_s": f"{at_s:.6f}",
            "pixels": f"{frame.rgb.shape[1]}x{frame.rgb.shape[0]}",
            "transform": f"decode {codec}, RGB 8 bit (PyAV {metadata.version('av')})",
        },
        settings={"extent": "film_frame", "format": "png_rgb8"},
        note=note,
        lawful_access=item.lawful_access,
    )
