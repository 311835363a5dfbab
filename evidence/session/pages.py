"""Web pages: load one (no vault needed, and nothing is kept), then keep what came, if the person wants it.

Loading waits for a network; it runs outside the vault's lane and gives a value. Keeping is a step of its own, because
a capture that failed is only kept when the person says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from io import BytesIO

from evidence import capture, media
from evidence.capture import Clock, read_clock
from evidence.capture.web import (
    EngineProcess,
    PageBrowser,
    PageLimits,
    PageOutcome,
    PageRecord,
    PageRequest,
    acquire_page,
    host_of,
    judge,
)
from evidence.capture.web.facts import page_facts
from evidence.errors import EvidenceError
from evidence.i18n import Texts, visible
from evidence.media import MediaWorker
from evidence.model import Acquisition, Exhibit, Exposure

_GONE = frozenset({"gone", "error_status", "no_answer", "name_unknown"})
Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class PageNotice:
    """What a site learns when its page is captured: to be said before anything is sent."""

    url: str
    host: str
    is_encrypted: bool
    """Whether the way there is; over ``http:`` everyone on the way learns as much as the site."""


@dataclass(frozen=True, slots=True)
class LoadedPage:
    """A page that was captured and is in memory alone."""

    record: PageRecord
    outcome: PageOutcome

    @property
    def facts(self) -> dict[str, str]:
        """The facts that the exhibit would have."""
        return page_facts(self.record, self.outcome)

    def preview(self, exposure: Exposure = Exposure.BLURRED, max_side: int = 480) -> bytes | None:
        """What was seen, as a small picture; None when there is none. The bytes are decoded in a child process."""
        picture = self.record.files.get("viewport")
        if picture is None or exposure is Exposure.LEFT_OUT:
            return None
        with MediaWorker() as worker:
            try:
                return media.preview(BytesIO(picture), worker=worker, max_side=max_side, exposure=exposure)
            except EvidenceError:
                return None


def page_notice(url: str) -> PageNotice:
    """What the site of ``url`` would learn. Nothing is looked up or sent. Raises as
    :func:`evidence.capture.web.host_of`."""
    host = host_of(url)
    address = capture.address_of(url)
    return PageNotice(url=address, host=host, is_encrypted=address.startswith("https:"))


def load_page(
    url: str,
    *,
    languages: str = "",
    language: str = "en",
    is_shown: bool = False,
    text_percent: int = 100,
    allowed_hosts: Sequence[str] = (),
    trusted_roots: Sequence[bytes] = (),
    limits: PageLimits | None = None,
    browser: PageBrowser | None = None,
    clock: Clock = read_clock,
    progress: Progress = lambda _share, _step: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> LoadedPage:
    """Load the page of ``url`` in a browser that is started for this alone, and record everything that came.

    This uses the network: :func:`page_notice` says what that means. ``is_shown`` lets the person see the page first.
    Hosts in ``allowed_hosts`` may be local ones. Raises as :func:`evidence.capture.web.host_of` and
    :meth:`evidence.capture.web.EngineProcess.capture`.
    """
    notice = page_notice(url)
    request = PageRequest(
        url=notice.url,
        languages=languages,
        language=language,
        is_shown=is_shown,
        text_percent=text_percent,
        allowed_hosts=tuple(host.lower() for host in allowed_hosts),
        trusted_roots=tuple(trusted_roots),
    )
    record = (browser or EngineProcess()).capture(
        request, limits or PageLimits(), clock=clock, progress=progress, cancelled=cancelled
    )
    record.request = replace(record.request, url=url)
    progress(1.0, "page_loading")
    return LoadedPage(record, judge(record))


def acquisition(
    page: LoadedPage, earlier: Sequence[Exhibit], *, keeps_failed: bool, note: str, lawful_access: str
) -> Acquisition:
    """What is to be sealed. Where the same address was captured or noted before, the facts say so and what changed.

    Raises ``capture.page_failed`` for a capture that failed, unless ``keeps_failed``.
    """
    if page.outcome.is_failed and not keeps_failed:
        raise EvidenceError("capture.page_failed", outcome=page.outcome.code)
    taken = acquire_page(page.record, page.outcome, note=note, lawful_access=lawful_access)
    return replace(taken, source=taken.source | _since(taken.source, earlier))


def _since(facts: dict[str, str], earlier: Sequence[Exhibit]) -> dict[str, str]:
    """How this visit follows earlier ones of the same address."""
    same = [each.item for each in earlier if each.item.source.get("canonical_url") == facts["canonical_url"]]
    if not same:
        return {}
    found = {"first_visit": same[0].number}
    pages = [item for item in same if item.settings.get("extent") == "web_page"]
    if not pages:
        return found
    before, now = pages[-1], facts["capture_outcome"]
    was_there = before.source.get("capture_outcome") in ("captured", "partial")
    if now in _GONE:
        since = "gone" if was_there else "still_gone"
    elif now not in ("captured", "partial"):
        since = "not_told"
    elif not was_there:
        since = "there_again"
    else:
        is_same = before.source.get("text_sha256") == facts.get("text_sha256")
        since = "still_there" if is_same else "changed"
    return found | {"visit_before": before.number, "since_visit_before": since}


def notice_lines(t: Texts, notice: PageNotice) -> list[str]:
    """What the site learns, in words."""
    lines = [
        t("Opening this page uses the network. {host} will learn:", host=visible(notice.host)),
        f"• {t('the network address of this connection, and so roughly the place')}",
        f"• {t('the time, and the whole address that is opened: {url}', url=visible(notice.url))}",
        f"• {t('the kind of browser, its languages and the size of its view')}",
        t("Other sites whose parts the page includes learn the same."),
    ]
    if not notice.is_encrypted:
        lines.append(t("The way is not encrypted (http): everyone on it can read along."))
    return [*lines, t("The program sends nothing about you, your vault or your cases.")]
