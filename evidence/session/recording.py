"""Recording the screen into the vault: the film is sealed as it is encoded, and becomes an exhibit when it ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from evidence import capture
from evidence.errors import EvidenceError
from evidence.manifest import acquired_facts
from evidence.media import HEAD_SIZE, sniff
from evidence.model import AcquisitionMethod, EventKind, Examiner, Item, Moment, Tool
from evidence.session.stamping import Record
from evidence.store import GrowingObject, RecordingBegun, Store, facts_bytes

if TYPE_CHECKING:
    from evidence.capture import Recorder, RecordingStatus, ScreenGrabber


class _VaultSink:
    """The end of the film that is in the vault; used by the encoder's thread alone until that has ended."""

    def __init__(self, growing: GrowingObject) -> None:
        self._growing = growing

    def write(self, data: bytes) -> None:
        self._growing.write(data)

    def keep(self, facts: dict[str, str]) -> None:
        self._growing.keep(facts_bytes(facts))
        self._growing.require_room()


class Recording:
    """A recording that goes on. Its methods may be called from any thread and do not wait."""

    def __init__(self, begun: RecordingBegun, growing: GrowingObject, recorder: Recorder) -> None:
        self.begun = begun
        self.growing = growing
        self.recorder = recorder
        self._steps: dict[str, str] = {}

    def status(self) -> RecordingStatus:
        """How it stands."""
        return self.recorder.status()

    def mark(self, label: str = "") -> float:
        """Note that something happened now, in the person's words. Gives the time in seconds."""
        return self.recorder.mark(label)

    def say(self, said: Mapping[str, str]) -> None:
        """Keep what the person read off and wrote down; it counts as her word. Raises ``capture.no_such_field``."""
        self.recorder.add_facts(capture.said_facts(said))

    def step(self, key: str, label: str = "", *, is_skipped: bool = False) -> None:
        """A step of the checklist was done now (``label`` becomes a mark), or was skipped."""
        at_s = None if is_skipped else self.mark(label)
        self._steps[key] = "skipped" if at_s is None else f"{at_s:.3f}"
        self.recorder.add_facts({"guide_steps": "; ".join(f"{name} {when}" for name, when in self._steps.items())})

    def note_own_window(self, how: str, shown: str = "") -> None:
        """Keep how the program's own small window stayed out of the picture (``left_out``, ``beside``, ``hidden``,
        ``small``), and when it was shown over what is recorded (``from-to; …`` in seconds)."""
        self.recorder.add_facts({"own_window": how} | ({"own_window_shown": shown} if shown else {}))

    def pause(self) -> None:
        """Take no pictures until :meth:`resume`; the time of the film runs on."""
        self.recorder.pause()

    def resume(self) -> None:
        """Take pictures again."""
        self.recorder.resume()


def begin(
    store: Store, grabber: ScreenGrabber, clock: Callable[[], Moment], tool: Tool, examiner: Examiner, case_id: str, *,
    screen: int | None, region: tuple[int, int, int, int] | None, rate: float, note: str, lawful_access: str,
    guide: str, said: Mapping[str, str], settings: Mapping[str, str], cancelled: Callable[[], bool],
) -> Recording:  # fmt: skip
    """Begin to record. Raises as :func:`evidence.capture.choose_place`, :func:`evidence.capture.allow_film`,
    :func:`evidence.capture.guide` and :func:`evidence.capture.said_facts`, and those of the disk."""
    guided = {"guide": capture.guide(guide).key} if guide else {}
    words = capture.said_facts(said)
    place = capture.allow_film(grabber, capture.choose_place(grabber, screen=screen, region=region), cancelled)
    started = clock()
    name = capture.time_name("recording", started, ".mp4")
    begun = RecordingBegun(
        case_id=case_id, name=name, method=AcquisitionMethod.SCREEN_RECORDING, title=name, acquired=started,
        tool=tool, examiner=examiner, source={**grabber.facts(), **place.facts},
        settings={
            "extent": place.extent, "format": capture.FILM_FORMAT, "sound": "not_recorded",
            "cursor": "drawn" if grabber.draws_pointer else "not_drawn",
            **settings,
        },
        note=note, lawful_access=lawful_access,
    )  # fmt: skip
    try:
        with store.transaction():
            growing = store.recordings.begin(begun)
    except BaseException:
        if isinstance(grabber, capture.AskedGrabber):
            grabber.end_film()
        raise
    recorder = capture.Recorder(grabber, place.taken, _VaultSink(growing), clock=clock, rate=rate)
    recorder.add_facts(guided | words)
    return Recording(begun, growing, recorder)


def finish(store: Store, record: Record, recording: Recording, ended_by: str) -> Item:
    """End a recording and make it an exhibit. When that fails, the next opening of the vault does it.

    Raises ``capture.nothing_recorded`` (then nothing is left) with the reason as its cause, and those of the disk.
    """
    facts = recording.recorder.stop(ended_by)
    growing, begun = recording.growing, recording.begun
    problem = recording.status().problem
    if growing.size == 0:
        cancel(store, recording)
        raise problem or EvidenceError("capture.nothing_recorded")
    stored = growing.finish(facts_bytes(facts))
    with store.open_object(stored.object_id) as stream:
        media_type = sniff(stream.read(HEAD_SIZE))
    with store.transaction():
        store.recordings.drop(stored.object_id)
        position = store.items.next_position(begun.case_id)
        item = begun.item(position, stored, media_type, facts)
        store.items.add(item, position)
        record(begun.case_id, EventKind.ACQUIRED, item_id=item.id, facts=acquired_facts(item))
    with suppress(EvidenceError):  # the next sweep takes it
        growing.drop_journal()
    return item


def cancel(store: Store, recording: Recording) -> None:
    """End a recording and leave nothing of it."""
    recording.recorder.abandon()
    with store.transaction():
        store.recordings.drop(recording.growing.object_id)
    recording.growing.discard()
