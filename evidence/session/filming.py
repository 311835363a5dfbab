"""The verbs about films: record the screen, look into a film, keep a still of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from evidence import capture
from evidence.errors import EvidenceError
from evidence.model import MINOR_FACT, Acquisition, EventKind, Examiner, Item, MinorAnswer, Moment, Tool
from evidence.session import films, guarding, recording
from evidence.session.consenting import Consents
from evidence.session.films import FilmView
from evidence.session.recording import Recording
from evidence.session.stamping import Record
from evidence.store import Store

if TYPE_CHECKING:
    from evidence.capture import ScreenGrabber

Cancelled = Callable[[], bool]


@contextmanager
def telling(grabber: ScreenGrabber, left_behind: list[Path]) -> Iterator[ScreenGrabber]:
    """While ``grabber`` is used; then ``left_behind`` holds where the system's own copy of the picture still lies."""
    try:
        yield grabber
    finally:
        if isinstance(grabber, capture.AskedGrabber) and grabber.left_behind is not None:
            left_behind.append(grabber.left_behind)


class Films:
    """What an open vault can do with films. Belongs to the session's thread; what it gives may go elsewhere."""

    def __init__(
        self, store: Store, grabber: Callable[[], ScreenGrabber], clock: Callable[[], Moment], tool: Tool,
        examiner: Callable[[], Examiner], record: Record, add: Callable[..., Item],
        is_limit_reached: Callable[[str], bool],
    ) -> None:  # fmt: skip
        """``is_limit_reached``: whether originals of a case were shown as often today as was wanted at most."""
        self._store = store
        self._grabber = grabber
        self._clock = clock
        self._tool = tool
        self._examiner = examiner
        self._record = record
        self._add: Callable[[str, Acquisition], Item] = add
        self._is_limit_reached = is_limit_reached
        self._going_on: list[Recording] = []

    def begin(
        self, case_id: str, *, screen: int | None = None, region: tuple[int, int, int, int] | None = None,
        rate: float = capture.DEFAULT_RATE, note: str = "", lawful_access: str = "", guide: str = "",
        said: Mapping[str, str] | None = None, minor: MinorAnswer | None = None,
        cancelled: Cancelled = lambda: False,
    ) -> Recording:  # fmt: skip
        """Begin to record the screen; locking the vault ends it and keeps it. ``guide``: the checklist that is
        followed; ``said``: what the person read off the screen already.

        Raises ``vault.no_such_case``, ``guard.media_refused`` (see :meth:`evidence.session.Session.add`),
        ``consent.withdrawn``, and as :func:`evidence.session.recording.begin`.
        """
        self._store.cases.get(case_id)
        guarding.require_no_minor(minor)
        Consents(self._store, self._record).require_keeping_media(case_id)
        made = recording.begin(
            self._store, self._grabber(), self._clock, self._tool, self._examiner(), case_id,
            screen=screen, region=region, rate=rate, note=note, lawful_access=lawful_access, guide=guide,
            said=said or {}, settings={} if minor is None else {MINOR_FACT: minor.value}, cancelled=cancelled,
        )  # fmt: skip
        self._going_on.append(made)
        return made

    def finish(self, going_on: Recording, ended_by: str = "person") -> Item:
        """End a recording and make it an exhibit. Raises as :func:`evidence.session.recording.finish`."""
        self._going_on.remove(going_on)
        return recording.finish(self._store, self._record, going_on, ended_by)

    def cancel(self, going_on: Recording) -> None:
        """End a recording and leave nothing of it."""
        self._going_on.remove(going_on)
        recording.cancel(self._store, going_on)

    def end_all(self) -> None:
        """The vault is being locked: end what goes on, and keep it."""
        for going_on in list(self._going_on):
            with suppress(EvidenceError):  # then the next opening makes it an exhibit
                self.finish(going_on, "lock")

    def scroll(
        self, case_id: str, *, seconds: float, every_s: float = 0.4, screen: int | None = None,
        region: tuple[int, int, int, int] | None = None, window: str = "", note: str = "", lawful_access: str = "",
        minor: MinorAnswer | None = None, progress: Callable[[float, str], None] = lambda _share, _step: None,
        cancelled: Cancelled = lambda: False,
    ) -> list[Item]:  # fmt: skip
        """Picture a long chat while a person scrolls it: every picture is an original of one exhibit; the tall picture
        made of them, if they fit together, is a second one that is derived.

        ``window`` as of :meth:`evidence.session.Session.capture_screen`. Raises as
        :func:`evidence.capture.acquire_scroll`, ``guard.media_refused`` and ``consent.withdrawn``.
        """
        self._store.cases.get(case_id)
        guarding.require_no_minor(minor)
        grabber = self._grabber()
        if window:
            screen, region = None, capture.find_window(grabber, window).region
        scrolled = capture.acquire_scroll(
            grabber, seconds=seconds, every_s=every_s, clock=self._clock, screen=screen, region=region,
            note=note, lawful_access=lawful_access, progress=progress, cancelled=cancelled,
        )  # fmt: skip
        item = self._add(case_id, guarding.admit(scrolled.originals, minor))
        if scrolled.stitched is None:
            return [item]
        tall = self._add(case_id, capture.stitched_acquisition(scrolled.stitched, item, self._clock()))
        facts = {"stitched": tall.number, "sha256": tall.files[0].digests.sha256}
        with self._store.transaction():
            self._record(case_id, EventKind.EXAMINED, item_id=item.id, facts=facts)
        return [item, tall]

    def open(self, item_id: str) -> FilmView:
        """Look into a film, blurred. Raises as :func:`evidence.session.films.open_film`."""
        return films.open_film(self._store, self._store.items.get(item_id))

    def reveal(self, view: FilmView, at_s: float, reason: str = "", *, beyond_limit: bool = True) -> None:
        """Show the pictures of a film without blur until it is covered again; the log says so, and from where on.

        Raises ``looking.limit_reached`` as :meth:`evidence.session.Session.reveal`, ``guard.quarantined``.
        """
        if self._store.quarantine.holds(view.item.id):  # it was opened before
            raise EvidenceError("guard.quarantined")
        if not beyond_limit and self._is_limit_reached(view.item.case_id):
            raise EvidenceError("looking.limit_reached")
        facts = {"film_time_s": f"{at_s:.3f}", **({"reason": reason} if reason else {})}
        with self._store.transaction():
            self._record(view.item.case_id, EventKind.REVEALED, item_id=view.item.id, facts=facts)
        view.is_revealed = True

    def add_still(self, item_id: str, at_s: float, note: str = "", *, cancelled: Cancelled = lambda: False) -> Item:
        """Keep the picture that a film shows at ``at_s`` seconds as an exhibit of its own, derived from the film; the
        log of the film says so too. Raises as :func:`evidence.session.films.acquire_still`."""
        film = self._store.items.get(item_id)
        still = self._add(film.case_id, films.acquire_still(self._store, film, at_s, self._clock(), note, cancelled))
        facts = {
            "still": still.number, "film_frame": still.source["film_frame"], "sha256": still.files[0].digests.sha256,
        }  # fmt: skip
        with self._store.transaction():
            self._record(film.case_id, EventKind.EXAMINED, item_id=film.id, facts=facts)
        return still
