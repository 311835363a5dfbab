"""Rarer verbs of the vault: mend, new master key, keep less of an exhibit."""

from __future__ import annotations

import argparse

from app.cli.console import Console
from app.cli.opened import choose, unlocked
from app.cli.secrets import given
from app.cli.wording import finding_line
from evidence import session as verbs
from evidence.digest import to_json
from evidence.selftest import run_selftest

DONE = 0
DAMAGED = 1


def mend(arguments: argparse.Namespace, console: Console) -> int:
    """Put sound originals from a backup into the place of damaged ones."""
    t = console.t
    with unlocked(arguments, console) as session:
        mended, damaged = session.mend(arguments.backup, progress=console.progress)
    lines = [t.code("name", finding.code, **finding.params) for finding in mended]
    lines += [finding_line(t, finding) for finding in damaged]
    lines.append(t("The vault is damaged.") if damaged else t("Everything is as it was sealed."))
    console.result({"mended": to_json(mended), "damaged": to_json(damaged)}, lines)
    return DAMAGED if damaged else DONE


def rekey(arguments: argparse.Namespace, console: Console) -> int:
    """Give the vault a new master key."""
    t = console.t
    run_selftest()
    session, recovery_key, dropped = verbs.rekey_vault(
        arguments.vault, given(arguments, console), actor=arguments.role.value, progress=console.progress
    )
    with session:
        present = session.unlock_methods.all()
    lines = [t("The vault has a new master key.")]
    if recovery_key:
        lines += [t("Recovery key, shown this once:"), f"    {recovery_key}"]
    if dropped:
        lines.append(t("These ways to open it are gone; add them again if they are still wanted:"))
        lines += [f"    {t.code('name', f'slot.{slot.kind}')}  {slot.label}" for slot in dropped]
    document = {"recovery_key": recovery_key, "methods": to_json(present), "dropped": to_json(dropped)}
    console.result(document, lines)
    return DONE


def keep(arguments: argparse.Namespace, console: Console) -> int:
    """Keep less of exhibits, or say what is kept."""
    t = console.t
    with unlocked(arguments, console) as session:
        chosen = choose(session.exhibits(arguments.case), arguments.item)
        if arguments.wanted is not None:
            for exhibit in chosen:
                session.keep_less(exhibit.item.id, arguments.wanted, arguments.reason)
        kept = {exhibit.item.number: session.kept(exhibit.item.id) for exhibit in chosen}
    lines = [f"{number}  {t.code('name', f'kept.{step}')}" for number, step in kept.items()]
    if arguments.wanted is not None:
        lines.append(
            t("What a solid-state disk or a backup may still hold is encrypted; that the disk forgets it too cannot be "
              "promised.")
        )  # fmt: skip
    console.result({"kept": {number: step.value for number, step in kept.items()}}, lines)
    return DONE
