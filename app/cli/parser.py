"""The verbs and their options, as product documentation lists them."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.bench import NAMES as BENCHMARKS
from app.cli import commands, upkeep
from app.cli.caring import (
    add_consent,
    add_hold_back,
    add_looks,
    add_minor_argument,
    add_without_media,
    asked,
)
from app.cli.codes import add_codes_arguments
from app.cli.corpus import add_corpus_arguments
from app.cli.faces import add_faces_arguments
from app.cli.guiding import add_help_lines_arguments
from app.cli.handing import (
    add_co_sign_arguments,
    add_hand_over_arguments,
    add_upgrade_arguments,
    add_upload_arguments,
)
from app.cli.illustrating import add_illustrate_arguments
from app.cli.inside import add_metadata_arguments
from app.cli.packs import add_c2pa_trust_arguments, add_packs_verbs
from app.cli.pages import add_page_arguments
from app.cli.placing import add_place_verbs
from app.cli.receipts import add_receipt_verbs
from app.cli.recording import (
    add_guide_arguments,
    add_record_arguments,
    add_scroll_arguments,
    add_still_arguments,
    guide,
)
from app.cli.redacting import add_redact_arguments
from app.cli.scoring import add_score_arguments, add_score_file_arguments
from app.cli.screens import add_ask_argument, screens
from app.cli.secrets import secret_options
from app.cli.signing import add_signing_arguments
from app.cli.slots import add_slot_arguments
from app.cli.steps import add_delay_argument, add_steps_arguments, windows
from app.cli.watching import add_clipboard_arguments, add_watch_arguments
from app.verify.command import add_arguments as add_verify_arguments
from app.verify.command import run as run_verify
from evidence.capture import Region
from evidence.errors import EvidenceError
from evidence.i18n import LANGUAGES, Texts
from evidence.model import AcquisitionMethod, Exposure, OperatorRole, Recipient
from evidence.session import IMPORT_METHODS, Kept
from evidence.version import VERSION


def build_parser(t: Texts, kind: type[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """The parser of the whole command line; every subcommand sets ``run(arguments, console) -> exit code``."""
    parser = kind(
        prog="holdfast",
        description=t("Keeps what you were sent or shown so that it stands as evidence: on your computer, encrypted."),
    )
    parser.add_argument("--version", action="version", version=f"holdfast {VERSION}")
    verbs = parser.add_subparsers(metavar=t("COMMAND"), required=True, parser_class=kind)
    shared = _shared(t)
    secret = secret_options(t)

    demo = verbs.add_parser("demo", parents=[shared], help=t("run the whole main job on harmless sample material"))
    demo.add_argument("--out", type=Path, metavar="DIR", help=t("where to put what it makes"))
    demo.set_defaults(run=commands.demo)

    _vault(verbs.add_parser("vault", help=t("create, check or copy a vault")), t, kind, shared, secret)
    _case(verbs.add_parser("case", help=t("create or list cases")), t, kind, shared, secret)
    _capture(verbs.add_parser("capture", help=t("take in a file, the screen or a link")), t, kind, shared, secret)

    still = verbs.add_parser(
        "still", parents=[shared, secret], help=t("keep a picture of a film as an exhibit of its own")
    )
    _vault_and_case(still, t)
    add_still_arguments(still, t)

    inside = verbs.add_parser("metadata", parents=[shared, secret], help=t("what files say about themselves"))
    _vault_and_case(inside, t)
    _chosen_items(inside, t)
    add_metadata_arguments(inside, t)

    checklist = verbs.add_parser("guide", parents=[shared], help=t("what to let the screen show, step by step"))
    checklist.add_argument("name", nargs="?", default="", metavar="NAME", help=t("without it the names of all"))
    checklist.set_defaults(run=guide)

    monitors = verbs.add_parser(
        "screens", parents=[shared], help=t("say how the screen is captured here, and name the monitors")
    )
    monitors.set_defaults(run=screens)

    items = verbs.add_parser("items", parents=[shared, secret], help=t("list the exhibits of a case"))
    _vault_and_case(items, t)
    items.set_defaults(run=commands.items)

    add_place_verbs(verbs, t, [shared, secret])
    hold = verbs.add_parser(
        "hold-back", parents=[shared, secret], help=t("hold back what could show someone under age, or list it")
    )
    add_hold_back(hold, t)
    consent = verbs.add_parser(
        "consent", parents=[shared, secret], help=t("agree to a purpose, take it back, or see what is agreed to")
    )
    add_consent(consent, t)
    looks = verbs.add_parser("looks", parents=[shared, secret], help=t("who looked at which original, and how often"))
    add_looks(looks, t)

    codes = verbs.add_parser("codes", parents=[shared, secret], help=t("read the QR codes in pictures"))
    _vault_and_case(codes, t)
    _chosen_items(codes, t)
    add_codes_arguments(codes, t)

    timestamp = verbs.add_parser(
        "timestamp", parents=[shared, secret], help=t("ask time-stamping authorities to confirm that this exists now")
    )
    timestamp.add_argument("vault", type=Path, metavar="VAULT")
    timestamp.add_argument(
        "--tsa", action="append", default=[], metavar="URL", help=t("an authority to ask; may be given several times")
    )
    timestamp.add_argument(
        "--known", action="store_true", help=t("ask the well-known authorities, whose addresses come with this program")
    )
    timestamp.add_argument("--remember", action="store_true", help=t("keep these authorities for the next time"))
    timestamp.set_defaults(run=commands.timestamp)

    score = verbs.add_parser("score", parents=[shared, secret], help=t("look for signs of manipulation"))
    add_score_arguments(score, t)
    score_file = verbs.add_parser("score-file", parents=[shared], help=t("score files without a vault, and forget"))
    add_score_file_arguments(score_file, t)
    drawn = verbs.add_parser(
        "illustrate", parents=[shared, secret], help=t("seal an illustration of a score as an exhibit of its own")
    )
    _vault_and_case(drawn, t)
    add_illustrate_arguments(drawn, t)
    add_packs_verbs(verbs.add_parser("packs", help=t("the detectors of this computer")), t, kind, [shared])
    trust = verbs.add_parser(
        "c2pa-trust", parents=[shared, secret], help=t("whom to trust for content credentials (C2PA)")
    )
    add_c2pa_trust_arguments(trust, t)

    package = verbs.add_parser("package", parents=[shared, secret], help=t("make a signed package to hand over"))
    _vault_and_case(package, t)
    _chosen_items(package, t)
    where = package.add_mutually_exclusive_group(required=True)
    where.add_argument("--out", type=Path, metavar="DIR", help=t("where to put the package"))
    where.add_argument(
        "--draft", type=Path, metavar="FILE.pdf", help=t("write the report alone, as a draft to read; sign nothing")
    )
    package.add_argument(
        "--exposure",
        type=Exposure,
        choices=list(Exposure),
        default=Exposure.BLURRED,
        metavar="|".join(Exposure),
        help=t("how pictures appear in the report; the files themselves are never altered"),
    )
    package.add_argument(
        "--exposure-of", action="append", default=[], metavar="NO=HOW",
        help=t("how the picture of one exhibit appears, A-02=small for instance"),
    )  # fmt: skip
    package.add_argument(
        "--redacted", action="append", default=[], metavar="NO",
        help=t("hand this exhibit over redacted: its newest redacted copy instead of the original"),
    )  # fmt: skip
    package.add_argument(
        "--note", dest="notes", action="append", default=[], type=int, metavar="ID",
        help=t("a note that goes in, by the number that “note” prints; the others stay in the vault"),
    )  # fmt: skip
    package.add_argument("--statement", default="", metavar="TEXT", help=t("your own statement, in your own words"))
    package.add_argument(
        "--for", dest="recipient", type=Recipient, choices=list(Recipient), metavar="|".join(Recipient),
        help=t("for whom it is; the consent to that must be given (see “consent”)"),
    )  # fmt: skip
    package.add_argument(
        "--ask-time", action="store_true", help=t("ask the authorities kept in the vault to confirm the time now")
    )
    add_signing_arguments(package, t, is_needed=False)
    package.add_argument("--no-zip", action="store_true", help=t("make the folder alone"))
    package.add_argument("--no-folder", action="store_true", help=t("make the ZIP file alone"))
    package.set_defaults(run=commands.package)

    upgrade = verbs.add_parser(
        "package-upgrade", parents=[shared, secret], help=t("add proof of time to a package made earlier")
    )
    add_upgrade_arguments(upgrade, t)
    hand = verbs.add_parser(
        "package-hand-over", parents=[shared, secret], help=t("write a package for someone else’s hands")
    )
    add_hand_over_arguments(hand, t)
    upload = verbs.add_parser(
        "package-upload-set", parents=[shared, secret], help=t("write small files of a package for an upload form")
    )
    add_upload_arguments(upload, t)
    second = verbs.add_parser(
        "package-co-sign", parents=[shared, secret], help=t("sign someone else’s package as well")
    )
    add_co_sign_arguments(second, t)

    receipt = verbs.add_parser("receipt", help=t("what receivers signed for your packages"))
    add_receipt_verbs(receipt, t, kind, [shared, secret])

    keep = verbs.add_parser("keep", parents=[shared, secret], help=t("keep less of an exhibit, or see what is kept"))
    _vault_and_case(keep, t)
    _chosen_items(keep, t)
    keep.add_argument(
        "--only", dest="wanted", type=Kept, choices=[step for step in Kept if step is not Kept.FULL],
        metavar="copy|digest|nothing", help=t("a blurred copy, the digests, or nothing but the log"),
    )  # fmt: skip
    keep.add_argument("--reason", default="", metavar="TEXT", help=t("why; the log keeps it"))
    keep.set_defaults(run=upkeep.keep)

    redact = verbs.add_parser(
        "redact", parents=[shared, secret],
        help=t("make a copy of an exhibit with parts taken out, or list such copies"),
    )  # fmt: skip
    _vault_and_case(redact, t)
    add_redact_arguments(redact, t)

    verify = verbs.add_parser("verify", help=t("check a package that someone handed over"))
    add_verify_arguments(verify, t)
    verify.set_defaults(run=lambda arguments, _console: run_verify(arguments))
    lines = verbs.add_parser("help-lines", parents=[shared], help=t("people and authorities to turn to"))
    add_help_lines_arguments(lines, t)
    bench = verbs.add_parser("bench", parents=[shared], help=t("measure, as ratios against named peers"))
    names = ", ".join((*BENCHMARKS, "scoring"))
    bench.add_argument("name", nargs="?", metavar="NAME", help=t("one of: {names}", names=names))
    add_corpus_arguments(bench, t)
    add_faces_arguments(bench, t)
    bench.set_defaults(run=commands.bench)
    return parser


def _vault(
    parser: argparse.ArgumentParser,
    t: Texts,
    kind: type[argparse.ArgumentParser],
    shared: argparse.ArgumentParser,
    secret: argparse.ArgumentParser,
) -> None:
    verbs = parser.add_subparsers(metavar=t("COMMAND"), required=True, parser_class=kind)
    create = verbs.add_parser("create", parents=[shared, secret], help=t("make a new, empty vault"))
    create.add_argument("vault", type=Path, metavar="VAULT")
    _examiner(create, t)
    create.set_defaults(run=commands.vault_create)
    check = verbs.add_parser("check", parents=[shared, secret], help=t("check everything that is in a vault"))
    check.add_argument("vault", type=Path, metavar="VAULT")
    check.add_argument(
        "--known", action="append", default=[], type=Path, metavar="PACKAGE",
        help=t("a package made of this vault: an older copy that was put back is noticed"),
    )  # fmt: skip
    check.set_defaults(run=commands.vault_check)
    backup = verbs.add_parser("backup", parents=[shared, secret], help=t("copy a vault to another disk, what is new"))
    backup.add_argument("vault", type=Path, metavar="VAULT")
    backup.add_argument("dest", type=Path, metavar="DEST", help=t("a new folder, or that of an earlier backup"))
    backup.set_defaults(run=commands.vault_backup)
    restore = verbs.add_parser("restore", parents=[shared, secret], help=t("make a vault from a backup"))
    restore.add_argument("vault", type=Path, metavar="BACKUP")
    restore.add_argument("dest", type=Path, metavar="VAULT", help=t("a new folder"))
    restore.set_defaults(run=commands.vault_restore)
    mend = verbs.add_parser("mend", parents=[shared, secret], help=t("replace damaged originals from a backup"))
    mend.add_argument("vault", type=Path, metavar="VAULT")
    mend.add_argument("backup", type=Path, metavar="BACKUP")
    mend.set_defaults(run=upkeep.mend)
    rekey = verbs.add_parser("rekey", parents=[shared, secret], help=t("give a vault a new master key"))
    rekey.add_argument("vault", type=Path, metavar="VAULT")
    _examiner(rekey, t)
    rekey.set_defaults(run=upkeep.rekey)
    methods = verbs.add_parser("unlock-methods", help=t("list, add, change or take away the ways to open a vault"))
    add_slot_arguments(methods, t, kind, [shared, secret])


def _case(
    parser: argparse.ArgumentParser,
    t: Texts,
    kind: type[argparse.ArgumentParser],
    shared: argparse.ArgumentParser,
    secret: argparse.ArgumentParser,
) -> None:
    verbs = parser.add_subparsers(metavar=t("COMMAND"), required=True, parser_class=kind)
    create = verbs.add_parser("create", parents=[shared, secret], help=t("begin a case; prints its id"))
    create.add_argument("vault", type=Path, metavar="VAULT")
    create.add_argument("--title", required=True, metavar="TEXT")
    create.set_defaults(run=commands.case_create)
    listing = verbs.add_parser("list", parents=[shared, secret], help=t("list the cases of a vault"))
    listing.add_argument("vault", type=Path, metavar="VAULT")
    listing.set_defaults(run=commands.case_list)


def _capture(
    parser: argparse.ArgumentParser,
    t: Texts,
    kind: type[argparse.ArgumentParser],
    shared: argparse.ArgumentParser,
    secret: argparse.ArgumentParser,
) -> None:
    verbs = parser.add_subparsers(metavar=t("COMMAND"), required=True, parser_class=kind)
    about = argparse.ArgumentParser(add_help=False)
    about.add_argument(
        "--lawful-access", default="", metavar="TEXT", help=t("how you could see it: your own account, sent to you …")
    )
    about.add_argument("--note", default="", metavar="TEXT", help=t("what you want to say about it, in your own words"))

    file = verbs.add_parser("file", parents=[shared, secret, about], help=t("take in files"))
    _vault_and_case(file, t)
    file.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    file.add_argument(
        "--method", type=AcquisitionMethod, choices=IMPORT_METHODS, default=AcquisitionMethod.FILE_IMPORT,
        metavar="|".join(IMPORT_METHODS),
        help=t("how they came to be: files as they are, photos of another screen, or given to you by someone"),
    )  # fmt: skip
    add_guide_arguments(file, t)
    add_minor_argument(file, t)
    file.set_defaults(run=asked(commands.capture_file))

    screen = verbs.add_parser("screen", parents=[shared, secret, about], help=t("take in what the screen shows"))
    _vault_and_case(screen, t)
    screen.add_argument("--screen", type=int, metavar="N", help=t("one monitor, counted from 1; without it all"))
    screen.add_argument("--region", type=_region, metavar="X,Y,W,H", help=t("a part of the desktop, in pixels"))
    _window(screen, t)
    screen.add_argument(
        "--pointer", action="store_true", help=t("draw the mouse pointer too, where the system lets it be drawn")
    )
    add_delay_argument(screen, t)
    add_ask_argument(screen, t)
    add_guide_arguments(screen, t)
    add_minor_argument(screen, t)
    screen.set_defaults(run=asked(commands.capture_screen))

    walk = verbs.add_parser(
        "steps", parents=[shared, secret, about], help=t("walk through a checklist, a picture at each step")
    )
    _vault_and_case(walk, t)
    walk.add_argument("--screen", type=int, metavar="N", help=t("one monitor, counted from 1; without it all"))
    walk.add_argument("--region", type=_region, metavar="X,Y,W,H", help=t("a part of the desktop, in pixels"))
    _window(walk, t)
    add_steps_arguments(walk, t)
    add_minor_argument(walk, t)
    walk.set_defaults(run=asked(walk.get_default("run")))
    named = verbs.add_parser("windows", parents=[shared], help=t("name the windows that can be pictured"))
    named.set_defaults(run=windows)

    without = verbs.add_parser(
        "without-media", parents=[shared, secret, about],
        help=t("note address, accounts and time where no media may be taken"),
    )  # fmt: skip
    _vault_and_case(without, t)
    add_without_media(without, t)

    film = verbs.add_parser("record", parents=[shared, secret, about], help=t("record what the screen shows"))
    _vault_and_case(film, t)
    film.add_argument("--screen", type=int, metavar="N", help=t("one monitor, counted from 1; without it all"))
    film.add_argument("--region", type=_region, metavar="X,Y,W,H", help=t("a part of the desktop, in pixels"))
    add_record_arguments(film, t)
    add_minor_argument(film, t)
    film.set_defaults(run=asked(film.get_default("run")))

    words = t("take in a long chat while you scroll it")
    long = verbs.add_parser("scroll", parents=[shared, secret, about], help=words)
    _vault_and_case(long, t)
    long.add_argument("--screen", type=int, metavar="N", help=t("one monitor, counted from 1; without it all"))
    long.add_argument("--region", type=_region, metavar="X,Y,W,H", help=t("a part of the desktop, in pixels"))
    _window(long, t)
    add_scroll_arguments(long, t)
    add_minor_argument(long, t)
    long.set_defaults(run=asked(long.get_default("run")))

    folder = verbs.add_parser("watch", parents=[shared, secret, about], help=t("take in what arrives in a folder"))
    _vault_and_case(folder, t)
    add_watch_arguments(folder, t)
    add_minor_argument(folder, t)
    folder.set_defaults(run=asked(folder.get_default("run")))
    copied = verbs.add_parser("clipboard", parents=[shared, secret, about], help=t("take in what is copied elsewhere"))
    _vault_and_case(copied, t)
    add_clipboard_arguments(copied, t)
    add_minor_argument(copied, t)
    copied.set_defaults(run=asked(copied.get_default("run")))

    link = verbs.add_parser("link", parents=[shared, secret, about], help=t("take in a link, without a network"))
    _vault_and_case(link, t)
    link.add_argument("url", metavar="URL")
    link.add_argument("--offline", action="store_true", help=t("never use a network (links are never opened anyway)"))
    link.set_defaults(run=commands.capture_link)

    page = verbs.add_parser(
        "page", parents=[shared, secret, about], help=t("take in a web page as the site serves it, over the network")
    )
    _vault_and_case(page, t)
    add_page_arguments(page, t)
    add_minor_argument(page, t)
    page.set_defaults(run=asked(page.get_default("run")))


def _region(text: str) -> tuple[int, int, int, int]:
    """``X,Y,W,H`` in pixels of the whole desktop; X and Y may be negative on a second monitor."""
    try:
        left, top, width, height = Region.parse(text)
    except EvidenceError as problem:
        raise argparse.ArgumentTypeError(text) from problem
    return left, top, width, height


def _shared(t: Texts) -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--json", action="store_true", help=t("one JSON document on standard output"))
    shared.add_argument("--language", choices=LANGUAGES, help=t("language of messages and of the report"))
    return shared


def _window(parser: argparse.ArgumentParser, t: Texts) -> None:
    parser.add_argument(
        "--window", default="", metavar="TEXT",
        help=t("the place of a window: its title, or words that only one has (see “capture windows”)"),
    )  # fmt: skip


def _vault_and_case(parser: argparse.ArgumentParser, t: Texts) -> None:
    parser.add_argument("vault", type=Path, metavar="VAULT")
    parser.add_argument("--case", required=True, metavar="ID", help=t("the case’s id, as “case list” prints it"))


def _chosen_items(parser: argparse.ArgumentParser, t: Texts) -> None:
    parser.add_argument(
        "--item", action="append", default=[], metavar="NO", help=t("an exhibit number; without it all of them")
    )


def _examiner(parser: argparse.ArgumentParser, t: Texts) -> None:
    parser.add_argument(
        "--role",
        type=OperatorRole,
        choices=list(OperatorRole),
        default=OperatorRole.VICTIM,
        metavar="|".join(OperatorRole),
        help=t("who works with this vault"),
    )
    parser.add_argument("--name", default="", metavar="TEXT", help=t("your name for the report, if you want it there"))
