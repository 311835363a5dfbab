"""Notes in a package: believed only where the custody log fixed the very words, about the same thing, at that time."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from support.hostile.cases import ALL_YES, NO, NOT_YES, Case, Workshop, as_zip
from support.sample_package import NOW

from evidence.custody import NewEvent
from evidence.digest import canonical_json, to_json
from evidence.model import EventKind

WRITTEN = NOW - timedelta(minutes=4)
LOG_NO = ALL_YES | {"custody": NO, "time": NOT_YES, "method": NOT_YES, "clock": NOT_YES}


def cases(shop: Workshop, _rng: random.Random, _count: int) -> Iterator[Case]:
    """Sound ones, and those whose words, time, exhibit or freezing the log does not confirm."""
    entry = {"author": "counsellor", "item": "", "text": "월요일에 시작됨", "written_at": to_json(WRITTEN)}

    def case(label: str, expected: Any, told: Any = None, logged: str = str(entry["text"]), **changes: Any) -> Case:
        """``told`` is what the manifest says, ``logged`` what the log noted; ``changes`` are of the frozen fact."""
        notes = [entry] if told is None else told

        def events(events: list[NewEvent]) -> None:
            digest = hashlib.sha256(logged.encode()).hexdigest()
            events.insert(-1, NewEvent(EventKind.NOTED, WRITTEN, "counsellor", "", {"note_sha256": digest}))
            fact = changes.get("fact", hashlib.sha256(canonical_json(notes)).hexdigest())
            events[-1] = replace(events[-1], facts=events[-1].facts | ({"notes_sha256": fact} if fact else {}))

        recipe = shop.recipe.with_(edit_events=events, edit_manifest=lambda value: value.update(notes=notes))
        return Case("notes", label, as_zip(recipe.build), expected)

    yield case("as-logged", ALL_YES)
    yield case("none", ALL_YES, [], fact="")
    yield case("other-words", LOG_NO, [entry | {"text": "화요일에 시작됨"}])
    yield case("other-time", LOG_NO, [entry | {"written_at": to_json(WRITTEN - timedelta(days=1))}])
    yield case("about-an-exhibit", LOG_NO, [entry | {"item": "A-01"}])
    yield case("never-logged", LOG_NO, logged="something else")
    yield case("not-frozen", LOG_NO, fact="")
    yield case("frozen-otherwise", LOG_NO, fact="0" * 64)
    yield case("taken-out-after-freezing", LOG_NO, [], fact="0" * 64)
    yield case("unknown-exhibit", {"complete": NO}, [entry | {"item": "A-99"}])
    yield case("no-zone", {"complete": NO}, [entry | {"written_at": "2026-03-01T12:00:00"}])
    yield case("unknown-member", {"complete": NO}, [entry | {"extra": "x"}])
    yield case("missing-member", {"complete": NO}, [{"author": "counsellor", "item": "", "text": "x"}])
