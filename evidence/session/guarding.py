"""The guard for people under age: what is not let in, and what is held back once it is in.

Domain rule: where it could show someone under age, address, account names and numbers, time and context are kept;
no picture, no thumbnail, no recognised text, no hash of any kind. The police secure the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from evidence.capture import acquire_without_media
from evidence.capture.clock import Clock
from evidence.errors import EvidenceError
from evidence.model import (
    MINOR_FACT,
    Acquisition,
    EventKind,
    Exhibit,
    Item,
    MinorAnswer,
    PackageMade,
    WithoutMedia,
)
from evidence.session import looking
from evidence.session.stamping import Record
from evidence.store import Store


def admit(acquisition: Acquisition, minor: MinorAnswer | None) -> Acquisition:
    """What may be sealed: with the answer ``NO`` the acquisition, which says so; with None, nobody asked.

    Raises ``guard.media_refused`` for every other answer, before anything of it was opened.
    """
    require_no_minor(minor)
    if minor is None:
        return acquisition
    return replace(acquisition, settings={**acquisition.settings, MINOR_FACT: minor.value})


def require_no_minor(minor: MinorAnswer | None) -> None:
    """Raises ``guard.media_refused`` when someone under age is shown, or could be."""
    if minor not in (None, MinorAnswer.NO):
        raise EvidenceError("guard.media_refused")


def part(store: Store, exhibits: Sequence[Exhibit]) -> tuple[list[Exhibit], tuple[Item, ...]]:
    """The exhibits whose content may be given out, and the items that are held back."""
    free = [exhibit for exhibit in exhibits if not store.quarantine.holds(exhibit.item.id)]
    taken = {exhibit.item.id for exhibit in free}
    return free, tuple(exhibit.item for exhibit in exhibits if exhibit.item.id not in taken)


class Guard:
    """The guard of an open vault."""

    def __init__(self, store: Store, record: Record, clock: Clock, seal: Callable[[str, Acquisition], Item]) -> None:
        self._store = store
        self._record = record
        self._clock = clock
        self._seal = seal

    def note_without_media(
        self, case_id: str, noted: WithoutMedia, answer: MinorAnswer, *, lawful_access: str = ""
    ) -> Item:
        """Keep address, accounts, time and description as an exhibit; no media is touched.

        Raises ``guard.nothing_noted``, ``case.unknown``; ``ValueError`` for the answer that lets media in.
        """
        if answer is MinorAnswer.NO:
            raise ValueError("without media is for the other answers")
        return self._seal(case_id, acquire_without_media(noted, answer, clock=self._clock, lawful_access=lawful_access))

    def hold_back(self, item_id: str, answer: MinorAnswer, reason: str = "") -> None:
        """Hold an exhibit back: nobody sees, scores, redacts or hands over its content any more. Not to be undone.

        Exhibits with the same content, and stills or illustrations that were made of it, go with it. The sealed bytes
        stay as they are, for the police to take with the vault. Raises ``guard.held_already``, ``vault.no_such_item``;
        ``ValueError`` for the answer ``NO``.
        """
        if answer is MinorAnswer.NO:
            raise ValueError("only what could show someone under age is held back")
        item = self._store.items.get(item_id)
        if self._store.quarantine.holds(item_id):
            raise EvidenceError("guard.held_already")
        at: datetime = self._clock().at
        facts = {"answer": answer.value, **({"reason": reason} if reason else {})}
        with self._store.transaction():
            for one in (item, *self._showing_the_same(item)):
                if self._store.quarantine.holds(one.id):
                    continue
                told = {} if one.id == item.id else {"same_as": item.number}
                self._store.quarantine.put(one.id, answer, at)
                self._record(
                    one.case_id, EventKind.QUARANTINED, item_id=one.id, facts={"number": one.number, **facts, **told}
                )

    def _showing_the_same(self, item: Item) -> list[Item]:
        """Exhibits of the case with the same content, and stills or illustrations that were made of it."""
        found = looking.same_content(self._store, item, is_earlier=False)
        for event in self._store.log.events_about(item.case_id, item.id):
            for made in ("still", "illustration"):
                if event.facts.get(made):
                    found.append(self._store.items.by_number(item.case_id, event.facts[made]))
        return found

    def holds(self, item_id: str) -> bool:
        """Whether this exhibit is held back."""
        return self._store.quarantine.holds(item_id)

    def held_back(self, case_id: str) -> frozenset[str]:
        """The ids of the items of a case that are held back."""
        return frozenset(self._store.quarantine.of_case(case_id))

    def packages_with(self, item_id: str) -> list[PackageMade]:
        """The packages made earlier that hold this exhibit's files, the oldest first: nothing reaches into those."""
        item = self._store.items.get(item_id)
        frozen = self._store.log.events_of_kind(item.case_id, EventKind.FROZEN)
        exported = self._store.log.events_of_kind(item.case_id, EventKind.EXPORTED)
        holding: set[str] = set()
        for position, event in enumerate(frozen):
            numbers = {entry.rpartition(":")[0] for entry in event.facts.get("exhibits", "").split(",")}
            later = frozen[position + 1].index if position + 1 < len(frozen) else self._store.log.log_size(item.case_id)
            if item.number in numbers:
                holding |= {
                    one.facts.get("package_id", "") for one in exported if event.index < one.index <= later
                }  # fmt: skip
        return [made for made in self._store.packages.of_case(item.case_id) if made.package_id in holding]
