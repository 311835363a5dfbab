"""Checks 3 and 4: the bag's lists and the manifest's list, against the files that are there."""

from __future__ import annotations

from collections.abc import Iterator

from evidence.errors import EvidenceError
from evidence.manifest import MANIFEST, PAYLOAD_FOLDER, REPORT, SIGNATURE, UNLISTED, FileEntry, is_added_proof
from evidence.verify.bag import check_declaration, parse_checksums, parse_oxum
from evidence.verify.container import key_of
from evidence.verify.state import MAX_NAMED, Outcome, State, aside, no, yes

_DECLARATION, _INFO = "bagit.txt", "bag-info.txt"
_PAYLOAD_LISTS = (("manifest-sha256.txt", "sha256"), ("manifest-sha512.txt", "sha512"))
_TAG_LISTS = (("tagmanifest-sha256.txt", "sha256"), ("tagmanifest-sha512.txt", "sha512"))
_ALWAYS = (MANIFEST, SIGNATURE, REPORT, *(name for name, _algorithm in _TAG_LISTS))


def check_bag(state: State) -> Iterator[Outcome]:
    """Whether declaration, payload lists, tag lists and the payload's size agree with the files (RFC 8493, 3)."""
    found: list[Outcome] = []
    for name in (_DECLARATION, _INFO, *(name for name, _ in (*_PAYLOAD_LISTS, *_TAG_LISTS))):
        if name not in state.located.files:
            state.damaged.setdefault(name, "missing")
            found.append(no("bag.missing", path=name))
            continue
        data = state.reading.kept.get(name)
        if data is None:
            found.append(no("bag.unreadable", path=name))
            continue
        try:
            found += _check_tag_file(state, name, data)
        except EvidenceError:
            state.damaged.setdefault(name, "changed")
            found.append(no("bag.malformed", path=name))
    yield from found[:MAX_NAMED]
    if not found:
        yield yes("bag.agrees")


def _check_tag_file(state: State, name: str, data: bytes) -> list[Outcome]:
    if name == _DECLARATION:
        check_declaration(data)
        return []
    payload = [path for path in state.package_files() if path.startswith(f"{PAYLOAD_FOLDER}/")]
    if name == _INFO:
        oxum = parse_oxum(data)
        if oxum == type(oxum)(size=sum(state.reading.sizes[path] for path in payload), count=len(payload)):
            return []
        return [no("bag.wrong_oxum")]
    algorithm = dict((*_PAYLOAD_LISTS, *_TAG_LISTS))[name]
    listed = parse_checksums(data, algorithm)
    if name.startswith("tagmanifest"):
        tags = {path for path in state.package_files() if not path.startswith(f"{PAYLOAD_FOLDER}/")}
        tags -= {listing for listing, _ in _TAG_LISTS}
        wanted = tags - {path for path in tags if is_added_proof(path) and path not in listed}
    else:
        wanted = set(payload)
    differing = sorted(wanted ^ listed.keys())
    for path in sorted(wanted & listed.keys()):
        digests = state.reading.digests.get(path)
        if digests is None or getattr(digests, algorithm) != listed[path]:
            differing.append(path)
    state.disputed += [(name, path) for path in differing]
    return [no("bag.differs", list=name, path=path) for path in differing]


def check_files(state: State) -> Iterator[Outcome]:
    """Whether the manifest lists every file and nothing else, and every digest agrees; names each that does not."""
    listed = {key_of(file.path): file for file in state.need_manifest().files}
    there = set(state.package_files())
    missing = [path for path in listed if path not in there]
    missing += [path for path in _ALWAYS if path not in there]
    added = [path for path in there if path not in listed and path not in UNLISTED and not is_added_proof(path)]
    changed = [path for path, file in listed.items() if path in there and not _is_same(state, path, file)]
    renamed: list[tuple[str, str]] = []
    for path in list(missing):
        file = listed.get(path)
        digests = (file.size, file.sha256, file.sha512) if file else None
        twin = next((other for other in sorted(added) if digests and _digests(state, other) == digests), None)
        if twin is not None:
            renamed.append((path, twin))
            missing.remove(path)
            added.remove(twin)
    outside = [path for path in state.located.outside if path not in state.reading.system_files]
    for kind, paths in (("changed", changed), ("missing", missing), ("added", [*added, *outside])):
        for path in paths:
            state.damaged[path] = kind
        yield from _named(f"files.{kind}", sorted(paths))
    for path, twin in renamed:
        state.damaged |= {path: "renamed", twin: "renamed"}
    for path, twin in sorted(renamed)[:MAX_NAMED]:
        yield no("files.renamed", path=path, to=twin)
    for path in sorted(state.reading.system_files)[:MAX_NAMED]:
        yield aside(yes("files.system", path=path))
    if not (changed or missing or added or renamed or outside):
        state.facts["bytes"] = str(sum(file.size for file in listed.values()))
        yield yes("files.agree", count=len(listed))


def settle_blame(state: State) -> None:
    """After all checks: where a list of the bag and a file disagree, name what is damaged.

    A file that the signed manifest confirms is sound, so the list is not. A file that the manifest cannot list may be
    at fault as well as the list: both are named.
    """
    listed = {key_of(file.path): file for file in state.manifest.files} if state.manifest else {}
    is_signed = state.cms is not None
    known = {name for name, _algorithm in _TAG_LISTS}
    for name, path in state.disputed:
        if state.damaged.get(path) in ("added", "renamed") or (is_signed and name not in known):
            continue  # named already; and the manifest itself speaks of the payload's lists
        file = listed.get(path)
        if file is not None:
            is_file_sound = is_signed and path in state.located.files and _is_same(state, path, file)
        else:
            is_file_sound = is_signed and path == MANIFEST
        may_be_either = file is None and path != MANIFEST
        if not is_file_sound:
            state.damaged.setdefault(path, "changed" if path in state.located.files else "missing")
        if is_file_sound or may_be_either:
            state.damaged.setdefault(name, "changed")


def _digests(state: State, path: str) -> tuple[int, str, str] | None:
    digests = state.reading.digests.get(path)
    return (digests.size, digests.sha256, digests.sha512) if digests else None


def _is_same(state: State, path: str, file: FileEntry) -> bool:
    return _digests(state, path) == (file.size, file.sha256, file.sha512)


def _named(code: str, paths: list[str]) -> Iterator[Outcome]:
    for path in paths[:MAX_NAMED]:
        yield no(code, path=path)
    if len(paths) > MAX_NAMED:
        yield no("files.more", count=len(paths) - MAX_NAMED)
