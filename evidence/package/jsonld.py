"""``proof/case.jsonld``: the case as CASE/UCO (Cyber-investigation Analysis Standard Expression 1.3), for machines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from evidence.manifest import FileEntry, FileRole
from evidence.model import Exhibit, RedactedCopy, Snapshot
from evidence.package.staging import copy_entries

_CONTEXT = {
    "case-investigation": "https://ontology.caseontology.org/case/investigation/",
    "kb": "urn:uuid:",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "uco-action": "https://ontology.unifiedcyberontology.org/uco/action/",
    "uco-core": "https://ontology.unifiedcyberontology.org/uco/core/",
    "uco-identity": "https://ontology.unifiedcyberontology.org/uco/identity/",
    "uco-observable": "https://ontology.unifiedcyberontology.org/uco/observable/",
    "uco-role": "https://ontology.unifiedcyberontology.org/uco/role/",
    "uco-tool": "https://ontology.unifiedcyberontology.org/uco/tool/",
    "uco-types": "https://ontology.unifiedcyberontology.org/uco/types/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def case_jsonld(snapshot: Snapshot, files: Sequence[FileEntry], *, package_id: str) -> bytes:
    """The bundle: the investigation, and for each exhibit the act of acquisition, its tool, role and files."""
    graph: list[dict[str, Any]] = []
    by_item: dict[str, list[FileEntry]] = {}
    for entry in files:
        if entry.role is FileRole.ORIGINAL:
            by_item.setdefault(entry.item, []).append(entry)
    for exhibit in snapshot.exhibits:
        copies = snapshot.copies_of(exhibit.item.id)
        graph += _exhibit(exhibit, _sealed(exhibit) if copies else by_item.get(exhibit.item.number, ()))
        for position, (each, entry) in enumerate(copy_entries(replace(snapshot, exhibits=(exhibit,))), 1):
            graph += _redaction(exhibit.item.id, position, each.copy, entry)
    investigation = {
        "@id": f"kb:{snapshot.case.id}",
        "@type": "case-investigation:Investigation",
        "uco-core:name": snapshot.case.title,
        "uco-core:object": [{"@id": node["@id"]} for node in graph],
    }
    bundle = {
        "@context": _CONTEXT,
        "@id": f"kb:{package_id}",
        "@type": "uco-core:Bundle",
        "uco-core:object": [investigation, *graph],
    }
    return (json.dumps(bundle, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _exhibit(exhibit: Exhibit, files: Sequence[FileEntry]) -> list[dict[str, Any]]:
    item = exhibit.item
    observables = [_file(f"{item.id}/file/{position}", entry) for position, entry in enumerate(files, 1)]
    tool = {
        "@id": _node(f"{item.id}/tool"),
        "@type": "uco-tool:Tool",
        "uco-core:name": item.tool.name,
        "uco-tool:version": item.tool.version,
    }
    role = {"@id": _node(f"{item.id}/role"), "@type": "uco-role:Role", "uco-core:name": str(item.examiner.role)}
    at = {"@type": "xsd:dateTime", "@value": item.acquired.at.isoformat()}
    record = {
        "@id": _node(f"{item.id}/record"),
        "@type": "case-investigation:ProvenanceRecord",
        "case-investigation:exhibitNumber": item.number,
        "uco-core:object": [{"@id": each["@id"]} for each in observables],
    }
    action = {
        "@id": _node(f"{item.id}/acquisition"),
        "@type": "case-investigation:InvestigativeAction",
        "uco-core:name": f"acquisition: {item.method}",
        "uco-action:startTime": at,
        "uco-action:instrument": {"@id": tool["@id"]},
        "uco-action:performer": {"@id": role["@id"]},
        "uco-action:result": [{"@id": record["@id"]}, *({"@id": each["@id"]} for each in observables)],
    }
    return [tool, role, *observables, record, action]


def _sealed(exhibit: Exhibit) -> list[FileEntry]:
    """The originals of an exhibit that is handed over redacted: their digests, without a place or a name."""
    return [
        FileEntry(
            path="", size=file.digests.size, sha256=file.digests.sha256, sha512=file.digests.sha512,
            role=FileRole.ORIGINAL, media_type=file.media_type,
        )
        for file in exhibit.item.files
    ]  # fmt: skip


def _redaction(item_id: str, position: int, copy: RedactedCopy, entry: FileEntry) -> list[dict[str, Any]]:
    """A redacted copy and the act of making it."""
    observable = _file(f"{item_id}/copy/{position}", entry)
    action = {
        "@id": _node(f"{item_id}/redaction/{position}"),
        "@type": "case-investigation:InvestigativeAction",
        "uco-core:name": f"redaction: {copy.kind}",
        "uco-action:startTime": {"@type": "xsd:dateTime", "@value": copy.made_at.isoformat()},
        "uco-action:instrument": {"@id": _node(f"{item_id}/tool")},
        "uco-action:performer": {"@id": _node(f"{item_id}/role")},
        "uco-action:object": [{"@id": _node(f"{item_id}/file/{copy.file_index + 1}")}],
        "uco-action:result": [{"@id": observable["@id"]}],
    }
    return [observable, action]


def _node(name: str) -> str:
    """An id for a part of something: always the same UUID for the same name (RFC 9562, version 5)."""
    return f"kb:{uuid5(NAMESPACE_URL, name)}"


def _file(name: str, entry: FileEntry) -> dict[str, Any]:
    hashes = [
        {
            "@id": _node(f"{name}/{method}"),
            "@type": "uco-types:Hash",
            "uco-types:hashMethod": method,
            "uco-types:hashValue": {"@type": "xsd:hexBinary", "@value": value},
        }
        for method, value in (("SHA256", entry.sha256), ("SHA512", entry.sha512))
    ]
    size = {"@type": "xsd:integer", "@value": str(entry.size)}
    return {
        "@id": _node(name),
        "@type": "uco-observable:File",
        "uco-core:hasFacet": [
            {
                "@id": _node(f"{name}/name"),
                "@type": "uco-observable:FileFacet",
                **({"uco-observable:fileName": entry.original_name} if entry.original_name else {}),
                **({"uco-observable:filePath": entry.path} if entry.path else {}),
                "uco-observable:sizeInBytes": size,
            },
            {
                "@id": _node(f"{name}/data"),
                "@type": "uco-observable:ContentDataFacet",
                "uco-observable:hash": hashes,
                "uco-observable:mimeType": entry.media_type,
                "uco-observable:sizeInBytes": size,
            },
        ],
    }
