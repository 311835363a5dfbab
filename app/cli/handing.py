"""What is done with a package already made: ``upgrade``, ``hand-over``, ``upload-set`` and ``co-sign``."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.cli.console import Console
from app.cli.opened import never, unlocked
from app.cli.secrets import read_key_file
from app.cli.signing import add_signing_arguments, signing_key
from app.paths import find_paths
from evidence import session as verbs
from evidence.digest import fingerprint_groups, to_json
from evidence.errors import EvidenceError
from evidence.i18n import Texts, visible
from evidence.model import Exposure
from evidence.session import ForRecipients, Protection, ValidationSources, WithAgePassphrase, WithPassphrase
from evidence.settings import load_settings

LEVELS = ("B-T", "B-LT", "B-LTA")
DONE = 0
MEGABYTE = 1_000_000


def add_upgrade_arguments(parser: argparse.ArgumentParser, t: Texts) -> None:
    """The words of ``package upgrade``."""
    parser.add_argument("forms", nargs="+", type=Path, metavar="PACKAGE", help=t("the folder, the ZIP, or both"))
    parser.add_argument("--vault", type=Path, required=True, metavar="VAULT", help=t("the vault that it came from"))
    parser.add_argument("--case", required=True, metavar="ID", help=t("the case’s id, as “case list” prints it"))
    parser.add_argument("--offline", action="store_true", help=t("add what the vault already has; ask nobody"))
    parser.add_argument("--level", choices=LEVELS, default="B-LTA", help=t("how far the report’s signature should go"))
    parser.add_argument(
        "--certificate", action="append", default=[], type=Path, metavar="FILE", help=t("a certificate of the chain")
    )
    parser.add_argument(
        "--revocation", action="append", default=[], type=Path, metavar="FILE",
        help=t("revocation data (CRL or OCSP response)"),
    )  # fmt: skip
    parser.set_defaults(run=upgrade)


def add_hand_over_arguments(parser: argparse.ArgumentParser, t: Texts) -> None:
    """The words of ``package hand-over``."""
    parser.add_argument("package", type=Path, metavar="ZIP", help=t("the package’s ZIP file"))
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help=t("a memory stick or another folder"))
    parser.add_argument(
        "--age", action="append", default=[], metavar="KEY", help=t("encrypt for the owner of this age key")
    )
    parser.add_argument(
        "--new-passphrase", action="store_true", help=t("encrypt with a fresh passphrase, said once, for 7-Zip")
    )
    parser.add_argument(
        "--new-age-passphrase", action="store_true", help=t("encrypt with a fresh passphrase, said once, for age")
    )
    parser.add_argument("--volume-mb", type=int, metavar="N", help=t("cut into parts of at most N megabytes"))
    _add_origin(parser, t)
    parser.set_defaults(run=hand_over)


def add_co_sign_arguments(parser: argparse.ArgumentParser, t: Texts) -> None:
    """The words of ``package co-sign``."""
    parser.add_argument("forms", nargs="+", type=Path, metavar="PACKAGE", help=t("the folder, the ZIP, or both"))
    which = add_signing_arguments(parser, t, is_needed=True)
    which.add_argument("--vault", type=Path, metavar="VAULT", help=t("sign with the key of this vault"))
    parser.set_defaults(run=co_sign)


def add_upload_arguments(parser: argparse.ArgumentParser, t: Texts) -> None:
    """The words of ``package upload-set``."""
    parser.add_argument("package", type=Path, metavar="PACKAGE", help=t("the folder or the ZIP"))
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help=t("where to put the small files"))
    parser.add_argument(
        "--limit-mb", type=int, metavar="N",
        help=t("most megabytes of one file; otherwise as in the settings"),
    )  # fmt: skip
    parser.add_argument(
        "--exposure", type=Exposure, choices=list(Exposure), default=Exposure.BLURRED, metavar="|".join(Exposure),
        help=t("how the small copies of pictures look"),
    )  # fmt: skip
    _add_origin(parser, t)
    parser.set_defaults(run=upload_set)


def _add_origin(parser: argparse.ArgumentParser, t: Texts) -> None:
    """Where a package came from, so that a consent that was taken back is seen."""
    parser.add_argument(
        "--vault", type=Path, metavar="VAULT",
        help=t("the vault that it came from: checks that the consent to hand it over was not taken back"),
    )  # fmt: skip
    parser.add_argument("--case", default="", metavar="ID", help=t("the case’s id, as “case list” prints it"))


def _check_consent(arguments: argparse.Namespace, console: Console) -> tuple[bool, list[str]]:
    """Whether the consent was checked, and what to say where it was not.

    Raises ``cli.vault_and_case``, ``consent.other_package``, ``consent.withdrawn``.
    """
    if bool(arguments.vault) != bool(arguments.case):
        raise EvidenceError("cli.vault_and_case")
    if arguments.vault is None:
        return False, [console.t("Whether a consent was taken back could not be checked: no vault was named.")]
    with unlocked(arguments, console) as session:
        session.case(arguments.case)
        if not session.consents.require_handing_package(arguments.case, arguments.package):
            raise EvidenceError("consent.other_package")
    return True, []


def upload_set(arguments: argparse.Namespace, console: Console) -> int:
    """Small files for an upload form."""
    t = console.t
    is_checked, unchecked = _check_consent(arguments, console)
    limit = arguments.limit_mb or load_settings(find_paths().settings).upload_limit_mb
    files = verbs.make_upload_set(
        arguments.package, arguments.out, limit=limit * MEGABYTE, exposure=arguments.exposure, language=t.language,
        progress=console.progress, cancelled=never,
    )  # fmt: skip
    lines = [t("Written and read back:"), *(f"    {file.path}  {t.size(file.size)}" for file in files), *unchecked]
    written = [{"path": str(file.path), "size": file.size, "sha256": file.sha256} for file in files]
    console.result({"files": written, "consent_checked": is_checked}, lines)
    return DONE


def co_sign(arguments: argparse.Namespace, console: Console) -> int:
    """Check a package, then put a second signature beside the first."""
    t = console.t
    if arguments.vault is not None:
        with unlocked(arguments, console) as session:
            done = session.co_sign_package(arguments.forms, progress=console.progress, cancelled=never)
    else:
        with signing_key(arguments, console) as signer:
            assert signer is not None  # the words must name one
            done = verbs.co_sign_package(arguments.forms, signer, progress=console.progress, cancelled=never)
    lines = [
        t("Added: {path}", path=done.path),
        t("Fingerprint of the key that signed it, in words:"),
        f"    {done.fingerprint_words}",
    ]
    console.result(to_json(done), lines)
    return DONE


def upgrade(arguments: argparse.Namespace, console: Console) -> int:
    """Add proof of time to a package that was made earlier."""
    t = console.t
    sources = ValidationSources(
        certificates=[read_key_file(path) for path in arguments.certificate],
        revocations=[read_key_file(path) for path in arguments.revocation],
    )
    with unlocked(arguments, console) as session:
        done = session.upgrade_package(
            arguments.case, arguments.forms, ask_time=not arguments.offline, level=arguments.level, sources=sources,
            progress=console.progress, cancelled=never,
        )  # fmt: skip
    lines = [t("Level of the report’s signature: {level}", level=done.level)]
    lines += [t("Added: {path}", path=path) for path in done.added]
    lines += [t("No answer: {url}", url=visible(url)) for url in done.unanswered]
    console.result(to_json(done), lines)
    return DONE


def hand_over(arguments: argparse.Namespace, console: Console) -> int:
    """Write a package's ZIP for someone else's hands, encrypted or not, and read it back."""
    t = console.t
    if sum(map(bool, (arguments.age, arguments.new_passphrase, arguments.new_age_passphrase))) > 1:
        raise EvidenceError("cli.several_protections")
    is_checked, unchecked = _check_consent(arguments, console)
    passphrase = ""
    protection: Protection = None
    if arguments.age:
        protection = ForRecipients(tuple(arguments.age))
    elif arguments.new_passphrase or arguments.new_age_passphrase:
        passphrase = verbs.new_passphrase()
        protection = WithPassphrase(passphrase) if arguments.new_passphrase else WithAgePassphrase(passphrase)
    files = verbs.hand_over(
        arguments.package,
        arguments.out,
        protection=protection,
        volume_size=arguments.volume_mb * MEGABYTE if arguments.volume_mb else None,
        progress=console.progress,
        cancelled=never,
    )
    lines = [t("Written and read back:")]
    for file in files:
        lines += [f"    {file.path}  {t.size(file.size)}", f"    SHA-256 {fingerprint_groups(file.sha256)}"]
    if passphrase:
        lines += [
            t("Passphrase, said this once. Tell it by another way than the package goes:"),
            f"    {passphrase}",
        ]
    written = [{"path": str(file.path), "size": file.size, "sha256": file.sha256} for file in files]
    document = {"files": written, "passphrase": passphrase, "consent_checked": is_checked}
    console.result(document, [*lines, *unchecked])
    return DONE
