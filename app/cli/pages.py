"""``capture page``: a web page as the site serves it. The one verb besides time stamps that uses a network."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from app.cli.console import Console
from app.cli.opened import never, unlocked
from app.cli.wording import exhibit_document, exhibit_lines
from app.pages import load_page
from evidence import session as verbs
from evidence.errors import EvidenceError
from evidence.i18n import Texts, fact_line, visible
from evidence.model import Exhibit
from evidence.session import LoadedPage, PageNotice
from evidence.verify import read_trust

DONE = 0
FAILED = 2
_SHOWN = (
    "capture_outcome", "capture_marks", "final_url", "page_title", "http_status", "redirects", "server_ip",
    "certificate_subject", "certificate_issuer", "served_and_rendered", "only_rendered", "only_served",
    "since_visit_before",
)  # fmt: skip


def add_page_arguments(parser: argparse.ArgumentParser, t: Texts) -> None:
    """The words of ``capture page``."""
    parser.add_argument("url", metavar="URL")
    parser.add_argument("--yes", action="store_true", help=t("open the page; without it the program asks first"))
    parser.add_argument(
        "--show", action="store_true", help=t("show the page first, to look or to log in; you say when")
    )
    parser.add_argument(
        "--keep-failed", action="store_true", help=t("keep a capture that failed too, marked as failed")
    )
    parser.add_argument(
        "--allow-local", action="append", default=[], metavar="HOST",
        help=t("a host of the local network that may be opened; may be given several times"),
    )  # fmt: skip
    parser.add_argument(
        "--trust", action="append", default=[], type=Path, metavar="CERT.pem",
        help=t("a certificate (PEM) that is trusted besides the system’s; the exhibit says so"),
    )  # fmt: skip
    parser.set_defaults(run=capture_page)


def capture_page(arguments: argparse.Namespace, console: Console) -> int:
    """Say what the site learns, load the page, keep it where it shows what was asked for."""
    t = console.t
    notice = verbs.page_notice(arguments.url)
    roots = read_trust(certificate_paths=arguments.trust).certificates
    if not arguments.yes and not _is_agreed(console, notice):
        raise EvidenceError("capture.page_not_confirmed", host=notice.host)
    with unlocked(arguments, console) as session:
        session.case(arguments.case)
        page = load_page(
            arguments.url, language=t.language, is_shown=arguments.show, allowed_hosts=arguments.allow_local,
            trusted_roots=roots, progress=console.progress,
        )  # fmt: skip
        if page.outcome.is_failed and not arguments.keep_failed:
            advice = t("This was not kept. Say --keep-failed to keep it, marked as a failed capture.")
            console.result(_document(page), [*_page_lines(t, page.facts), advice])
            return FAILED
        item = session.keep_page(
            arguments.case, page, keeps_failed=arguments.keep_failed, note=arguments.note,
            lawful_access=arguments.lawful_access, minor=arguments.minor, progress=console.progress, cancelled=never,
        )  # fmt: skip
    exhibit = Exhibit(item=item)
    console.result(
        _document(page) | {"items": [exhibit_document(exhibit)["item"]]},
        [*exhibit_lines(t, exhibit), *_page_lines(t, item.source)],
    )
    return DONE


def _is_agreed(console: Console, notice: PageNotice) -> bool:
    """Whether the person at the terminal wants the page opened, knowing what that means."""
    for line in verbs.notice_lines(console.t, notice):
        console.say(line)
    if not sys.stdin.isatty():
        return False
    sys.stderr.write(f"{console.t('Open the page? (y/N)')} ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _document(page: LoadedPage) -> dict[str, object]:
    return {"outcome": page.outcome.code, "failed": page.outcome.is_failed, "facts": page.facts}


def _page_lines(t: Texts, facts: dict[str, str]) -> list[str]:
    lines = []
    for key in _SHOWN:
        if facts.get(key):
            lines.append("    " + fact_line(t, key, visible(facts[key])))
    return lines
