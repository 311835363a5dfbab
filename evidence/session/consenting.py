"""What a person agreed to, purpose by purpose. The custody log is the only record: what it says last, holds."""

from __future__ import annotations

from pathlib import Path

from evidence.digest import parse_json
from evidence.errors import EvidenceError
from evidence.manifest import MANIFEST
from evidence.model import Acquisition, AcquisitionMethod, Consent, EventKind, Purpose, Recipient
from evidence.package.made import open_package
from evidence.session.stamping import Record
from evidence.store import Store

_PURPOSE_OF = {
    Recipient.POLICE: Purpose.POLICE,
    Recipient.COUNSELLOR: Purpose.COUNSELLOR,
    Recipient.PLATFORM: Purpose.PLATFORM,
}
_NO_MEDIA = (AcquisitionMethod.LINK_NOTE, AcquisitionMethod.TRANSCRIPTION)


class Consents:
    """The consents of an open vault, case by case. Nothing is given before somebody gives it."""

    def __init__(self, store: Store, record: Record) -> None:
        self._store = store
        self._record = record

    def all(self, case_id: str) -> tuple[Consent, ...]:
        """Every purpose with what was said about it last."""
        said = {purpose: Consent(purpose) for purpose in Purpose}
        kinds = (EventKind.CONSENTED, EventKind.CONSENT_WITHDRAWN)
        events = [event for kind in kinds for event in self._store.log.events_of_kind(case_id, kind)]
        for event in sorted(events, key=lambda one: one.index):
            purpose = Purpose(event.facts["purpose"])
            said[purpose] = Consent(purpose, event.kind is EventKind.CONSENTED, event.recorded_at, event.actor)
        return tuple(said.values())

    def of(self, case_id: str, purpose: Purpose) -> Consent:
        """What was said last about one purpose."""
        return next(consent for consent in self.all(case_id) if consent.purpose is purpose)

    def give(self, case_id: str, purpose: Purpose) -> None:
        """Agree; the log says when. Agreeing again changes nothing. Raises ``vault.no_such_case``."""
        self._say(case_id, purpose, is_given=True)

    def withdraw(self, case_id: str, purpose: Purpose) -> None:
        """Take a consent back, from now on: what was handed over already stays where it is.

        Raises ``consent.not_given``, ``vault.no_such_case``.
        """
        if not self.of(case_id, purpose).is_given:
            raise EvidenceError("consent.not_given")
        self._say(case_id, purpose, is_given=False)

    def require(self, case_id: str, purpose: Purpose) -> None:
        """Raises ``consent.missing`` or ``consent.withdrawn`` unless this was agreed to."""
        consent = self.of(case_id, purpose)
        if consent.is_withdrawn:
            raise EvidenceError("consent.withdrawn")
        if not consent.is_given:
            raise EvidenceError("consent.missing")

    def require_for(self, case_id: str, recipient: Recipient | None) -> None:
        """Raises unless a package may be made for ``recipient``; where nobody said for whom, unless handing over to
        the police was taken back."""
        if recipient is None:
            if self.of(case_id, Purpose.POLICE).is_withdrawn:
                raise EvidenceError("consent.withdrawn")
        elif recipient in _PURPOSE_OF:
            self.require(case_id, _PURPOSE_OF[recipient])

    def require_handing(self, case_id: str, recipient: str) -> None:
        """Raises ``consent.withdrawn`` unless a package made for ``recipient`` (empty: nobody said) may be handed over
        still."""
        purpose = _PURPOSE_OF.get(Recipient(recipient)) if recipient else Purpose.POLICE
        if purpose is not None and self.of(case_id, purpose).is_withdrawn:
            raise EvidenceError("consent.withdrawn")

    def require_handing_package(self, case_id: str, path: Path) -> bool:
        """Whether the package at ``path`` was made of this case; then it is known for whom.

        Raises ``consent.withdrawn`` where it may not be handed over any more, as :meth:`require_handing`.
        """
        package_id = _package_id(path)
        made = next((made for made in self._store.packages.of_case(case_id) if made.package_id == package_id), None)
        self.require_handing(case_id, made.recipient if made is not None else "")
        return made is not None

    def purpose_missing(self, case_id: str, recipient: Recipient | None) -> Purpose | None:
        """The consent that a package for ``recipient`` needs and that is not given."""
        purpose = _PURPOSE_OF.get(recipient) if recipient is not None else None
        return purpose if purpose is not None and not self.of(case_id, purpose).is_given else None

    def require_keeping(self, case_id: str, acquisition: Acquisition) -> None:
        """Raises ``consent.withdrawn`` when keeping media was taken back and this brings some."""
        if acquisition.method not in _NO_MEDIA:
            self.require_keeping_media(case_id)

    def require_keeping_media(self, case_id: str) -> None:
        """Raises ``consent.withdrawn`` when keeping media was taken back."""
        if self.of(case_id, Purpose.KEEP_MEDIA).is_withdrawn:
            raise EvidenceError("consent.withdrawn")

    def _say(self, case_id: str, purpose: Purpose, *, is_given: bool) -> None:
        self._store.cases.get(case_id)
        if self.of(case_id, purpose).is_given == is_given:
            return
        kind = EventKind.CONSENTED if is_given else EventKind.CONSENT_WITHDRAWN
        with self._store.transaction():
            self._record(case_id, kind, facts={"purpose": purpose.value})


def _package_id(path: Path) -> str:
    """What a package says of itself; empty for what is none. Only our own records decide what that is worth."""
    try:
        value = parse_json(open_package(path).read(MANIFEST), canonical=False)
    except (EvidenceError, OSError):
        return ""
    return str(value.get("package_id", "")) if isinstance(value, dict) else ""
