"""One short function for each verb: open what it needs, call the session, say the outcome."""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from app.cli.console import Console
from app.cli.corpus import bench_corpus
from app.cli.faces import bench_faces
from app.cli.opened import choose, exposures, never, unlocked
from app.cli.screens import LeftBehind
from app.cli.secrets import given, write_new
from app.cli.signing import signing_key
from app.cli.slots import advise
from app.cli.wording import bench_lines, exhibit_document, exhibit_lines, finding_line
from evidence import session as verbs
from evidence.digest import fingerprint_groups, fingerprint_words, to_json
from evidence.errors import EvidenceError
from evidence.i18n import visible
from evidence.model import Examiner, Exhibit, Item, PackageChoices
from evidence.selftest import run_selftest
from evidence.session import BackupOutcome

DONE = 0
DAMAGED = 1
FAILED = 2


def demo(arguments: argparse.Namespace, console: Console) -> int:
    """The whole main job on sample material that the program draws itself."""
    from app.demo import run_demo  # draws and signs: not needed by any other verb

    return run_demo(console, out=arguments.out)


def vault_create(arguments: argparse.Namespace, console: Console) -> int:
    """Make a vault; says the recovery key, this once."""
    t = console.t
    run_selftest()
    passphrase = console.secret(arguments.passphrase_file, t("A passphrase for the new vault"), twice=True)
    advise(console, passphrase)
    examiner = Examiner(role=arguments.role, name=arguments.name)
    session, recovery_key = verbs.create_vault(arguments.vault, passphrase, examiner=examiner)
    with session:
        digest, words = session.signer_fingerprint()
    console.result(
        {
            "vault": str(arguments.vault),
            "recovery_key": recovery_key,
            "signer": {"certificate_sha256": digest, "words": words},
        },
        [
            t("The vault stands in {path}.", path=arguments.vault),
            "",
            t("Recovery key, shown this once:"),
            f"    {recovery_key}",
            t("Write it on paper and keep it away from this computer. It opens the vault if the passphrase is lost."),
            "",
            t("Fingerprint of the key that signs your packages:"),
            f"    {words}",
        ],
    )
    return DONE


def vault_check(arguments: argparse.Namespace, console: Console) -> int:
    """Check every object, record, event, head and token."""
    t = console.t
    with unlocked(arguments, console) as session:
        known = [head for path in arguments.known for head in verbs.heads_in(path)]
        outcome = session.check(known_heads=known, progress=console.progress)
    lines = [
        t.plural("{n} sealed file was read and checked.", "{n} sealed files were read and checked.", outcome.objects),
        t.plural("{n} log entry was checked.", "{n} log entries were checked.", outcome.events),
    ]
    lines += [finding_line(t, finding) for finding in outcome.findings]
    lines.append(t("The vault is damaged.") if outcome.findings else t("Everything is as it was sealed."))
    console.result(to_json(outcome), lines)
    return DAMAGED if outcome.findings else DONE


def vault_backup(arguments: argparse.Namespace, console: Console) -> int:
    """Copy the vault to another disk; only what is new is copied, and all of it is verified."""
    with unlocked(arguments, console) as session:
        outcome = session.backup(arguments.dest, progress=console.progress)
    return _say_copy(console, outcome, arguments.dest)


def vault_restore(arguments: argparse.Namespace, console: Console) -> int:
    """Make a vault from a backup."""
    run_selftest()
    outcome = verbs.restore_vault(arguments.vault, given(arguments, console), arguments.dest, progress=console.progress)
    return _say_copy(console, outcome, arguments.dest)


def case_create(arguments: argparse.Namespace, console: Console) -> int:
    """Begin a case; prints its id."""
    with unlocked(arguments, console) as session:
        case = session.create_case(arguments.title)
    console.result(to_json(case), [case.id])
    return DONE


def case_list(arguments: argparse.Namespace, console: Console) -> int:
    """List the cases, newest last."""
    t = console.t
    with unlocked(arguments, console) as session:
        cases = session.cases()
    lines = [
        f"{case.id}  {visible(case.title)}  ({t.plural('{n} exhibit', '{n} exhibits', case.item_count)})"
        for case in cases
    ]
    console.result({"cases": to_json(cases)}, lines or [t("There is no case yet.")])
    return DONE


def capture_file(arguments: argparse.Namespace, console: Console) -> int:
    """Take in files as they are."""
    with unlocked(arguments, console) as session:
        items = session.add_files(
            arguments.case,
            arguments.paths,
            note=arguments.note,
            lawful_access=arguments.lawful_access,
            method=arguments.method,
            guide=arguments.guide,
            step=arguments.step,
            said=dict(arguments.said),
            minor=arguments.minor,
            progress=console.progress,
            cancelled=never,
        )
        same = session.same_content([item.id for item in items], is_earlier=True)
    return _say_items(console, items, same)


def capture_screen(arguments: argparse.Namespace, console: Console) -> int:
    """Take in what the screen shows."""
    with unlocked(arguments, console) as session, LeftBehind(console, session.left_behind) as left_behind:
        time.sleep(arguments.delay)
        item = session.capture_screen(
            arguments.case,
            screen=arguments.screen,
            region=arguments.region,
            window=arguments.window,
            note=arguments.note,
            lawful_access=arguments.lawful_access,
            guide=arguments.guide,
            step=arguments.step,
            said=dict(arguments.said),
            with_pointer=arguments.pointer,
            minor=arguments.minor,
            is_asked=arguments.ask,
        )
        same = session.same_content([item.id], is_earlier=True)
    return _say_items(console, [item], same, left_behind.document())


def capture_link(arguments: argparse.Namespace, console: Console) -> int:
    """Take in a link; never opens it."""
    with unlocked(arguments, console) as session:
        item = session.add_link(arguments.case, arguments.url, arguments.note, lawful_access=arguments.lawful_access)
        same = session.same_content([item.id], is_earlier=True)
    return _say_items(console, [item], same)


def items(arguments: argparse.Namespace, console: Console) -> int:
    """List the exhibits of a case with digest, type, times and score."""
    with unlocked(arguments, console) as session:
        exhibits = session.place.in_order(arguments.case, session.exhibits(arguments.case))
        same = session.same_content([exhibit.item.id for exhibit in exhibits])
    known = [(exhibit, same.get(exhibit.item.id, ())) for exhibit in exhibits]
    lines = [line for exhibit, others in known for line in exhibit_lines(console.t, exhibit, others)]
    console.result(
        {"exhibits": [exhibit_document(exhibit, others) for exhibit, others in known]},
        lines or [console.t("There is no exhibit in this case yet.")],
    )
    return DONE


def timestamp(arguments: argparse.Namespace, console: Console) -> int:
    """Empty the queue of log heads that wait for a time-stamp token."""
    t = console.t
    with unlocked(arguments, console) as session:
        asked = [*arguments.tsa, *(each.address for each in verbs.known_authorities() if arguments.known)]
        if asked and arguments.remember:
            session.set_tsas(asked)
        results = session.timestamp(urls=asked or None, progress=console.progress, cancelled=never)
        pending = session.pending_heads()
    lines = []
    for result in results:
        if result.token is not None:
            lines.append(
                t("{name} confirms: {time}", name=result.token.tsa_name, time=t.moment(result.token.stamped_at))
            )
        elif result.error is not None:
            lines += [f"{result.url}: {line}" for line in t.error(result.error)]
    lines.append(
        t.plural("{n} state of the log still waits for a time stamp.",
                 "{n} states of the log still wait for a time stamp.", pending)
    )  # fmt: skip
    tokens = [to_json(result.token) for result in results if result.token is not None]
    failures = [{"url": r.url, "code": r.error.code} for r in results if r.error is not None]
    console.result({"tokens": tokens, "failures": failures, "pending": pending}, lines)
    return FAILED if failures and not tokens else DONE


def package(arguments: argparse.Namespace, console: Console) -> int:
    """Make a signed package."""
    t = console.t
    if arguments.no_zip and arguments.no_folder:
        raise EvidenceError("package.nothing_to_make")
    with signing_key(arguments, console) as signer, unlocked(arguments, console) as session:
        chosen = choose(session.exhibits(arguments.case), arguments.item)
        choices = PackageChoices(
            language=t.language,
            exposure=exposures(chosen, arguments.exposure, arguments.exposure_of),
            statement=arguments.statement,
            redacted=frozenset(each.item.id for each in choose(chosen, arguments.redacted) if arguments.redacted),
            as_folder=not arguments.no_folder,
            as_zip=not arguments.no_zip,
            ask_time=arguments.ask_time,
            notes=frozenset(arguments.notes),
            recipient=arguments.recipient,
        )
        if arguments.draft is not None:
            pdf = session.draft_report(
                arguments.case, choices, [exhibit.item.id for exhibit in chosen],
                progress=console.progress, cancelled=never,
            )  # fmt: skip
            write_new(arguments.draft, pdf)
            console.result({"draft": str(arguments.draft)}, [t("The draft is ready: {path}", path=arguments.draft)])
            return DONE
        made = session.package(
            arguments.case,
            choices,
            arguments.out,
            [exhibit.item.id for exhibit in chosen],
            signer=signer,
            progress=console.progress,
            cancelled=never,
        )
    lines = [t("The package is ready:"), *(f"    {path}" for path in (made.folder, made.zip_file) if path)]
    lines += [
        t("Fingerprint of the manifest (SHA-256):"),
        f"    {fingerprint_groups(made.manifest_sha256)}",
        t("Fingerprint of the key that signed it, in words:"),
        f"    {fingerprint_words(made.signer_fingerprint)}",
        t("A trusted time is in it.") if made.has_trusted_time else t("There is no trusted time in it yet."),
    ]
    console.result(to_json(made), lines)
    return DONE


def bench(arguments: argparse.Namespace, console: Console) -> int:
    """Run one benchmark, or all of them."""
    from app.bench import NAMES, run_bench  # measures with peers that no other verb needs

    if arguments.corpus:
        return bench_corpus(arguments, console)
    if arguments.name == "scoring" or arguments.set is not None:
        return bench_faces(arguments, console)
    done = [run_bench(name, console.progress) for name in ([arguments.name] if arguments.name else NAMES)]
    documents = [bench.document() for bench in done]
    console.result(documents[0] if arguments.name else {"benchmarks": documents}, bench_lines(console.t, done))
    return DONE


def _say_copy(console: Console, outcome: BackupOutcome, folder: Path) -> int:
    t = console.t
    lines = [
        t("The copy stands in {path}.", path=folder),
        t.plural("{n} original was copied and checked.", "{n} originals were copied and checked.", outcome.copied),
        t.plural("{n} original was there already.", "{n} originals were there already.", outcome.present),
        *(finding_line(t, finding) for finding in outcome.findings),
    ]
    console.result(to_json(outcome), lines)
    return DAMAGED if outcome.findings else DONE


def _say_items(
    console: Console, added: Sequence[Item], same: Mapping[str, Sequence[Item]], more: Mapping[str, Any] | None = None
) -> int:
    t = console.t
    known = [(Exhibit(item=item), same.get(item.id, ())) for item in added]
    document: dict[str, Any] = {"items": [exhibit_document(exhibit, others)["item"] for exhibit, others in known]}
    document |= more or {}
    lines = [line for exhibit, others in known for line in exhibit_lines(t, exhibit, others)]
    if same:
        lines.append(
            t("What was there already was kept once more, as an exhibit of its own: that it was found again is "
              "evidence too.")
        )  # fmt: skip
    console.result(document, lines)
    return DONE
