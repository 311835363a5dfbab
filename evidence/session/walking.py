"""A checklist that is walked through step by step, a picture or some photographs at each, without a recording."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from evidence import capture
from evidence.capture import Guide, GuideStep
from evidence.model import AcquisitionMethod, Item


class Walk:
    """Where one walk stands. Taking in belongs to the session's thread; all else may be asked from any, one at a time.

    What the person reads off at a step goes with the next that is taken in; what is left at the end, with nothing
    taken in after it, becomes a note on the last exhibit.
    """

    def __init__(
        self, guide: Guide, take_screen: Callable[..., Item], take_files: Callable[..., list[Item]],
        add_note: Callable[[str, str], object],
    ) -> None:  # fmt: skip
        self.guide = guide
        self.position = 0
        self.items: list[Item] = []
        self.taken: dict[str, list[str]] = {}
        """Numbers of exhibits, by the key of their step."""
        self._said: dict[str, str] = {}
        self._take_screen, self._take_files, self._add_note = take_screen, take_files, add_note

    @property
    def step(self) -> GuideStep | None:
        """The step that is shown now; None at the end."""
        return self.guide.steps[self.position] if self.position < len(self.guide.steps) else None

    def say(self, said: Mapping[str, str]) -> None:
        """Keep what was read off for what is taken in next. Raises ``capture.no_such_field``."""
        capture.said_facts(said)
        self._said |= {name: words for name, words in said.items() if words.strip()}

    def picture(self, **place: Any) -> Item:
        """Take in what the screen shows (``place`` as of :meth:`evidence.session.Session.capture_screen`) for this
        step; stays at the step. Raises as that does."""
        item = self._take_screen(guide=self.guide.key, step=self._key, said=self._said, **place)
        self._took([item])
        return item

    def photos(self, paths: Sequence[Path], **rest: Any) -> list[Item]:
        """Take in photographs of another screen for this step. Raises as :meth:`evidence.session.Session.add_files`."""
        items = self._take_files(
            paths, method=AcquisitionMethod.PHOTO_OF_OTHER_SCREEN, guide=self.guide.key, step=self._key,
            said=self._said, **rest,
        )  # fmt: skip
        self._took(items)
        return items

    def go_on(self) -> None:
        """To the next step, whether anything was taken in or not."""
        self.position = min(self.position + 1, len(self.guide.steps))

    def go_back(self) -> None:
        """To the step before."""
        self.position = max(0, self.position - 1)

    def finish(self) -> None:
        """The person has enough: what she read off and nothing took along becomes a note on the last exhibit."""
        if self._said and self.items:
            self._add_note(self.items[-1].id, "\n".join(f"{name}: {words}" for name, words in self._said.items()))
            self._said = {}

    @property
    def _key(self) -> str:
        return self.step.key if self.step is not None else ""

    def _took(self, items: Sequence[Item]) -> None:
        self._said = {}
        self.items += items
        self.taken.setdefault(self._key, []).extend(item.number for item in items)
