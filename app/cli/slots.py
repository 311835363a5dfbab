"""``vault unlock-methods``: list, add, change and take away the ways to open a vault."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.cli.console import Console
from app.cli.secrets import given, read_key_file
from evidence import session as verbs
from evidence.digest import fingerprint_groups, to_json
from evidence.errors import EvidenceError
from evidence.i18n import Texts
from evidence.session import AddedMethod, SlotInfo


def add_slot_arguments(
    parser: argparse.ArgumentParser,
    t: Texts,
    kind: type[argparse.ArgumentParser],
    parents: list[argparse.ArgumentParser],
) -> None:
    """The words below ``vault unlock-methods``."""
    actions = parser.add_subparsers(metavar=t("COMMAND"), required=True, parser_class=kind)
    labelled = argparse.ArgumentParser(add_help=False)
    labelled.add_argument("--label", default="", metavar="TEXT", help=t("your own words for it; kept inside the vault"))
    renewed = argparse.ArgumentParser(add_help=False)
    renewed.add_argument(
        "--new-passphrase-file", metavar="PATH", help=t("file with the new passphrase in its first line")
    )
    helps = {
        "list": t("the ways to open this vault"),
        "add-passphrase": t("add another passphrase"),
        "add-recovery-key": t("add a recovery key; it is shown once"),
        "add-shares": t("add three recovery shares, any two of which open the vault; they are shown once"),
        "add-public-key": t("let the owner of a public key open the vault"),
        "change-passphrase": t("put a new passphrase in the place of an old one"),
        "strengthen": t("make guessing a passphrase slower, as slow as this computer allows in about a second"),
        "revoke": t("take a way to open the vault away"),
    }
    more = {
        "add-passphrase": [labelled, renewed],
        "add-recovery-key": [labelled],
        "add-shares": [labelled],
        "add-public-key": [labelled],
        "change-passphrase": [renewed],
    }
    for name, help_text in helps.items():
        action = actions.add_parser(name, parents=[*parents, *more.get(name, [])], help=help_text)
        action.add_argument("vault", type=Path, metavar="VAULT")
        if name == "add-public-key":
            action.add_argument("public_key", type=Path, metavar="PEM")
        if name in ("revoke", "change-passphrase"):
            needed = {} if name == "revoke" else {"nargs": "?", "default": ""}
            action.add_argument("slot", metavar="ID", help=t("its id, as “list” prints it"), **needed)  # type: ignore[arg-type]
        action.set_defaults(run=run, action=name)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Do one of the actions."""
    t = console.t
    secret = given(arguments, console)
    if arguments.action == "strengthen" and secret.passphrase is None:
        raise EvidenceError("cli.needs_passphrase")
    with verbs.open_vault(arguments.vault, given=secret) as session:
        methods = session.unlock_methods
        added: AddedMethod | None = None
        match arguments.action:
            case "add-passphrase":
                added = methods.add_passphrase(_new(arguments, console), by=secret, label=arguments.label)
            case "add-recovery-key":
                added = methods.add_recovery_key(by=secret, label=arguments.label)
            case "add-shares":
                added = methods.add_shares(by=secret, label=arguments.label)
            case "add-public-key":
                added = methods.add_public_key(read_key_file(arguments.public_key), by=secret, label=arguments.label)
            case "change-passphrase":
                added = methods.change_passphrase(_new(arguments, console), by=secret, slot_id=arguments.slot)
            case "strengthen":
                added = methods.strengthen(by=secret)
            case "revoke":
                methods.revoke(arguments.slot, by=secret)
        present = methods.all()
    lines: list[str] = []
    if arguments.action == "strengthen":
        lines.append(
            t("A guess is dearer now.") if added else t("A guess takes about a second here already. Nothing changed.")
        )
    if added is not None and added.written:
        lines += [t("Shown this once. Write it on paper, and keep it away from this computer:"), ""]
        lines += [f"    {number}. {words}" for number, words in enumerate(added.written, 1)]
        lines.append("")
    lines += [t("This vault can be opened with:"), *(line for slot in present for line in _slot_lines(t, slot))]
    document = {
        "methods": to_json(present),
        "added": to_json(added.slot) if added else None,
        "written": list(added.written) if added else [],
    }
    console.result(document, lines)
    return 0


def _new(arguments: argparse.Namespace, console: Console) -> str:
    passphrase = console.secret(arguments.new_passphrase_file, console.t("The new passphrase"), twice=True)
    advise(console, passphrase)
    return passphrase


def advise(console: Console, passphrase: str) -> None:
    """Say what would make a new passphrase harder to guess; nothing is forced."""
    judged = verbs.judge_passphrase(passphrase)
    if judged.advice != "none":
        t = console.t
        strength = t.code("name", f"passphrase.{judged.strength}")
        console.say(f"{strength[:1].upper()}{strength[1:]}. {t.code('name', f'passphrase.advice.{judged.advice}')}")


def _slot_lines(t: Texts, slot: SlotInfo) -> list[str]:
    label = f"  {slot.label}" if slot.label else ""
    lines = [f"  {slot.id}  {t.code('name', f'slot.{slot.kind}')}{label}  ({t.moment(slot.added_at)})"]
    if slot.cost is not None:
        size = t.size(slot.cost.memory_kib * 1024)
        cost = t.plural(
            "{size} of memory and {n} pass for a guess", "{size} of memory and {n} passes for a guess",
            slot.cost.passes, size=size,
        )  # fmt: skip
        lines.append(f"      {cost}")
    if slot.fingerprint:
        lines.append(f"      {fingerprint_groups(slot.fingerprint)}")
    return lines
