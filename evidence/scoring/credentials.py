"""Content credentials (C2PA 2.1) of a file: read and validated offline. Runs in the child process.

A valid signature says who signed and that nothing changed since. It never says that what is shown is true, and its
absence says nothing: most files have none, and messengers strip them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO
from itertools import chain, islice

from evidence.media.sniffing import HEAD_SIZE, sniff
from evidence.scoring.generators import Finding, reading_of_software

MAX_VALIDATED = 200 << 20
"""Larger files are not validated, in bytes: beyond 256 MiB the library digests in a second thread; the child process
may start none, and the library would call that a mismatch."""
MAX_MANIFEST = 8 << 20
"""Characters of a manifest store that are looked at."""
MAX_TYPES = 20
IPTC_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
GENERATED_TYPES = (
    "trainedAlgorithmicMedia",
    "compositeWithTrainedAlgorithmicMedia",
    "compositeSynthetic",
    "algorithmicMedia",
)
_OFFLINE: dict[str, object] = {
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_trust": True},
    "core": {"allowed_network_hosts": []},  # whatever else would fetch: no host is allowed
}
_UNKNOWN_SIGNER = "signingCredential.untrusted"


def read_credentials(data: bytes | bytearray, trust_anchors: str = "") -> Iterator[Finding]:
    """The facts of the manifest store embedded in ``data``, which must have one.

    One state first: ``c2pa.trusted`` only when the signer's chain ends in one of ``trust_anchors`` (PEM; the program
    ships none), ``c2pa.valid``, ``c2pa.invalid`` with the first failure code of the specification, ``c2pa.unreadable``,
    or ``c2pa.present_not_validated``. Then what the manifest claims. Nothing is fetched. Never raises.
    """
    store = _read(data, trust_anchors)
    if isinstance(store, tuple):
        yield store
        return
    yield _state(store)
    yield from _claims(store)


def _read(data: bytes | bytearray, trust_anchors: str) -> dict[str, object] | Finding:
    """The manifest store with its validation as the library tells it, or the fact that stands in its place."""
    if len(data) > MAX_VALIDATED:
        return "c2pa.present_not_validated", "", "context"
    try:
        import c2pa
    except (ImportError, OSError, RuntimeError):  # no library for this system
        return "c2pa.present_not_validated", "", "context"
    settings = dict(_OFFLINE)
    if trust_anchors:
        settings["trust"] = {"trust_anchors": trust_anchors}
    try:
        with (
            c2pa.Context.from_dict(settings) as context,
            c2pa.Reader(sniff(bytes(data[:HEAD_SIZE])), BytesIO(data), context=context) as reader,
        ):
            told = reader.json()
        store = json.loads(told) if len(told) <= MAX_MANIFEST else None
    except c2pa.C2paError.NotSupported:
        return "c2pa.present_not_validated", "", "context"
    except c2pa.C2paError as error:
        if _is_of_this_process(str(error)):
            return "c2pa.present_not_validated", "", "context"
        return "c2pa.unreadable", str(error), "context"
    except (ValueError, RecursionError):
        store = None
    return store if isinstance(store, dict) else ("c2pa.unreadable", "", "context")


def _state(store: dict[str, object]) -> Finding:
    state = store.get("validation_state")
    failures = list(_failures(store))
    if any(_is_of_this_process(why) for _, why in failures):
        return "c2pa.present_not_validated", "", "context"
    if state == "Trusted":
        return "c2pa.trusted", "", "validated"
    if state == "Valid":
        return "c2pa.valid", "", "context"
    return "c2pa.invalid", next((code for code, _ in failures if code != _UNKNOWN_SIGNER), ""), "context"


def _is_of_this_process(explanation: str) -> bool:
    """Whether the limits of this process stopped the library: no fault of the file."""
    return "os error" in explanation


def _failures(store: dict[str, object]) -> Iterator[tuple[str, str]]:
    """Codes and explanations of what failed: of the active manifest, then of its ingredients."""
    results = _dict(store.get("validation_results"))
    parts = [_dict(results.get("activeManifest"))]
    parts += [_dict(_dict(delta).get("validationDeltas")) for delta in _list(results.get("ingredientDeltas"))]
    for part in parts:
        for failure in map(_dict, _list(part.get("failure"))):
            yield str(failure.get("code", "")), str(failure.get("explanation", ""))


def _claims(store: dict[str, object]) -> Iterator[Finding]:
    """What the manifests say of themselves: signer, program, and how the file came to be."""
    active = store.get("active_manifest")
    manifests = _dict(store.get("manifests"))
    manifest = _dict(manifests.get(str(active)))
    signature = _dict(manifest.get("signature_info"))
    if signer := signature.get("issuer") or signature.get("common_name"):
        yield "c2pa.signer", str(signer), "context"
    programs = [_dict(one) for one in _list(manifest.get("claim_generator_info"))]
    names = [f"{one.get('name', '')} {one.get('version', '')}".strip() for one in programs]
    for name in [*names, str(manifest.get("claim_generator") or "")]:
        if name:
            yield "c2pa.claim_generator", name, reading_of_software(name)
    for kind in dict.fromkeys(islice(_source_types(manifest), MAX_TYPES)):
        yield "c2pa.digital_source_type", kind, "lead" if kind in GENERATED_TYPES else "context"
    others = (_dict(one) for label, one in manifests.items() if label != active)
    for kind in dict.fromkeys(islice(chain.from_iterable(map(_source_types, others)), MAX_TYPES)):
        yield "c2pa.ingredient_source_type", kind, "lead" if kind in GENERATED_TYPES else "context"


def _source_types(manifest: dict[str, object]) -> Iterator[str]:
    for assertion in map(_dict, _list(manifest.get("assertions"))):
        if str(assertion.get("label", "")).startswith("c2pa.actions"):
            for action in map(_dict, _list(_dict(assertion.get("data")).get("actions"))):
                if named := action.get("digitalSourceType"):
                    yield str(named).removeprefix(IPTC_TYPES).rpartition("/")[2]


def _dict(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
