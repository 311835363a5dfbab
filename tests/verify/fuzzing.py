"""Coverage-guided fuzzing of the verifier's readers, with atheris (libFuzzer).

    python tests/verify/fuzzing.py --runs 3000 --seed 1            all readers in turn, a short run
    python tests/verify/fuzzing.py --seconds 3600 --only report    one reader, for as long as wanted
    python tests/verify/fuzzing.py --keep FOLDER …                 goes on from what an earlier run found worth keeping
    python tests/verify/fuzzing.py --again FILE                    what an input found in --findings does

Each input's first byte chooses the reader. A reader may refuse whatever it likes with an ``EvidenceError``; anything
else that it raises is a finding, and so is an input that it takes for sound although it says something else than the
valid package. Findings become named cases of the hostile corpus (tests/support/hostile).
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import logging
import random
import sys
import tempfile
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import atheris

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).resolve().parents[1])]

GUIDED_BY = ["evidence.verify", "evidence.custody", "evidence.digest", "evidence.timestamps", "evidence.manifest",
             "pyhanko.pdf_utils"]  # fmt: skip
"""Whose branches count as progress."""
with atheris.instrument_imports(include=GUIDED_BY):
    from support.hostile.zipcraft import build, lines_of
    from support.sample_package import LATER, Recipe, World, fingerprint_of, signature_value, stamp

    from evidence.custody import check_disclosed
    from evidence.digest import canonical_json, from_json, parse_json
    from evidence.errors import EvidenceError
    from evidence.manifest import CUSTODY, MANIFEST, REPORT, SIGNATURE
    from evidence.model import Answer, DisclosedLog
    from evidence.verify import InProcessParser, Trust, make_officer_key, make_receipt, read_tsa_list, verify_package
    from evidence.verify.bag import parse_checksums, parse_oxum
    from evidence.verify.checks import check_format, read_listed_sizes
    from evidence.verify.container import Container, Entry, key_of, locate
    from evidence.verify.container.archive import read_archive
    from evidence.verify.reading import Reading, read_files
    from evidence.verify.receipts import read_receipt
    from evidence.verify.running import run_check
    from evidence.verify.state import State
    from evidence.verify.untrusted import (
        CmsAnswer,
        CmsRequest,
        ReportAnswer,
        ReportRequest,
        TokenAnswer,
        TokenRequest,
    )
    from evidence.verify.untrusted.handlers import warm_up
    from evidence.verify.whole import is_understood

    warm_up()

MAX_INPUT = 1 << 18
NOWHERE = Path("fuzzed.zip")


class Finding(Exception):
    """A reader took for sound what is not."""


class Readers:
    """Every reader with what a valid package gives it, and what must hold of its answer."""

    def __init__(self) -> None:
        self.world = World()
        self.files = Recipe(self.world).build()
        self.parser = InProcessParser()
        self.signer = fingerprint_of(self.world.signer)
        self.roots = (self.world.pki.root_der,)
        self.whole = {key_of(path): hashlib.sha256(data).hexdigest() for path, data in self.files.items()}
        self.seeds: dict[str, list[bytes]] = {
            "zip": [build(lines_of(self.files)), self._deflated()],
            "names": [b"\0".join(path.encode() for path in sorted(self.files))],
            "manifest": [self.files[MANIFEST]],
            "custody": [self.files[CUSTODY]],
            "lists": [self.files["manifest-sha256.txt"], self.files["bag-info.txt"]],
            "signature": [self.files[SIGNATURE]],
            "token": [stamp(self.world.tsa, b"stamped")],
            "report": [self.files[REPORT]],
            "receipt": [self._receipt()],
            "tsa_list": [b'{"dated":"2026-01-01","format":"holdfast-tsa-roots","name":"n","roots":[],"version":1}'],
        }
        self.known_log = from_json(parse_json(self.files[CUSTODY]), DisclosedLog)
        self.known_receipt = read_receipt(self.seeds["receipt"][0], self.parser).receipt

    def _receipt(self) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            package = Path(folder, "p.zip")
            package.write_bytes(build(lines_of(self.files)))
            report = verify_package(package, trust=Trust(), now=LATER, parser=self.parser)
            key = make_officer_key(Path(folder, "k.pem"), "Officer", now=datetime(2026, 3, 1, tzinfo=UTC))
            return make_receipt(report, key, receiver="Officer")

    def _deflated(self) -> bytes:
        """The same, packed by another program."""
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for path, data in self.files.items():
                archive.writestr(path, data)
        return target.getvalue()

    def zip(self, data: bytes) -> None:
        """What is called sound has one meaning: another reader finds the same files with the same bytes."""
        container = read_archive(io.BytesIO(data), NOWHERE)
        try:
            located = locate(container, NOWHERE)
            reading = read_files(located, read_listed_sizes, lambda _share: None, lambda: False)
        finally:
            container.close()
        if located.flaws or reading.unreadable:
            return
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as other:
                found = {info.filename: other.read(info) for info in other.infolist() if not info.is_dir()}
        except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, UnicodeDecodeError, EOFError, OSError,
                RuntimeError, ValueError):  # fmt: skip
            return  # more cautious than we are: the digests tell
        tops = {name.partition("/")[0] + "/" for name in found}
        for name, content in found.items():
            inside = next((name.removeprefix(top) for top in tops if name.startswith(top)), name)
            digests = reading.digests.get(key_of(inside)) or reading.digests.get(key_of(name))
            if digests is not None and digests.sha256 != hashlib.sha256(content).hexdigest():
                raise Finding(f"another reader finds other bytes in {name!r}")

    def names(self, data: bytes) -> None:
        """Names of a folder or an archive: sorted out, never opened, never raising anything else than a refusal."""
        container = Container("folder")
        for raw in data.split(b"\0")[:200]:
            name = raw.decode("utf-8", errors="surrogateescape")
            container.entries.append(Entry(name, len(raw), lambda raw=raw: io.BytesIO(raw)))  # type: ignore[misc]
        located = locate(container, NOWHERE)
        read_files(located, read_listed_sizes, lambda _share: None, lambda: False)
        for path in located.files:
            if path.startswith("/") or ".." in path.split("/") or "\\" in path:
                raise Finding(f"a name that leads out: {path!r}")

    def manifest(self, data: bytes) -> None:
        """A manifest that is understood is its own canonical form, so that nothing in it was passed over."""
        read_listed_sizes(data)
        state = self._state({MANIFEST: data})
        for outcome in run_check(check_format, state):
            if outcome.code == "check.failed":
                raise Finding(f"check 2: {outcome.params}")
            if outcome.answer is Answer.YES and canonical_json(parse_json(data, canonical=False)) != data:
                raise Finding("a manifest in another form than its own")

    def custody(self, data: bytes) -> None:
        """A log under this key is this log."""
        value = parse_json(data)
        log = from_json(value, DisclosedLog)
        if not is_understood(value, log) or check_disclosed(log, self.world.signer.certificate_der):
            return
        heads = [signed.head for signed in (*self.known_log.earlier_heads, self.known_log.head)]
        if log.head.head not in heads or any(event not in self.known_log.events for event in log.events):
            raise Finding("a log that nobody signed")

    def lists(self, data: bytes) -> None:
        """Checksum lists and bag-info.txt."""
        for read in (lambda: parse_checksums(data, "sha256"), lambda: parse_oxum(data)):
            try:
                read()
            except EvidenceError:
                continue

    def signature(self, data: bytes) -> None:
        """The manifest's signature: what holds is this signature by this key."""
        digests = {name: hashlib.new(name, self.files[MANIFEST]).digest() for name in ("sha256", "sha384", "sha512")}
        answer = self.parser.ask(CmsRequest(data, digests, self.signer))
        if isinstance(answer, CmsAnswer) and not answer.problem:
            if answer.certificate != self.world.signer.certificate_der:
                raise Finding("another certificate")
            if answer.signature_value != signature_value(self.files[SIGNATURE]):
                raise Finding("another signature")

    def token(self, data: bytes) -> None:
        """A trusted token says the authority's time."""
        digest = hashlib.sha256(b"stamped").digest()
        for is_bare in (False, True):
            answer = self.parser.ask(TokenRequest(data, digest, self.roots, is_bare))
            if isinstance(answer, TokenAnswer) and answer.is_trusted and answer.stamped_at != self.world.tsa.clock():
                raise Finding("another time")

    def report(self, data: bytes) -> None:
        """A report whose signature holds has the signed bytes outside of the signature's own place."""
        right = self.files[REPORT]
        answer = self.parser.ask(ReportRequest(data, self.signer, "manifest.json", self.roots))
        if isinstance(answer, ReportAnswer) and not answer.problem:
            first = right.index(b"/Contents <")
            last = right.index(b">", first)
            if data[:first] != right[:first] or data[last:] != right[last:]:
                raise Finding("other bytes than those that were signed")

    def receipt(self, data: bytes) -> None:
        """A receipt that is taken says what was signed, if it is by the same key."""
        read = read_receipt(data, self.parser)
        if (
            read.receipt.certificate_sha256 == self.known_receipt.certificate_sha256
            and read.receipt != self.known_receipt
        ):
            raise Finding("another receipt")

    def tsa_list(self, data: bytes) -> None:
        """A list of authorities."""
        read_tsa_list(data)

    def _state(self, kept: dict[str, bytes]) -> State:
        container = Container("folder")
        for path, data in (self.files | kept).items():
            container.entries.append(Entry(path, len(data), lambda data=data: io.BytesIO(data)))  # type: ignore[misc]
        located = locate(container, NOWHERE)
        reading = Reading(sizes={path: entry.size for path, entry in located.files.items()}, kept=dict(kept))
        return State(located=located, reading=reading, trust=Trust(), now=LATER, parser=self.parser)


JSON_READERS = frozenset({"manifest", "custody", "receipt", "tsa_list"})
OTHER_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2, 1 << 53, 1.5, "", "A-01", "../x", "0" * 64, "ORIGINAL", [], {}, [[]], {"": {}},
)  # fmt: skip


def vary_json(data: bytes, rng: random.Random) -> bytes:
    """One change in the tree, written canonically: most flipped bytes are refused before anything is read."""
    value = json.loads(data)
    spots: list[tuple[Any, Any]] = []

    def walk(node: Any) -> None:
        for key in list(node) if isinstance(node, dict) else range(len(node)):
            spots.append((node, key))
            if isinstance(node[key], dict | list):
                walk(node[key])

    walk(value)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        node, key = rng.choice(spots)
        other_node, other_key = rng.choice(spots)
        try:
            act = rng.randrange(6)
            if act == 0:
                del node[key]
            elif act == 1:
                node[key] = rng.choice(OTHER_VALUES)
            elif act == 2:
                node[key], other_node[other_key] = other_node[other_key], node[key]
            elif act == 3 and isinstance(node, list):
                node.insert(key, node[key])
            elif act == 4 and isinstance(node[key], int):
                node[key] += rng.choice((-1, 1, 1000))
            elif isinstance(node, dict):
                node[rng.choice(("x", "version", "size", "index", "path"))] = node[key]
        except (KeyError, IndexError, TypeError):
            continue
    return canonical_json(value)


def main() -> int:
    """Fuzz; libFuzzer ends the process, with a code that is not 0 when there is a finding."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", default="", help="the readers whose name contains this")
    parser.add_argument("--runs", type=int, default=-1)
    parser.add_argument("--seconds", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--findings", type=Path, default=Path.cwd())
    parser.add_argument("--keep", type=Path, help="folder for inputs that are worth going on from")
    parser.add_argument("--again", type=Path, help="run one input")
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)
    readers = Readers()
    names = [name for name in readers.seeds if given.only in name]

    def one(data: bytes) -> None:
        if not data or len(data) > MAX_INPUT:
            return
        read: Callable[[bytes], None] = getattr(readers, names[data[0] % len(names)])
        try:
            read(data[1:])
        except EvidenceError:
            return

    def vary(data: bytes, max_size: int, seed: int) -> bytes:
        rng = random.Random(seed)
        name = names[data[0] % len(names)] if data else ""
        if name in JSON_READERS and rng.random() < 0.7:
            try:
                changed = data[:1] + vary_json(data[1:], rng)
                return changed if len(changed) <= max_size else data
            except (ValueError, TypeError, IndexError, RecursionError):
                pass
        return bytes(data[:1]) + bytes(atheris.Mutate(data[1:] or b"\0", max_size - 1))

    if given.again is not None:
        one(given.again.read_bytes())
        return 0
    given.findings.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fuzzing-") as folder:
        for number, name in enumerate(names):
            for position, seed in enumerate(readers.seeds[name]):
                Path(folder, f"{name}-{position}").write_bytes(bytes([number]) + seed)
        words = [sys.argv[0], f"-seed={given.seed}", f"-max_len={MAX_INPUT}", "-timeout=20", "-rss_limit_mb=3000",
                 f"-artifact_prefix={given.findings}/", "-detect_leaks=0", "-verbosity=1", f"-runs={given.runs}",
                 f"-max_total_time={given.seconds}"]  # fmt: skip
        if given.keep is not None:
            given.keep.mkdir(parents=True, exist_ok=True)
            words.append(str(given.keep))
        atheris.Setup([*words, folder], one, custom_mutator=vary)
        atheris.Fuzz()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
