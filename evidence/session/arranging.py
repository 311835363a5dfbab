"""The order of the exhibits of a case: as their numbers are, until a person moves one. Numbers never change."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from evidence.errors import EvidenceError
from evidence.model import Exhibit
from evidence.store import Store

ORDER = "order"
"""What kind of change this is, among those that can be undone."""


class Move(StrEnum):
    """Where to, from where an exhibit stands."""

    UP = "up"
    DOWN = "down"
    FIRST = "first"
    LAST = "last"


def in_order(store: Store, case_id: str, exhibits: Sequence[Exhibit]) -> list[Exhibit]:
    """These exhibits as the case has them."""
    if not store.arrangement.is_arranged(case_id):
        return list(exhibits)
    rank = {item_id: number for number, item_id in enumerate(store.arrangement.order(case_id))}
    return sorted(exhibits, key=lambda exhibit: rank[exhibit.item.id])


def put(store: Store, item_id: str, before_id: str, at: datetime) -> None:
    """Put an exhibit before another one of its case; the empty id: behind all.

    Raises ``vault.no_such_item``, ``order.other_case``.
    """
    item = store.items.get(item_id)
    if before_id == item_id:
        return
    if before_id and store.items.get(before_id).case_id != item.case_id:
        raise EvidenceError("order.other_case")
    following = store.arrangement.following(item.case_id, store.arrangement.place(item_id))
    if following == before_id:
        return
    with store.transaction():
        store.shelf.add_change(item.case_id, item_id, ORDER, json.dumps({"before": following}), at)
        store.arrangement.put(item.case_id, item_id, before_id)


def put_behind(store: Store, item_id: str, behind_id: str, at: datetime) -> None:
    """Put an exhibit behind another one of its case. Raises as :func:`put`."""
    if behind_id == item_id:
        return
    item, other = store.items.get(item_id), store.items.get(behind_id)
    if item.case_id != other.case_id:
        raise EvidenceError("order.other_case")
    behind = store.arrangement.place(behind_id)
    put(store, item_id, store.arrangement.following(item.case_id, behind, but=item_id), at)


def move(store: Store, item_id: str, to: Move, at: datetime) -> None:
    """Move an exhibit by one place, or to an end; what is there already stays. Raises ``vault.no_such_item``."""
    arrangement, case_id = store.arrangement, store.items.get(item_id).case_id
    place = arrangement.place(item_id)
    if to is Move.LAST:
        put(store, item_id, "", at)
    elif to is Move.FIRST:
        put(store, item_id, arrangement.following(case_id, 0, but=item_id), at)
    elif to is Move.UP:
        put(store, item_id, arrangement.preceding(case_id, place) or item_id, at)
    elif behind := arrangement.following(case_id, place):
        put_behind(store, item_id, behind, at)


def by_number(store: Store, case_id: str, at: datetime) -> None:
    """Go back to the order of the exhibit numbers."""
    places = store.arrangement.places(case_id)
    if places:
        with store.transaction():
            store.shelf.add_change(case_id, "", ORDER, json.dumps({"places": places}), at)
            store.arrangement.restore(case_id, [])


def undo(store: Store, case_id: str, item_id: str, before: str) -> None:
    """Take a change of the order back, inside a transaction. Places may have been given anew since: an exhibit goes
    back to before the one that followed it."""
    was = json.loads(before)
    if "places" in was:
        store.arrangement.restore(case_id, [(one, place) for one, place in was["places"]])
    else:
        store.arrangement.put(case_id, item_id, was["before"])
