"""Consents: separate, nothing given before somebody gives it, taken back at any time, and logged."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence.errors import EvidenceError
from evidence.model import EventKind, PackageChoices, Purpose, Recipient
from evidence.session import Session, verify_package


def _choices(recipient: Recipient | None) -> PackageChoices:
    return PackageChoices(language="en", exposure={}, as_folder=False, recipient=recipient)


def test_nothing_is_given_at_first(session: Session) -> None:
    case = session.create_case("one")
    consents = session.consents.all(case.id)
    assert [consent.purpose for consent in consents] == list(Purpose)
    assert not any(consent.is_given or consent.is_withdrawn for consent in consents)


def test_each_is_given_and_taken_back_by_itself(session: Session) -> None:
    case, other = session.create_case("one"), session.create_case("two")
    session.consents.give(case.id, Purpose.POLICE)
    session.consents.give(case.id, Purpose.POLICE)
    given = {consent.purpose for consent in session.consents.all(case.id) if consent.is_given}
    assert given == {Purpose.POLICE}
    assert not any(consent.is_given for consent in session.consents.all(other.id))
    session.consents.withdraw(case.id, Purpose.POLICE)
    assert session.consents.of(case.id, Purpose.POLICE).is_withdrawn
    with pytest.raises(EvidenceError, match="not_given"):
        session.consents.withdraw(case.id, Purpose.COUNSELLOR)
    logged = [(event.kind, event.facts) for event in session.events(case.id)[1:]]
    assert logged == [
        (EventKind.CONSENTED, {"purpose": "police"}),
        (EventKind.CONSENT_WITHDRAWN, {"purpose": "police"}),
    ]


def test_a_package_for_someone_needs_that_consent(session: Session, tmp_path: Path) -> None:
    case = session.create_case("one")
    item = session.add_bytes(case.id, "a.txt", "a")
    for recipient, purpose in ((Recipient.POLICE, Purpose.POLICE), (Recipient.COUNSELLOR, Purpose.COUNSELLOR)):
        with pytest.raises(EvidenceError) as raised:
            session.package(case.id, _choices(recipient), tmp_path, [item.id])
        assert raised.value.code == "consent.missing"
        session.consents.give(case.id, purpose)
        made = session.package(case.id, _choices(recipient), tmp_path, [item.id])
        assert made.recipient == recipient.value
        assert session.events(case.id)[-1].facts["recipient"] == recipient.value
    session.package(case.id, _choices(Recipient.MYSELF), tmp_path, [item.id])
    events = verify_package(Path(made.zip_file))
    assert not [claim.name for claim in events.claims if claim.answer.value == "no"]


def test_taking_back_counts_from_then_on(session: Session, tmp_path: Path) -> None:
    case = session.create_case("one")
    item = session.add_bytes(case.id, "a.txt", "a")
    session.consents.give(case.id, Purpose.POLICE)
    session.package(case.id, _choices(None), tmp_path, [item.id])
    session.consents.withdraw(case.id, Purpose.POLICE)
    for recipient in (None, Recipient.POLICE):
        with pytest.raises(EvidenceError) as raised:
            session.package(case.id, _choices(recipient), tmp_path, [item.id])
        assert raised.value.code == "consent.withdrawn"


def test_no_media_comes_in_once_keeping_was_taken_back(session: Session, tmp_path: Path) -> None:
    case = session.create_case("one")
    (tmp_path / "a.txt").write_text("a")
    session.consents.give(case.id, Purpose.KEEP_MEDIA)
    session.add_files(case.id, [tmp_path / "a.txt"])
    session.consents.withdraw(case.id, Purpose.KEEP_MEDIA)
    with pytest.raises(EvidenceError, match="withdrawn"):
        session.add_files(case.id, [tmp_path / "a.txt"])
    with pytest.raises(EvidenceError, match="withdrawn"):
        session.add_bytes(case.id, "b.txt", "b")
    session.add_link(case.id, "https://example.org/a")  # an address is no media
