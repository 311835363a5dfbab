"""A captured page as flat facts for the exhibit, and as one document with everything for whoever asks further."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from evidence.capture.address import parse_address
from evidence.capture.platforms import recognise
from evidence.capture.web.outcome import PageOutcome
from evidence.capture.web.record import WHOLE, PageRecord, parts_of
from evidence.capture.web.warc import server_of
from evidence.errors import EvidenceError

_LONGEST = 2_000
_SHOWN_LINES = 5


def page_facts(record: PageRecord, outcome: PageOutcome) -> dict[str, str]:
    """The facts of the exhibit. Empty values are left out."""
    facts = {**address_facts(record.request.url, record.final_url), "network_used": "yes"}
    facts |= {
        "page_title": record.facts.get("title", ""),
        "capture_outcome": outcome.code,
        "capture_marks": ", ".join(sorted({*outcome.signs, *record.marks})),
        "redirects": _redirects(record),
        "browser_engine": record.engine,
        "user_agent": record.user_agent,
        "accept_language": record.languages,
        "viewport": record.viewport,
        "login_state": "own_account" if record.is_logged_in else "anonymous",
        "responses": str(len(record.exchanges)),
        "responses_incomplete": _count(sum(each.note not in WHOLE for each in record.exchanges.values())),
        "page_refused": ", ".join(f"{name} {count}" for name, count in sorted(record.refusals.items()) if count),
        "refused_hosts": ", ".join(record.refused_hosts[:20]),
        "page_load_ms": str(record.took_ms),
        "certificate_errors": ", ".join(record.certificate_errors),
        "trusted_besides": ", ".join(hashlib.sha256(each).hexdigest() for each in record.request.trusted_roots),
    }
    facts |= _document_facts(record) | _difference_facts(record)
    if "text" in record.files:
        facts["text_sha256"] = hashlib.sha256(record.files["text"]).hexdigest()
    return {name: value[:_LONGEST] for name, value in facts.items() if value}


def address_facts(asked: str, final: str) -> dict[str, str]:
    """The address as asked for, the one that answered, and what their text identifies."""
    address = parse_address(asked)
    link = recognise(address)
    facts = {"url": address.typed, "canonical_url": link.canonical}
    if link.removed:
        facts["tracking_parameters"] = " ".join(link.removed)
    if link.platform:
        facts |= {"platform": link.platform, "link_kind": link.kind, "id_source": "from_url", **link.ids}
    else:
        facts["host"] = address.host
    if final and final != address.typed:
        facts["final_url"] = final
    return facts


def page_document(record: PageRecord, outcome: PageOutcome) -> bytes:
    """Everything that was recorded but bodies and pictures, as JSON that a person can read."""
    document: dict[str, Any] = {
        "facts": page_facts(record, outcome),
        "started": {"at": record.started.at.isoformat(), "local": record.started.local,
                    "clock_source": record.started.clock_source, "clock_offset_ms": record.started.clock_offset_ms},
        "dns": {name: list(found) for name, found in record.dns.items()},
        "certificates": {
            origin: [_certificate(der) for der in chain] for origin, chain in sorted(record.chains.items())
        },
        "difference": None if record.difference is None else {
            "served_lines": record.difference.served_lines, "rendered_lines": record.difference.rendered_lines,
            "only_rendered": record.difference.added, "only_served": record.difference.missing,
            "only_rendered_lines": list(record.difference.added_lines),
            "only_served_lines": list(record.difference.missing_lines),
        },
        "responses": [
            {
                "number": each.number, "url": each.url, "method": each.method, "for": each.resource,
                "at": each.at.isoformat() if each.at else "", "status": each.status, "protocol": each.protocol,
                "server": server_of(record, each), "media_type": each.media_type, "tls": each.tls,
                "size": len(each.untrusted_body), "incomplete": each.note,
                "sha256": hashlib.sha256(each.untrusted_body).hexdigest(),
            }
            for each in sorted(record.exchanges.values(), key=lambda each: each.number)
        ],
    }  # fmt: skip
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True).encode("utf-8", "replace")


def chains_pem(record: PageRecord) -> bytes:
    """All certificates of all chains, PEM, each chain under its origin; empty when there is none."""
    lines: list[bytes] = []
    for origin, chain in sorted(record.chains.items()):
        lines.append(f"# {origin}\n".encode("ascii", "replace"))
        for der in chain:
            try:
                lines.append(x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM))
            except ValueError:
                lines.append(f"# not readable, SHA-256 {hashlib.sha256(der).hexdigest()}\n".encode())
    return b"".join(lines)


def _document_facts(record: PageRecord) -> dict[str, str]:
    document = record.document
    if document is None:
        return _chain_facts(record.chains.get("refused", ()))
    host = (parts_of(document.url).hostname or "").lower()
    facts = {
        "http_status": str(document.status),
        "http_protocol": document.protocol,
        "server_ip": server_of(record, document),
        "dns_answer": ", ".join(record.dns.get(host, ())),
        "served_type": next((value for name, value in document.headers if name.lower() == "content-type"), ""),
        "server_date": next((value for name, value in document.headers if name.lower() == "date"), ""),
        "served_sha256": "" if document.note else hashlib.sha256(document.untrusted_body).hexdigest(),
    }
    if document.tls:
        facts["tls"] = ", ".join(
            part for part in (document.tls.get("protocol", ""), document.tls.get("cipher", "")) if part
        )
    parts = parts_of(document.url)
    return facts | _chain_facts(record.chains.get(f"{parts.scheme}://{parts.netloc}", ()))


def _chain_facts(chain: tuple[bytes, ...]) -> dict[str, str]:
    if not chain:
        return {}
    leaf = _certificate(chain[0])
    return {
        "certificate_subject": leaf["subject"],
        "certificate_issuer": leaf["issuer"],
        "certificate_valid": f"{leaf['not_before']} – {leaf['not_after']}" if leaf["not_before"] else "",
        "certificate_sha256": leaf["sha256"],
        "certificate_chain_sha256": hashlib.sha256(b"".join(chain)).hexdigest(),
        "certificate_chain": str(len(chain)),
    }


def _certificate(der: bytes) -> dict[str, str]:
    """What a certificate says of itself; only its digest where it cannot be read."""
    told = {"sha256": hashlib.sha256(der).hexdigest(), "subject": "", "issuer": "", "not_before": "", "not_after": ""}
    try:
        found = x509.load_der_x509_certificate(der)
        told |= {
            "subject": found.subject.rfc4514_string()[:300],
            "issuer": found.issuer.rfc4514_string()[:300],
            "not_before": found.not_valid_before_utc.isoformat(),
            "not_after": found.not_valid_after_utc.isoformat(),
        }
    except (ValueError, TypeError):
        pass
    return told


def _difference_facts(record: PageRecord) -> dict[str, str]:
    found = record.difference
    if found is None:
        return {"served_and_rendered": "not_compared"} if record.document is not None else {}
    if not found.added and not found.missing:
        return {"served_and_rendered": "same_text"}
    facts = {
        "served_and_rendered": "text_differs",
        "lines_only_rendered": str(found.added),
        "lines_only_served": str(found.missing),
        "only_rendered": " | ".join(found.added_lines[:_SHOWN_LINES]),
        "only_served": " | ".join(found.missing_lines[:_SHOWN_LINES]),
    }
    return {name: value for name, value in facts.items() if value != "0"}


def _redirects(record: PageRecord) -> str:
    """``302 https://a → 200 https://b``; empty when the first answer was the page."""
    steps = [record.exchanges[number] for number in record.documents]
    return " → ".join(f"{step.status} {step.url}" for step in steps) if len(steps) > 1 else ""


def _count(number: int) -> str:
    return str(number) if number else ""


def host_of(url: str) -> str:
    """The host of an address that a person typed. Raises as :func:`evidence.capture.address.parse_address`, and
    ``capture.page_scheme`` for what no browser opens."""
    address = parse_address(url)
    if address.scheme not in ("http", "https"):
        raise EvidenceError("capture.page_scheme", scheme=address.scheme)
    return address.host
