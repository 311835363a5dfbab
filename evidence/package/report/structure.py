"""The logical structure of a tagged PDF (ISO 32000-1, 14.7 and 14.8): what is a heading, a row, a picture.

reportlab draws pages and knows nothing of this; the few objects that say it are written here, by its own means.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field

from reportlab.pdfbase.pdfdoc import PDFObject
from reportlab.pdfgen.canvas import Canvas

ARTIFACT = "/Artifact BMC"
END = "EMC"


@dataclass(slots=True)
class Element:
    """One element of the structure."""

    tag: str
    parent: Element | None
    number: int
    """Its object number."""
    more: str = ""
    """Further entries of its dictionary, as PDF."""
    kids: list[Element | tuple[int, int]] = field(default_factory=list)
    """Elements, and marked content as page (from 1) and identifier."""


class _Written(PDFObject):  # type: ignore[misc,unused-ignore]
    """An object whose text is written when everything that it names is known."""

    def __init__(self) -> None:
        self.text = ""

    def format(self, _document: object) -> bytes:
        return self.text.encode("ascii")


class Structure:
    """The elements of a document while its pages are drawn. Content outside of every element is an artifact.

    Unless ``is_kept``, nothing is marked and nothing is written.
    """

    def __init__(self, canvas: Canvas, *, is_kept: bool) -> None:
        self._is_kept = is_kept
        self._canvas = canvas
        self._document = canvas._doc  # type: ignore[attr-defined]
        self._objects: dict[int, _Written] = {}
        self._tree = self._new_number() if is_kept else 0
        self._root = self._element("Document", None)
        self._open: list[Element] = [self._root]
        self._marks: dict[int, list[Element]] = {}

    def add(self, tag: str, more: str = "") -> Element:
        """A new element ``tag`` (``P``, ``H1``, ``Table``, ``TR``, ``TH``, ``TD``, ``Figure`` …) inside the present
        one; ``more`` are entries of its dictionary as PDF."""
        if not self._is_kept:
            return self._root
        made = self._element(tag, self._open[-1], more)
        self._open[-1].kids.append(made)
        return made

    @contextmanager
    def inside(self, element: Element) -> Iterator[None]:
        """What is drawn meanwhile belongs to ``element``."""
        self._open.append(element)
        try:
            yield
        finally:
            self._open.pop()

    def element(self, tag: str, more: str = "") -> AbstractContextManager[None]:
        """What is drawn meanwhile belongs to a new element; see :meth:`add`."""
        return self.inside(self.add(tag, more))

    @contextmanager
    def drawn(self, page: int) -> Iterator[None]:
        """What is drawn meanwhile on ``page`` (from 1) is marked as content of the present element."""
        before, after = self.marks(page)
        self._code(before)
        yield
        self._code(after)

    @contextmanager
    def decoration(self) -> Iterator[None]:
        """What is drawn meanwhile carries no meaning: lines, grounds, headers and footers."""
        self._code(ARTIFACT if self._is_kept else "")
        yield
        self._code(END if self._is_kept else "")

    def marks(self, page: int) -> tuple[str, str]:
        """The operators before and after a piece of the present element on ``page`` (from 1)."""
        if not self._is_kept:
            return "", ""
        element = self._open[-1]
        if element is self._root:
            return ARTIFACT, END
        marks = self._marks.setdefault(page, [])
        element.kids.append((page, len(marks)))
        marks.append(element)
        return f"/{element.tag} <</MCID {len(marks) - 1}>> BDC", END

    def _code(self, operator: str) -> None:
        if operator:
            self._canvas._code.append(operator)  # type: ignore[attr-defined]

    def finish(self) -> None:
        """Write the structure tree and the parent tree; every page must have been closed."""
        if not self._is_kept:
            return
        numbers = self._document.idToObjectNumberAndVersion
        pages = {page: numbers[f"Page{page}"][0] for page in self._marks}
        parents = " ".join(
            f"{page - 1}[{' '.join(f'{element.number} 0 R' for element in marks)}]"
            for page, marks in sorted(self._marks.items())
        )
        self._write(self._root, pages)
        self._objects[self._tree].text = (
            f"<</Type/StructTreeRoot/K {self._root.number} 0 R/ParentTree<</Nums[{parents}]>>"
            f"/ParentTreeNextKey {max(self._marks, default=0)}>>"
        )
        marked = _Written()
        marked.text = "<</Marked true>>"
        catalog = self._document.Catalog
        catalog.StructTreeRoot, catalog.MarkInfo = self._objects[self._tree], marked

    def _write(self, root: Element, pages: dict[int, int]) -> None:
        waiting = [root]
        while waiting:
            element = waiting.pop()
            parent = self._tree if element.parent is None else element.parent.number
            first = next((pages[kid[0]] for kid in element.kids if isinstance(kid, tuple)), 0)
            kids = []
            for kid in element.kids:
                if isinstance(kid, Element):
                    kids.append(f"{kid.number} 0 R")
                    waiting.append(kid)
                elif pages[kid[0]] == first:
                    kids.append(str(kid[1]))
                else:
                    kids.append(f"<</Type/MCR/Pg {pages[kid[0]]} 0 R/MCID {kid[1]}>>")
            page = f"/Pg {first} 0 R" if first else ""
            self._objects[
                element.number
            ].text = f"<</Type/StructElem/S/{element.tag}/P {parent} 0 R{page}/K[{' '.join(kids)}]{element.more}>>"

    def _element(self, tag: str, parent: Element | None, more: str = "") -> Element:
        return Element(tag, parent, self._new_number() if self._is_kept else 0, more)

    def _new_number(self) -> int:
        written = _Written()
        self._document.Reference(written)
        number: int = self._document.objectcounter
        self._objects[number] = written
        return number


def described(text: str) -> str:
    """The entry that tells a picture in words (``/Alt``, ISO 32000-1, 14.9.3)."""
    return f"/Alt<FEFF{text.encode('utf-16-be').hex().upper()}>"


def head_of(scope: str) -> str:
    """The attribute of a head cell: of its ``Column`` or its ``Row`` (ISO 32000-1, 14.8.5.7)."""
    return f"/A<</O/Table/Scope/{scope}>>"
