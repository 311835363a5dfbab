"""Pictures of every page of the window: each language, look and size of text. For looking, comparing, and the README.

    python packaging/gallery.py OUTDIR                  every page x ko, en, fr x light, dark, contrast x 100 %, 200 %
    python packaging/gallery.py OUTDIR --readme DIR     also the few small ones that the README shows
    python packaging/gallery.py OUTDIR --compare PREV   also OUTDIR/compared.html: what changed since PREV, and how much

It drives the real window over a real vault with drawn sample material, in a folder that is gone afterwards.
Needs a display; without one it starts a virtual one (Xvfb).
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

WORDS = {
    "ko": ("10월에 받은 메시지", "10월 3일 저녁에 받았습니다.", "대화방 화면.png", "보낸 사람과 주고받은 메모.txt"),
    "en": (
        "Messages in October",
        "Received on the evening of 3 October.",
        "chat room.png",
        "what they wrote to me.txt",
    ),
    "fr": ("Messages d’octobre", "Reçu le soir du 3 octobre.", "salon de discussion.png", "ce qu’on m’a écrit.txt"),
}
TAGS = {"ko": "10월 3일", "en": "3 October", "fr": "3 octobre"}
LOOKS = ("light", "dark", "contrast")
PERCENTS = (100, 200)
SIZES = {100: (1120, 760), 200: (1440, 960)}
SAMPLE_KEY = b"""-----BEGIN PUBLIC KEY-----
MCowBQYDK2VuAyEAhSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=
-----END PUBLIC KEY-----
"""
README = ("case", "exhibit", "verified")


def main() -> int:
    """Make the gallery; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--readme", type=Path)
    parser.add_argument("--compare", type=Path, metavar="PREV", help="an earlier gallery, to be compared with")
    parser.add_argument("--languages", nargs="+", default=list(WORDS))
    parser.add_argument("--looks", nargs="+", default=list(LOOKS))
    parser.add_argument("--only", nargs="+", default=[""], help="only the pages whose names begin with one of these")
    parser.add_argument("--percents", nargs="+", type=int, default=list(PERCENTS))
    chosen = parser.parse_args()
    if chosen.compare is not None and not chosen.compare.is_dir():
        parser.error(f"{chosen.compare} is no folder")
    chosen.out.mkdir(parents=True, exist_ok=True)
    out, readme = chosen.out.resolve(), chosen.readme.resolve() if chosen.readme else None
    with _display():
        for language in chosen.languages:
            with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
                Gallery(Path(folder), language).walk(out, chosen.looks, chosen.percents, readme, chosen.only)
    if chosen.compare is not None:
        from compare_pictures import compare, write_index

        changes = compare(chosen.compare, out)
        print(f"{len(changes)} changed; see {write_index(chosen.compare, out, changes)}")
    return 0


class Gallery:
    """One window in one language, with a vault of its own."""

    def __init__(self, folder: Path, language: str) -> None:
        from PySide6.QtWidgets import QApplication

        from app.window import make_application, make_window, real_doors
        from evidence import session
        from evidence.settings import Settings, save_settings
        from evidence.store import Argon2Cost

        real = real_doors()
        cheap = partial(session.create_vault, cost=Argon2Cost(memory_kib=8192, passes=1, lanes=1))
        self.folder, self.language = folder, language
        existing = QApplication.instance()
        self.app = existing if isinstance(existing, QApplication) else make_application(["holdfast"])
        settings = folder / "settings.json"
        save_settings(settings, Settings(language=language, look="light"))  # type: ignore[arg-type]
        self.window = make_window(self.app, settings, folder / "vault", doors=real._replace(create_vault=cheap))
        self.window.show()
        self.window.activateWindow()
        self.package: Path | None = None
        self.outcome: Any = None
        self.added: list[Any] = []

    def walk(self, out: Path, looks: list[str], percents: list[int], readme: Path | None, only: list[str]) -> None:
        """Fill the vault, then take every page in every look and size."""
        self._only = tuple(only)
        self._shots: list[tuple[str, Callable[[], None]]] = []
        self._before_opening(out, looks, percents)
        self._fill()
        for look in looks:
            for percent in percents:
                self._become(look, percent)
                for name, show in self._pages():
                    if not name.startswith(self._only):
                        continue
                    show()
                    self.settle()
                    self.take(out / f"{name}-{self.language}-{look}-{percent}.png", percent)
                    if readme is not None and name in README and look == "light" and percent == 100:
                        readme.mkdir(parents=True, exist_ok=True)
                        self.take_small(readme / f"{name}-{self.language}.png")
        self.window.close()

    def _become(self, look: str, percent: int) -> None:
        self.window.resize(*SIZES.get(percent, SIZES[100]))
        self.window.desk.change(look=look, text_percent=percent)
        self.settle()

    def _before_opening(self, out: Path, looks: list[str], percents: list[int]) -> None:
        window = self.window
        for look in looks:
            for percent in percents:
                self._become(look, percent)
                for name, show in (
                    ("welcome", self._welcome(0)),
                    ("welcome-promise", self._welcome(1)),
                    ("welcome-leaving", self._welcome(2)),
                    ("welcome-choice", self._welcome(3)),
                    ("start", window.show_start),
                    ("start-shares", partial(window.start.opening.choose, "shares")),
                    ("start-file", partial(window.start.opening.choose, "public_key")),
                    ("restore", window.show_restore),
                    ("create", window.show_create),
                ):
                    if name != "create" and not name.startswith(self._only):
                        continue
                    show()
                    if name == "create":
                        window.create_page.first.line.setText("four calm otters reading")
                    self.settle()
                    self.take(out / f"{name}-{self.language}-{look}-{percent}.png", percent)
        create = window.create_page
        create.first.line.setText("four calm otters reading")
        create.second.line.setText("four calm otters reading")
        create.make()
        self.wait(lambda: bool(create.key.text()))
        for look in looks:
            for percent in percents:
                self._become(look, percent)
                self.take(out / f"key-{self.language}-{look}-{percent}.png", percent)
        create.written.setChecked(True)
        for look in looks:
            for percent in percents:
                self._become(look, percent)
                self.take(out / f"key-tried-{self.language}-{look}-{percent}.png", percent)
        create.key_card.later_button.click()
        self.settle()

    def _welcome(self, step: int) -> Callable[[], None]:
        def show() -> None:
            self.window.show_welcome()
            for who in ("home", "unsure"):
                self.window.welcome.answers[who].setChecked(step == 0)
            self.window.welcome.go_to(step)

        return show

    def _fill(self) -> None:
        from app.sample import chat_picture, note_file
        from evidence import session as session_verbs

        title, note, picture_name, text_name = WORDS[self.language]
        window = self.window
        window.cases.new.line.setText(title)
        window.cases.begin()
        self.wait(lambda: window.stack.currentWidget() is window.case)
        self.settle()
        (self.folder / picture_name).write_bytes(chat_picture())
        (self.folder / text_name).write_bytes(note_file())
        window.case.add_files([self.folder / picture_name, self.folder / text_name], note)
        self.settle()
        session, case_id = window.desk.session, window.case.case_id
        self._do(lambda: session.add_link(case_id, "https://t.me/sample_room_for_practice/12", note))
        first = session.exhibits(case_id)[0].item.id
        self._do(lambda: session.score(case_id, [first]))
        self._do(lambda: session.place.add_note(case_id, note))
        self._do(lambda: session.add_note(first, note))
        self._do(lambda: session.place.set_tags(first, [TAGS[self.language]]))
        window.show_case(case_id)
        self.settle()
        window.show_package(case_id)
        self.settle()
        notes = window.package.notes.list
        notes.clicked.emit(notes.rows.index(0))
        window.package.place.line.setText(str(self.folder / "out"))
        window.package.make()
        self.settle()
        if window.package.result.isVisible():
            self.outcome = window.package.outcome
            assert self.outcome is not None
            self.package = Path(self.outcome.made.folder)
        given = session_verbs.Given(passphrase="four calm otters reading")
        self._do(lambda: self.added.append(session.unlock_methods.add_shares(by=given, label=title)))

    def _pages(self) -> Iterator[tuple[str, Callable[[], None]]]:
        from ui.signing import PAIR, VAULT

        window = self.window
        case_id = window.case.case_id
        first, second = (row.key for row in window.case.list.rows.rows[:2])

        def form() -> None:
            window.package.again_button.click()
            window.show_package(case_id)

        def own_key() -> None:
            form()
            window.package.key.choose(PAIR)

        def draft() -> None:
            form()
            window.package.key.choose(VAULT)
            self.settle()
            window.package.read_draft()

        def packaged() -> None:
            window.package.outcome = self.outcome
            window.package.retranslate(window.desk.t)
            window.show_package(case_id)

        def verified() -> None:
            assert self.package is not None
            window.show_verify(Path(os.path.relpath(self.package)))
            window.verify.check()

        def officer(part: str) -> Callable[[], None]:
            def show() -> None:
                verified()
                self.settle()
                getattr(window.verify, part).click()

            return show

        def inside() -> None:
            officer("contents_button")()
            self.settle()
            window.verify.contents.show_picture()

        def known() -> None:
            window.show_verify(Path("stick"))
            window.verify.more_button.setChecked(True)

        def many() -> None:
            assert self.package is not None
            self._stick()
            window.show_verify(Path("stick"))
            window.verify.check()
            self.settle()
            window.verify.list.setCurrentIndex(window.verify.list.rows.index(1))

        def sealed() -> None:
            self._stick()
            window.show_verify(Path("stick") / "c.zip")
            window.verify.check()

        def trouble() -> None:
            window.show_verify(self.folder / "nothing")
            window.verify.check()

        def chooser() -> None:
            window.show_capture(case_id, kind="files")
            window.capture.choose_button.click()

        def less() -> None:
            window.show_exhibit(case_id, first)
            self.settle()
            window.exhibit.keep_less.ask()

        def more() -> None:
            window.show_exhibit(case_id, first)
            window.exhibit.more_button.setChecked(True)

        def covered_parts() -> None:
            window.show_redact(case_id, first)
            self.settle()
            window.redact.areas = []
            window.redact.cover(90, 150, 300, 60)
        from evidence.model import MinorAnswer
        from evidence.session import ScreenAccess

        def minor() -> None:
            window.show_capture(case_id, kind="screen")
            window.capture.take()

        def portal(page: Any) -> None:
            """As in a Wayland session."""
            self.settle()
            page.place._take_access(ScreenAccess("portal", asks=True, writes_copy=True, chooses_film=True))

        def portal_screen() -> None:
            window.show_capture(case_id, kind="screen")
            portal(window.capture)

        def portal_record() -> None:
            window.show_record(case_id)
            portal(window.record)

        def by_key() -> None:
            window.show_capture(case_id, kind="screen")
            window.capture.wait.box.setCurrentIndex(window.capture.wait.box.count() - 1)

        def photos() -> None:
            window.show_capture(case_id, kind="files")
            window.capture.method.box.setCurrentIndex(1)

        def steps() -> None:
            window.steps.walk = None
            window.show_steps(case_id)

        def walking() -> None:
            window.show_steps(case_id)
            window.steps._begin()
            self.settle()

        def holding() -> None:
            window.show_exhibit(case_id, first)
            self.settle()
            window.exhibit.hold_back.ask()

        def upkeep() -> None:
            window.show_upkeep()
            self.settle()
            window.upkeep.check()

        def key() -> None:
            (self.folder / "key.pem").write_bytes(SAMPLE_KEY)
            window.show_way("public_key")
            window.way.pem.line.setText(os.path.relpath(self.folder / "key.pem"))

        def written() -> None:
            window.show_way("shares")
            window.way.changed(self.added[0])

        def by_shares() -> None:
            window.show_rekey()
            window.rekey.present.choose("shares")

        def rekeyed() -> None:
            window.show_rekey()
            window.rekey.show_key(self.added[0].written[0])

        def handed() -> None:
            window.show_handing(case_id)
            self.settle()
            place = tempfile.mkdtemp(dir=self.folder, prefix="stick-")
            window.handing.place.line.setText(os.path.relpath(place))
            window.handing.hand_over()

        def web_failed() -> None:
            from evidence.capture import read_clock
            from evidence.capture.web import PageRecord, PageRequest, judge
            from evidence.session import LoadedPage

            record = PageRecord(request=PageRequest(url="https://forum.example/room/7"), started=read_clock())
            record.dns = {"forum.example": ()}
            window.show_web(case_id)
            window.web.show_failed(LoadedPage(record, judge(record)))

        def cover() -> None:
            window.case.sieve.forget()
            window.show_case(case_id)

        def tried(show: Callable[[], None]) -> None:
            show()
            window.way.written_card.written.setChecked(True)

        def enough() -> None:
            self._do(lambda: window.desk.session.place.set_limit(1))
            self._do(lambda: window.desk.session.reveal(first))
            covered_parts()

        def filtered(words: str) -> None:
            window.show_case(case_id)
            self.settle()
            window.case.sieve.more_button.setChecked(not words)
            window.case.sieve.words.line.setText(words)
            window.case.search_now()

        def over(show: Callable[[], None]) -> None:
            window.show_settings()
            show()

        yield "cases", window.show_cases
        yield "help", partial(over, window.show_help)
        yield "help-lines", partial(over, window.show_help_lines)
        yield "case", cover
        yield "case-filters", partial(filtered, "")
        yield "case-found", partial(filtered, "3")
        for kind in ("screen", "files", "link"):
            yield f"capture-{kind}", partial(window.show_capture, case_id, kind=kind)
        yield "web", partial(window.show_web, case_id, url="https://forum.example/room/7")
        yield "web-failed", web_failed
        yield "record", partial(window.show_record, case_id)
        yield "capture-key", by_key
        yield "capture-photos", photos
        yield "capture-portal", portal_screen
        yield "record-portal", portal_record
        yield "steps", steps
        yield "steps-walking", walking
        yield "watch", partial(window.show_watch, case_id)
        yield "chooser", chooser
        yield "exhibit", partial(window.show_exhibit, case_id, first)
        yield "exhibit-more", more
        if self.outcome is not None:
            yield "packaged", packaged
        yield "package", form
        yield "package-key", own_key
        yield "draft", draft
        yield "verify", partial(window.show_verify, self.package)
        if self.package is not None:
            yield "verified", verified
            yield "verified-details", officer("details_button")
            yield "verified-inside", inside
            yield "verified-print", officer("print_button")
            yield "verified-receipt", officer("receipt_button")
            yield "verified-many", many
            yield "verified-sealed", sealed
            yield "verified-known", known
        yield "trouble", trouble
        yield "settings", window.show_settings
        yield "keep-less", less
        yield "redact-picture", covered_parts
        yield "redact-text", lambda: window.show_redact(case_id, second)
        for room in ("overview", "scores", "timeline", "notes", "consents"):
            yield f"room-{room}", partial(window.show_room, case_id, room)
        yield "minor", minor
        yield "without-media", partial(window.show_without_media, case_id, MinorAnswer.UNSURE)
        yield "hold-back", holding
        yield "upkeep", upkeep
        yield "detectors", window.show_detectors
        yield "loose", partial(window.show_loose, case_id)
        yield "way-passphrase", partial(window.show_way, "passphrase")
        yield "way-strengthen", partial(window.show_way, "strengthen")
        yield "way-key", key
        yield "way-shares", written
        yield "way-shares-tried", partial(tried, written)
        yield "rekey", window.show_rekey
        yield "rekey-shares", by_shares
        yield "rekeyed", rekeyed
        yield "redact-enough", enough
        yield "handing", partial(window.show_handing, case_id)
        yield "handed", handed

    def _stick(self) -> None:
        """A folder as a memory stick may be: two packages, one of them damaged, and one that is encrypted."""
        stick = self.folder / "stick"
        if stick.exists():
            return
        from evidence.session import WithPassphrase, hand_over

        made = self.outcome.made
        stick.mkdir()
        shutil.copy(made.zip_file, stick / "a.zip")
        shutil.copytree(made.folder, stick / "b")
        (stick / "b" / "02_items.csv").write_text("changed")
        [handed] = hand_over(
            Path(made.zip_file), self.folder / "sealed", protection=WithPassphrase("four calm otters reading")
        )
        shutil.move(handed.path, stick / "c.zip")

    def _do(self, act: Callable[[], object]) -> None:
        """Something with the vault, on the lane whose it is."""
        problems: list[BaseException] = []
        self.window.desk.jobs.start(lambda _progress, _cancelled: act(), lambda _value: None, problems.append)
        self.settle()
        for problem in problems:
            print(f"gallery: {problem!r}", file=sys.stderr)

    def take(self, path: Path, percent: int) -> None:
        """The whole page, as high as it needs to be."""
        width, height = SIZES.get(percent, SIZES[100])
        page = self.window.stack.currentWidget()
        area = page.area  # type: ignore[attr-defined]
        for _ in range(3):
            needed = area.widget().heightForWidth(area.viewport().width()) + self.window.foot.height()
            self.window.resize(width, max(height, min(needed, 4000)))
            self.settle()
        self.window.grab().save(str(path))
        self.window.resize(width, height)
        self.settle()

    def take_small(self, path: Path) -> None:
        """A small picture for the README: few colours, and no dots in place of the others."""
        from PIL import Image

        self.window.grab().save(str(path))
        with Image.open(path) as picture:
            whole = picture.convert("RGB")
        small = whole.resize((840, round(840 * whole.height / whole.width)), Image.Resampling.LANCZOS)
        small.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)

    def settle(self) -> None:
        """Wait until nothing runs and everything is drawn."""
        self.wait(lambda: not self.window.desk.jobs.is_busy)
        for _ in range(3):
            self.app.processEvents()

    def wait(self, is_done: Callable[[], bool], limit_s: float = 60) -> None:
        """Let the window live until ``is_done``."""
        end = time.monotonic() + limit_s
        self.app.processEvents()
        while not is_done():
            if time.monotonic() > end:
                raise SystemExit("gallery: the window did not come to rest")
            self.app.processEvents()
            time.sleep(0.005)


@contextmanager
def _display() -> Iterator[None]:
    """The display that is there, or a virtual one."""
    if os.environ.get("DISPLAY") or sys.platform != "linux" or shutil.which("Xvfb") is None:
        yield
        return
    read_end, write_end = os.pipe()
    command = ["Xvfb", "-displayfd", str(write_end), "-screen", "0", "1920x1200x24", "-nolisten", "tcp"]
    process = subprocess.Popen(command, pass_fds=[write_end], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(write_end)
    with os.fdopen(read_end) as stream:
        os.environ["DISPLAY"] = f":{stream.readline().strip()}"
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=10)


if __name__ == "__main__":
    raise SystemExit(main())
