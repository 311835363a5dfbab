"""The session: an unlocked vault, its examiner, and one short method for each verb.

A session belongs to one thread at a time: the window runs every call on its serial lane.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from evidence import capture, custody, timestamps
from evidence.digest import fingerprint_words, from_json, to_json
from evidence.errors import EvidenceError
from evidence.model import (
    Acquisition,
    AcquisitionMethod,
    Case,
    CommittedFile,
    CustodyEvent,
    EventKind,
    Examiner,
    Exhibit,
    Exposure,
    Item,
    Lack,
    MinorAnswer,
    Moment,
    Note,
    OperatorRole,
    PackageChoices,
    PackageMade,
    ReceiptRead,
    RedactedCopy,
    RedactionKind,
    RedactionWish,
    ScoreReport,
    SignedHead,
    TimestampToken,
)
from evidence.scoring import scoring_worker
from evidence.session import (
    codes,
    cosigning,
    filming,
    guarding,
    inside,
    keeping,
    looking,
    packaging,
    pages,
    receiving,
    redacting,
    sealing,
    stamping,
)
from evidence.session.consenting import Consents
from evidence.session.filming import Films
from evidence.session.guarding import Guard
from evidence.session.illustrating import Illustrations
from evidence.session.placing import Place
from evidence.session.ports import Ports
from evidence.session.scores import Scores
from evidence.session.stamping import StampResult
from evidence.session.unlocking import UnlockMethods
from evidence.session.walking import Walk
from evidence.session.watching import Afterwards, Watch
from evidence.store import VAULT_LOG, BackupOutcome, CheckOutcome, Finding, Kept, Store, backup, check, mend

if TYPE_CHECKING:
    from evidence.capture import ClockCheck
    from evidence.package import PackageCoSigned, PackageSigner, PackageUpgraded, ValidationSources

_EXAMINER = "examiner"

Progress = Callable[[float, str], None]
Cancelled = Callable[[], bool]


def no_progress(_share: float, _step: str = "") -> None:
    """Say nothing on the way."""


def never_cancelled() -> bool:
    """Nobody can stop this work."""
    return False


class Session:
    """An unlocked vault. Use as a context manager, or call :meth:`lock`."""

    def __init__(self, store: Store, ports: Ports) -> None:
        self._store = store
        self._ports = ports
        self._clock_check: ClockCheck | None = None
        self._tool = ports.tool()
        self._examiner = _read_examiner(store)
        self._worker = scoring_worker()
        self.films = Films(
            store, ports.grabber, self._clock, self._tool, lambda: self._examiner, self._record, self.add,
            lambda case_id: self.place.looked(case_id).is_reached,
        )
        """Recordings, and looking into films."""
        self.scores = Scores(store, ports.packs_dir, self._clock, self._record, scoring_worker())
        """Signs of manipulation; it has a child process of its own, so that pictures never wait for a score."""
        self.illustrations = Illustrations(
            store, ports.packs_dir, self._clock, self._record, self._worker, self.add,
            lambda case_id: self.place.looked(case_id).is_reached,
        )  # fmt: skip
        """Where a score came from, and layers of a picture: media, as the picture is."""
        self._opened_at = self._clock().at
        self.left_behind: list[Path] = []
        """Files of the system's own with pictures that were taken in: they could not be removed."""
        self._lacks: dict[str, tuple[int, list[Lack]]] = {}

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.lock()

    def begin(self, examiner: Examiner) -> None:
        """The first act in a new vault: who works with it, and the first event of the vault's own log."""
        with self._store.transaction():
            self._store.settings.put(_EXAMINER, to_json(examiner))
            self._record(
                VAULT_LOG, EventKind.VAULT_CREATED, facts={"program": self._tool.version}, actor=examiner.role.value
            )
        self._examiner = examiner

    def lock(self) -> None:
        """Close the vault and let go of its keys; recordings that go on are ended and kept. Calling it again does
        nothing."""
        self.films.end_all()
        self.scores.close()
        self._worker.close()
        self._store.close()

    # The vault -----------------------------------------------------------------------------------------------------

    @property
    def examiner(self) -> Examiner:
        """Who works with this vault."""
        return self._examiner

    def set_examiner(self, examiner: Examiner) -> None:
        """Change who works with this vault; earlier events keep the earlier role."""
        with self._store.transaction():
            self._store.settings.put(_EXAMINER, to_json(examiner))
        self._examiner = examiner

    def check(
        self, *, known_heads: Sequence[SignedHead] = (),
        progress: Progress = no_progress, cancelled: Cancelled = never_cancelled,
    ) -> CheckOutcome:  # fmt: skip
        """Check every object, record, event, head and token; damage is named by exhibit.

        ``known_heads`` are heads that a package or a receipt carries (:func:`evidence.session.heads_in`): an older
        database that was put back does not contain them.
        """
        return check(
            self._store, known_heads=known_heads, progress=lambda share: progress(share, "checking"),
            cancelled=cancelled,
        )  # fmt: skip

    def mend(
        self, backup_folder: Path, *, progress: Progress = no_progress, cancelled: Cancelled = never_cancelled
    ) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
        """Replace damaged or missing originals by sound ones from a backup: what was mended, what is still damaged."""
        return mend(self._store, backup_folder, progress=lambda share: progress(share, "copying"), cancelled=cancelled)

    def backup(
        self, folder: Path, *, progress: Progress = no_progress, cancelled: Cancelled = never_cancelled
    ) -> BackupOutcome:
        """Bring the backup in ``folder`` up to date, or begin one; an interrupted one continues.

        Raises ``vault.backup_inside``, ``vault.backup_foreign``, ``vault.backup_other_key``, ``vault.backup_ahead``
        and those of the disk.
        """
        return backup(self._store, folder, progress=lambda share: progress(share, "copying"), cancelled=cancelled)

    def repairs(self) -> tuple[Finding, ...]:
        """What was put right when the vault was opened after an interruption."""
        return self._store.repairs

    @property
    def unlock_methods(self) -> UnlockMethods:
        """The ways to open this vault, and how they are changed."""
        return UnlockMethods(self._store, lambda: self._clock().at, lambda: self._examiner.role.value)

    @property
    def guard(self) -> Guard:
        """What may not be let in or given out, because it could show someone under age."""
        return Guard(self._store, self._record, self._clock, self.add)

    @property
    def consents(self) -> Consents:
        """What was agreed to, case by case."""
        return Consents(self._store, self._record)

    @property
    def place(self) -> Place:
        """A case as a place: tags, search, notes, timeline, what is missing, how often something was looked at."""
        return Place(self._store, self._record, self._clock, self._examiner, self._opened_at, self._lacks)

    def signer_fingerprint(self) -> tuple[str, str]:
        """SHA-256 of the signing certificate, hexadecimal, and as twelve words."""
        digest = self._store.signer().key_sha256
        return digest, fingerprint_words(digest)

    def certificate_pem(self) -> bytes:
        """The signing certificate, PEM: what a reader needs to trust this vault's packages."""
        certificate = x509.load_der_x509_certificate(self._store.signer().certificate_der)
        return certificate.public_bytes(Encoding.PEM)

    # Cases and exhibits --------------------------------------------------------------------------------------------

    def cases(self) -> list[Case]:
        """All cases, in order of creation."""
        return list(self._store.cases.all())

    def case(self, case_id: str) -> Case:
        """One case. Raises ``case.unknown``."""
        for case in self._store.cases.all():
            if case.id == case_id:
                return case
        raise EvidenceError("case.unknown")

    def create_case(self, title: str) -> Case:
        """Begin a case with its own custody log. Raises ``case.no_title``."""
        title = " ".join(title.split())
        if not title:
            raise EvidenceError("case.no_title")
        case = Case(id=str(uuid4()), title=title, created_at=self._clock().at)
        with self._store.transaction():
            self._store.cases.add(case)
            self._record(case.id, EventKind.CASE_CREATED, facts={})
        return case

    def exhibits(self, case_id: str, *, after: int = 0, limit: int = -1) -> list[Exhibit]:
        """The exhibits of a case with their newest scores, in order of their numbers: all, or at most ``limit`` of
        those after position ``after``. Raises ``case.unknown``."""
        self.case(case_id)
        return list(self._store.items.exhibits(case_id, after=after, limit=limit))

    def exhibit(self, item_id: str) -> Exhibit:
        """One exhibit. Raises ``vault.no_such_item``."""
        scores = self._store.items.scores(item_id)
        return Exhibit(item=self._store.items.get(item_id), score=scores[0] if scores else None)

    def same_content(self, item_ids: Sequence[str], *, is_earlier: bool = False) -> dict[str, list[Item]]:
        """Which of these exhibits hold the same bytes as others of their case, and as which: as any, or
        (``is_earlier``) as those that came in before. The rest is left out."""
        items = [self._store.items.get(item_id) for item_id in item_ids]
        found = {item.id: looking.same_content(self._store, item, is_earlier=is_earlier) for item in items}
        return {item_id: others for item_id, others in found.items() if others}

    def events(self, case_id: str, item_id: str | None = None) -> list[CustodyEvent]:
        """The custody events of a case, or those about one of its items, in order."""
        if item_id is None:
            return list(self._store.log.events(case_id))
        return list(self._store.log.events_about(case_id, item_id))

    def packages(self, case_id: str) -> list[PackageMade]:
        """The packages that were made of a case, the oldest first."""
        return list(self._store.packages.of_case(case_id))

    # Taking in -----------------------------------------------------------------------------------------------------

    def add(
        self, case_id: str, acquisition: Acquisition, *, minor: MinorAnswer | None = None,
        progress: Progress = no_progress, cancelled: Cancelled = never_cancelled,
    ) -> Item:  # fmt: skip
        """Digest, seal and log one acquisition. What fails or is cancelled leaves nothing behind.

        ``minor`` is the answer to whether it could show someone under age: raises ``guard.media_refused`` unless that
        is ``NO``, or nobody was asked. Raises ``consent.withdrawn`` for media once keeping it was taken back.
        """
        self.case(case_id)
        acquisition = guarding.admit(acquisition, minor)
        self.consents.require_keeping(case_id, acquisition)
        return sealing.seal(
            self._store, self._tool, self._record, self._examiner, case_id, acquisition, progress, cancelled
        )

    def add_files(
        self, case_id: str, paths: Sequence[Path], *, note: str = "", lawful_access: str = "",
        method: AcquisitionMethod = AcquisitionMethod.FILE_IMPORT, guide: str = "", step: str = "",
        said: Mapping[str, str] | None = None, minor: MinorAnswer | None = None,
        progress: Progress = no_progress, cancelled: Cancelled = never_cancelled,
    ) -> list[Item]:  # fmt: skip
        """Take in files, each as an exhibit of its own. The first that fails stops the rest; what came before stays.

        ``method``: what the person says of how they came to be; ``guide``, ``step``, ``said`` as in
        :meth:`capture_screen`; ``minor`` as in :meth:`add`: it is asked before any file is opened.
        """
        self.case(case_id)
        guarding.require_no_minor(minor)
        acquisitions = [
            guarding.admit(one, minor)
            for one in capture.acquire_files(
                paths, note=note, lawful_access=lawful_access, clock=self._clock, method=method,
                guided=capture.guided_facts(guide, step, said),
            )
        ]  # fmt: skip
        self.consents.require_keeping_media(case_id)
        return sealing.seal_all(
            self._store, self._tool, self._record, self._examiner, case_id, acquisitions, progress, cancelled
        )

    def add_bytes(
        self, case_id: str, name: str, data: bytes | str, note: str = "", *, media_type: str = "",
        lawful_access: str = "", minor: MinorAnswer | None = None,
    ) -> Item:  # fmt: skip
        """Take in what was pasted. ``media_type`` is what the clipboard calls it: recorded, not believed."""
        guarding.require_no_minor(minor)
        acquisition = capture.acquire_paste(
            data, name=name, media_type=media_type, note=note, lawful_access=lawful_access, clock=self._clock
        )
        return self.add(case_id, acquisition, minor=minor)

    def watch(
        self, case_id: str, folder: Path, *, afterwards: Afterwards = Afterwards.STAYS, place: Path | None = None,
        note: str = "", lawful_access: str = "", minor: MinorAnswer | None = None,
    ) -> Watch:  # fmt: skip
        """Watch a folder: each look at it takes in what arrived. Raises as :class:`evidence.session.watching.Watch`."""
        self.case(case_id)
        guarding.require_no_minor(minor)
        add = partial(self.add_files, case_id, note=note, lawful_access=lawful_access, minor=minor)
        return Watch(self._store, add, folder, afterwards, place)

    def capture_screen(
        self, case_id: str, *, screen: int | None = None, region: tuple[int, int, int, int] | None = None,
        window: str = "", note: str = "", lawful_access: str = "", guide: str = "", step: str = "",
        said: Mapping[str, str] | None = None, with_pointer: bool = False, minor: MinorAnswer | None = None,
        is_asked: bool = False, cancelled: Cancelled = never_cancelled,
    ) -> Item:  # fmt: skip
        """Take in what the screen shows: everything, one monitor (from 1), a region (x, y, width, height), the place
        of a window (its title, or words that only one has: see :func:`evidence.capture.find_window`), or what the
        person chooses in the system's own window (``is_asked``). Where the system's own copy of the picture still
        lies, if it could not be removed, is added to :attr:`left_behind`.

        ``guide``, ``step`` and ``said``: the checklist that is followed, and what the person read off.
        ``with_pointer``: draw the pointer too, where the system lets it be drawn.
        """
        self.case(case_id)
        guarding.require_no_minor(minor)
        with filming.telling(self._ports.grabber(), self.left_behind) as grabber:
            acquisition = capture.acquire_screen(
                grabber, screen=screen, region=region, window=capture.find_window(grabber, window) if window else None,
                note=note, lawful_access=lawful_access, clock=self._clock, guide=guide, step=step, said=said,
                with_pointer=with_pointer, is_asked=is_asked, cancelled=cancelled,
            )  # fmt: skip
        return self.add(case_id, acquisition, minor=minor)

    def walk(
        self, case_id: str, guide: str, *, note: str = "", lawful_access: str = "", minor: MinorAnswer | None = None
    ) -> Walk:
        """Walk through a checklist with single pictures. Raises ``capture.no_such_guide`` and ``case.unknown``."""
        self.case(case_id)
        guarding.require_no_minor(minor)
        take: dict[str, Any] = {"note": note, "lawful_access": lawful_access, "minor": minor}
        return Walk(
            capture.guide(guide), partial(self.capture_screen, case_id, **take),
            partial(self.add_files, case_id, **take), self.add_note,
        )  # fmt: skip

    def add_link(self, case_id: str, url: str, note: str = "", *, lawful_access: str = "") -> Item:
        """Take in a link as it was typed; it is never opened."""
        return self.add(case_id, capture.acquire_link(url, note=note, lawful_access=lawful_access, clock=self._clock))

    def keep_page(
        self, case_id: str, page: pages.LoadedPage, *, keeps_failed: bool = False, note: str = "",
        lawful_access: str = "", minor: MinorAnswer | None = None, progress: Progress = no_progress,
        cancelled: Cancelled = never_cancelled,
    ) -> Item:  # fmt: skip
        """Take in a page that :func:`evidence.session.load_page` captured. Raises ``capture.page_failed`` for one that
        failed, unless it is to be kept all the same."""
        taken = pages.acquisition(
            page, self.exhibits(case_id), keeps_failed=keeps_failed, note=note, lawful_access=lawful_access
        )
        started = self._compared(taken.started)
        return self.add(case_id, replace(taken, started=started), minor=minor, progress=progress, cancelled=cancelled)

    def read_codes(self, item_id: str, *, cancelled: Cancelled = never_cancelled) -> list[codes.FoundCode]:
        """The QR codes in a picture; the log says that it was looked at. Raises ``codes.no_picture`` and
        ``guard.quarantined``."""
        if self.guard.holds(item_id):
            raise EvidenceError("guard.quarantined")
        return codes.read(self._store, self._worker, self._record, self._store.items.get(item_id), cancelled)

    def add_codes(self, item_id: str, found: Sequence[codes.FoundCode]) -> list[Item]:
        """Take in the links that were read from a picture, each as an exhibit that names it; none is opened."""
        item = self._store.items.get(item_id)
        return [self.add(item.case_id, each) for each in codes.links(item, found, self._clock)]

    def add_note(self, item_id: str, text: str) -> Note:
        """Write a note on an exhibit; the log keeps its digest and when it was written. Raises ``note.empty``."""
        return self.place.add_note(self._store.items.get(item_id).case_id, text, item_id)

    def notes(self, item_id: str) -> list[Note]:
        """The notes written on an exhibit after it came in, oldest first."""
        return list(self._store.items.notes(self._store.items.get(item_id).case_id, item_id))

    def metadata(self, item_id: str, *, cancelled: Cancelled = never_cancelled) -> list[dict[str, Any]]:
        """What the pictures and films of an exhibit say about themselves; see :mod:`evidence.session.inside`."""
        return inside.read(self._store, self._worker, self._store.items.get(item_id), cancelled)

    def keep_metadata(self, item_id: str, *, cancelled: Cancelled = never_cancelled) -> Item:
        """Keep that as a report of its own, derived from the exhibit. Raises ``metadata.none``."""
        item = self._store.items.get(item_id)
        found = inside.read(self._store, self._worker, item, cancelled)
        if not found:
            raise EvidenceError("metadata.none", number=item.number)
        report = self.add(item.case_id, inside.acquisition(item, found, self._clock()))
        with self._store.transaction():
            facts = {"report": report.number, "sha256": report.files[0].digests.sha256}
            self._record(item.case_id, EventKind.EXAMINED, item_id=item.id, facts=facts)
        return report

    # Looking -------------------------------------------------------------------------------------------------------

    def preview(
        self, item_id: str, exposure: Exposure = Exposure.BLURRED, max_side: int = 480, *, file_index: int = 0
    ) -> bytes | None:
        """A small picture of an exhibit, PNG or JPEG; None when it is no picture. Never in full: see :meth:`reveal`."""
        if exposure is Exposure.FULL:
            raise ValueError("full exposure is a reveal")
        item = self._store.items.get(item_id)
        return looking.preview(self._store, self._worker, item, exposure, max_side, file_index)

    def reveal(
        self, item_id: str, reason: str = "", max_side: int = 2000, *, file_index: int = 0, beyond_limit: bool = True
    ) -> bytes | None:  # fmt: skip
        """The picture without blur; the log says that it was shown, and why if a reason was given.

        Raises ``looking.limit_reached`` when as many were shown today as were wanted at most and it is not meant to go
        ``beyond_limit``, and ``guard.quarantined``.
        """
        item = self._store.items.get(item_id)
        if not beyond_limit and self.place.looked(item.case_id).is_reached:
            raise EvidenceError("looking.limit_reached")
        picture = looking.preview(self._store, self._worker, item, Exposure.FULL, max_side, file_index)
        if picture is not None:
            with self._store.transaction():
                self._record(
                    item.case_id, EventKind.REVEALED, item_id=item_id, facts={"reason": reason} if reason else {}
                )
        return picture

    def score(
        self, case_id: str, item_ids: Sequence[str], *,
        progress: Progress = no_progress, cancelled: Cancelled = never_cancelled,
    ) -> list[ScoreReport]:  # fmt: skip
        """Look for signs of manipulation, one exhibit after the other; each score is kept as soon as it is there.

        What is held back is passed over; raises ``guard.quarantined`` when nothing else was asked for.
        """
        self.case(case_id)
        return self.scores.score(item_ids, progress, cancelled)

    def kept(self, item_id: str) -> Kept:
        """How much of an exhibit is kept."""
        return keeping.kept(self._store, self._store.items.get(item_id))

    def keep_less(self, item_id: str, wanted: Kept, reason: str = "") -> None:
        """Keep a blurred copy, the digests, or nothing of an exhibit. The log never loses what happened to it.

        What an SSD or a backup still holds of the erased bytes is encrypted with a key that is erased too; that the
        device forgets even that cannot be promised. Raises ``keep.no_copy`` or ``vault.kept_less_already``.
        """
        keeping.keep_less(self._store, self._worker, self._record, self._store.items.get(item_id), wanted, reason)

    # Redacted copies -----------------------------------------------------------------------------------------------

    def redact(
        self, item_id: str, wish: RedactionWish, *, file_index: int = 0, cancelled: Cancelled = never_cancelled
    ) -> RedactedCopy:  # fmt: skip
        """Make a copy of one file of an exhibit without what ``wish`` names; the original is never touched. A second
        pass checks the copy before it is kept. Raises as :func:`evidence.session.redacting.redact`."""
        return redacting.redact(
            self._store, self._worker, self._tool, self._record, self._clock().at, self._store.items.get(item_id),
            wish, file_index, cancelled,
        )  # fmt: skip

    def redactable(self, item_id: str) -> list[RedactionKind | None]:
        """Of each file of an exhibit, in order, what kind of redacted copy can be made; None: none."""
        return [redacting.kind_of(file) for file in self._store.items.get(item_id).files]

    def redactions(self, item_id: str) -> list[RedactedCopy]:
        """The redacted copies of an exhibit, the newest first."""
        return list(self._store.redactions.of_item(self._store.items.get(item_id).id))

    def redacted_items(self, case_id: str) -> frozenset[str]:
        """Ids of the exhibits of a case that have redacted copies: those that can be handed over redacted."""
        return self._store.redactions.items_with_copies(self.case(case_id).id)

    def take_back_redaction(self, item_id: str, redaction_id: str) -> None:
        """Erase a redacted copy; the log says so. Raises ``redaction.unknown``."""
        redacting.take_back(self._store, self._record, self._store.items.get(item_id), redaction_id)

    def commit_parts(self, item_id: str, *, cancelled: Cancelled = never_cancelled) -> list[str]:
        """Let the log fix now what an exhibit's files show, part by part, for copies that may be made later."""
        return redacting.commit(self._store, self._worker, self._record, self._store.items.get(item_id), cancelled)

    def redaction_seeds(self, item_id: str, *, cancelled: Cancelled = never_cancelled) -> list[CommittedFile]:
        """The seeds with which, and with the originals, anyone can compute anew what the log fixed; logged."""
        item = self._store.items.get(item_id)
        return redacting.show_seeds(self._store, self._worker, self._record, item, cancelled)

    def picture_size(self, item_id: str, *, file_index: int = 0) -> tuple[int, int]:
        """Width and height in the pixels in which areas are marked. Raises ``redaction.wrong_kind``."""
        return redacting.size_of(self._store, self._worker, self._store.items.get(item_id), file_index)

    # Time ----------------------------------------------------------------------------------------------------------

    def tsas(self) -> list[str]:
        """The time-stamping authorities that the person chose; none is preset."""
        return [tsa.url for tsa in self._store.log.tsas()]

    def set_tsas(self, urls: Sequence[str]) -> None:
        """Choose the authorities to ask. Raises ``timestamps.bad_url``."""
        stamping.choose(self._store, urls)

    def pending_heads(self) -> int:
        """How many logs have a newest state that no authority has confirmed yet."""
        return len(self._store.log.waiting_heads())

    def timestamp(
        self, *, urls: Sequence[str] | None = None,
        progress: Progress = no_progress, cancelled: Cancelled = never_cancelled,
    ) -> list[StampResult]:  # fmt: skip
        """Ask the chosen authorities (or ``urls``) to confirm every head that waits. The one act that uses a network.

        What is sent is a digest. Raises ``timestamps.none_chosen`` or ``timestamps.bad_url``.
        """
        return stamping.stamp_pending(self._stamper(), urls, progress, cancelled)

    # Handing over --------------------------------------------------------------------------------------------------

    def package(
        self, case_id: str, choices: PackageChoices, out_dir: Path, item_ids: Sequence[str], *,
        signer: PackageSigner | None = None,
        progress: Progress = no_progress, cancelled: Cancelled = never_cancelled,
    ) -> PackageMade:  # fmt: skip
        """Freeze the chosen exhibits, make a signed package in ``out_dir``, and log that it was made.

        Of those that are held back it names numbers, addresses and times alone. Raises ``consent.missing`` or
        ``consent.withdrawn`` where nobody agreed to hand it to ``choices.recipient``, ``guard.only_held_back``.

        ``signer`` signs it instead of the vault's key (:func:`evidence.session.open_signer`). The log stays under the
        vault's key, and each of the two names the other.
        """
        case, chosen, held_back = self._chosen(case_id, item_ids)
        self.consents.require_for(case_id, choices.recipient)
        return packaging.package(
            self._store, self._stamper(), self._worker, self._tool, self._examiner, case, chosen, held_back, choices,
            out_dir, progress, cancelled, signer,
        )  # fmt: skip

    def draft_report(
        self, case_id: str, choices: PackageChoices, item_ids: Sequence[str], *,
        progress: Progress = no_progress, cancelled: Cancelled = never_cancelled,
    ) -> bytes:  # fmt: skip
        """The report of such a package as PDF, each page marked as a draft: to read before anything is signed.

        Nothing is recorded, frozen or sent. Raises ``package.no_exhibits``, ``package.no_font``, ``case.unknown``.
        """
        case, chosen, held_back = self._chosen(case_id, item_ids)
        return packaging.draft(
            self._store, self._worker, self._clock(), self._tool, self._examiner, case, chosen, held_back, choices,
            progress, cancelled,
        )  # fmt: skip

    def upgrade_package(
        self, case_id: str, forms: Sequence[Path], *, ask_time: bool = True, level: str = "B-LTA",
        sources: ValidationSources | None = None,
        progress: Progress = no_progress, cancelled: Cancelled = never_cancelled,
    ) -> PackageUpgraded:  # fmt: skip
        """Add proof of time to a package that was made earlier, as folder, ZIP or both; nothing signed is touched.

        Tokens that arrived since for the case's log go in; with ``ask_time`` the chosen authorities are asked about
        the signature too. Raises as :func:`evidence.package.upgrade_package`, and ``timestamps.none_chosen``.
        """
        urls = self.tsas() if ask_time else []
        if ask_time and not urls:
            raise EvidenceError("timestamps.none_chosen")
        from evidence.package import upgrade_package

        return upgrade_package(
            forms, tsa=(self._ports.tsa_client, urls) if urls else None, tokens=self._store.log.tokens(case_id),
            level=level, sources=sources, now=lambda: self._clock().at, progress=progress, cancelled=cancelled,
        )  # fmt: skip

    def co_sign_package(
        self, forms: Sequence[Path], *, progress: Progress = no_progress, cancelled: Cancelled = never_cancelled
    ) -> PackageCoSigned:
        """Add this vault's signature to somebody else's package, after checking each form, and log it. Raises as
        :func:`evidence.session.co_sign_package`."""
        return cosigning.co_sign_with_vault(
            self._store, self._record, forms, lambda: self._clock().at, progress, cancelled
        )

    def import_receipt(self, case_id: str, path: Path) -> ReceiptRead:
        """Check a receipt that someone signed for a package of this case, and log it. Raises as
        :func:`evidence.session.receiving.import_receipt`, and ``case.unknown``."""
        return receiving.import_receipt(self._store, self._record, self.case(case_id), path)

    def _chosen(self, case_id: str, item_ids: Sequence[str]) -> tuple[Case, list[Exhibit], tuple[Item, ...]]:
        """The case, those of its exhibits in its own order, and those of them that are held back. Raises
        ``case.unknown``, ``package.no_exhibits``, ``guard.only_held_back``."""
        case, wanted = self.case(case_id), set(item_ids)
        chosen, held_back = guarding.part(
            self._store,
            self.place.in_order(case_id, [one for one in self.exhibits(case_id) if one.item.id in wanted]),
        )
        if not chosen:
            raise EvidenceError("guard.only_held_back") if held_back else EvidenceError("package.no_exhibits")
        return case, chosen, held_back

    def _stamper(self) -> stamping.Stamper:
        return stamping.Stamper(self._store, self._ports.tsa_client, self._clock, self._record, self._compare_clock)

    def _clock(self) -> Moment:
        """Read the clock, with what the last comparison with an authority said."""
        return self._compared(self._ports.clock())

    def _compared(self, moment: Moment) -> Moment:
        """The same reading, with what the last comparison said."""
        if self._clock_check is None:
            return moment
        return replace(
            moment,
            clock_source=self._clock_check.source,
            clock_offset_ms=self._clock_check.offset_ms,
            clock_checked_at=self._clock_check.checked_at,
        )

    def _compare_clock(self, token: TimestampToken) -> None:
        offset = timestamps.clock_offset_ms(token)
        self._clock_check = capture.ClockCheck(offset_ms=offset, checked_at=token.received_at)

    def _record(
        self, log_id: str, kind: EventKind, *, item_id: str = "", facts: dict[str, str], actor: str | None = None
    ) -> SignedHead:
        """Append one event inside the open transaction; its head waits for a time stamp."""
        at = self._clock().at
        event = custody.NewEvent(
            kind=kind, recorded_at=at, actor=actor or self._examiner.role.value, item_id=item_id, facts=facts
        )
        _events, head = custody.append(self._store.log, log_id, [event], signer=self._store.signer(), recorded_at=at)
        return head


def _read_examiner(store: Store) -> Examiner:
    kept = store.settings.get(_EXAMINER)
    return Examiner(role=OperatorRole.VICTIM) if kept is None else from_json(kept, Examiner)
