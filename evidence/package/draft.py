"""The report as it would be, before anything is signed: for the person to read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import cast

from evidence.errors import CancelledError, EvidenceError
from evidence.i18n import Language, texts
from evidence.model import PackageChoices, Snapshot
from evidence.package.describing import describe_package
from evidence.package.identifiers import bare_exhibits, find_identifiers
from evidence.package.report.content import ReportContent
from evidence.package.report.document import write_report
from evidence.package.report.fonts import FontFiles, choose_typeface, find_fonts, font_folders
from evidence.package.staging import copy_entries, original_entries

DRAFT_ID = "00000000-0000-0000-0000-000000000000"


def draft_report(
    snapshot: Snapshot,
    choices: PackageChoices,
    *,
    preview: Callable[[str], bytes | None] = lambda _item_id: None,
    fonts: Sequence[FontFiles] | None = None,
    supersedes: Sequence[str] = (),
    progress: Callable[[float, str], None] = lambda _share, _step: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> bytes:
    """The report as PDF, in memory, each page marked as a draft. Nothing is written, signed or sent.

    The snapshot needs neither a FROZEN event nor readable originals: no original is opened. Raises
    :class:`EvidenceError` ``package.no_exhibits``, ``package.no_font``; :class:`CancelledError`.
    """
    if not snapshot.exhibits:
        raise EvidenceError("package.no_exhibits")
    t = texts(cast(Language, choices.language))

    def before_exhibit(position: int) -> None:
        if cancelled():
            raise CancelledError
        progress(position / len(snapshot.exhibits), "report")

    content = ReportContent(
        snapshot=snapshot,
        choices=choices,
        manifest=describe_package(
            snapshot,
            choices,
            package_id=DRAFT_ID,
            certificate_sha256=hashlib.sha256(snapshot.certificate_der).hexdigest(),
            files=[entry for _file, entry in (*original_entries(snapshot), *copy_entries(snapshot))],
            supersedes=supersedes,
        ),
        manifest_sha256="",
        identifiers=find_identifiers([*snapshot.exhibits, *bare_exhibits(snapshot.held_back)]),
        preview=preview,
        before_exhibit=before_exhibit,
    )
    return write_report(t, content, choose_typeface(find_fonts(font_folders()) if fonts is None else fonts,
                                                    content.human_text()))  # fmt: skip
