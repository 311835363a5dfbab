"""Detector packs and trust anchors from a terminal: list, read about, let in, take away."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from app.cli.console import Console
from app.cli.opened import unlocked
from app.paths import find_paths
from evidence import session as verbs
from evidence.digest import fingerprint_groups, to_json
from evidence.errors import EvidenceError
from evidence.i18n import Texts, visible
from evidence.session import PackDetails, pack_lines

DONE = 0


def add_packs_verbs(
    parser: argparse.ArgumentParser,
    t: Texts,
    kind: type[argparse.ArgumentParser],
    parents: Sequence[argparse.ArgumentParser],
) -> None:
    """``packs list | show | import | remove``."""
    verbs_of = parser.add_subparsers(metavar=t("COMMAND"), required=True, parser_class=kind)
    listing = verbs_of.add_parser("list", parents=list(parents), help=t("list the detectors of this computer"))
    listing.set_defaults(run=list_packs)
    show = verbs_of.add_parser("show", parents=list(parents), help=t("all about one detector pack, its card too"))
    show.add_argument("pack", metavar="PACK")
    show.set_defaults(run=show_pack)
    imports = verbs_of.add_parser("import", parents=list(parents), help=t("let in a signed detector pack"))
    imports.add_argument("file", type=Path, metavar="FILE.dfpack")
    imports.add_argument(
        "--publisher-key", type=Path, metavar="KEY.pem",
        help=t("the publisher’s public key (Ed25519), which you got by another way; needed once"),
    )  # fmt: skip
    imports.set_defaults(run=import_pack)
    remove = verbs_of.add_parser("remove", parents=list(parents), help=t("take a detector pack away again"))
    remove.add_argument("pack", metavar="PACK")
    remove.set_defaults(run=remove_pack)


def add_c2pa_trust_arguments(parser: argparse.ArgumentParser, t: Texts) -> None:
    """Whom a vault trusts for content credentials."""
    parser.add_argument("vault", type=Path, metavar="VAULT")
    parser.add_argument(
        "--add", action="append", default=[], type=Path, metavar="CERT.pem",
        help=t("trust the certificates in this file"),
    )  # fmt: skip
    parser.add_argument(
        "--remove", action="append", default=[], metavar="SHA256", help=t("trust this certificate no more")
    )
    parser.set_defaults(run=c2pa_trust)


def list_packs(arguments: argparse.Namespace, console: Console) -> int:
    """The packs of the program and those that were let in."""
    packs = verbs.list_packs(find_paths().detectors)
    lines = [line for pack in packs for line in (*pack_lines(console.t, pack), "")]
    console.result({"packs": [_document(pack) for pack in packs]}, lines)
    return DONE


def show_pack(arguments: argparse.Namespace, console: Console) -> int:
    """One pack with its card."""
    pack = next((one for one in verbs.list_packs(find_paths().detectors) if one.id == arguments.pack), None)
    if pack is None:
        raise EvidenceError("scoring.no_such_pack", pack=arguments.pack[:80])
    card = [visible(line) for line in pack.card.splitlines()]
    console.result({"pack": {**_document(pack), "card": pack.card}}, [*pack_lines(console.t, pack), "", *card])
    return DONE


def import_pack(arguments: argparse.Namespace, console: Console) -> int:
    """Let a pack in, after its signature, its digests and its self-test."""
    t = console.t
    pack = verbs.import_pack(find_paths().detectors, arguments.file, arguments.publisher_key)
    lines = [
        *pack_lines(t, pack), "",
        t("It is used from now on. Earlier scores stay as they are; each new one names this pack and its fingerprint."),
        t("Compare the words of the publisher’s key with the publisher, by telephone for instance."),
    ]  # fmt: skip
    console.result({"pack": _document(pack)}, lines)
    return DONE


def remove_pack(arguments: argparse.Namespace, console: Console) -> int:
    """Take a pack away; scores made with it stay."""
    verbs.remove_pack(find_paths().detectors, arguments.pack)
    lines = [console.t("The pack is removed. Scores that were made with it stay, with its name and fingerprint.")]
    console.result({"removed": arguments.pack}, lines)
    return DONE


def c2pa_trust(arguments: argparse.Namespace, console: Console) -> int:
    """List the certificates that a vault trusts for content credentials, after adding and removing."""
    t = console.t
    with unlocked(arguments, console) as session:
        for path in arguments.add:
            session.scores.add_trust_anchors(path)
        for sha256 in arguments.remove:
            session.scores.remove_trust_anchor("".join(sha256.split()).lower())
        anchors = session.scores.trust_anchors()
    lines = []
    for anchor in anchors:
        lines += [
            visible(anchor.subject), f"    SHA-256 {fingerprint_groups(anchor.sha256)}", f"    {anchor.words}",
            f"    {t('valid until {time}', time=t.moment(anchor.valid_until))}",
        ]  # fmt: skip
    documents = [
        {"subject": one.subject, "sha256": one.sha256, "words": one.words, "valid_until": one.valid_until.isoformat()}
        for one in anchors
    ]
    lines = lines or [t("None: no signer of content credentials is known by name here.")]
    console.result({"trust_anchors": documents}, lines)
    return DONE


def _document(pack: PackDetails) -> dict[str, object]:
    document: dict[str, object] = to_json(pack)
    del document["card"]
    return document
