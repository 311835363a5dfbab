"""Content credentials in files that were really signed: each state is told apart, and garbage gives an answer."""

from __future__ import annotations

import random
import socket
from io import BytesIO

import pytest
from support.content_credentials import Signing, picture
from support.pki import TestPki

from evidence.media import MediaLimits, MediaWorker
from evidence.scoring import credentials
from evidence.scoring.answers import facts_of
from evidence.scoring.provenance import read_provenance

FORMATS = [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")]
STATES = {"trusted", "valid", "invalid", "unreadable", "present_not_validated", "absent"}


@pytest.fixture(scope="module")
def signing() -> Signing:
    return Signing()


def state(found: list[tuple[str, str, str]]) -> tuple[str, str, str]:
    """The one state of the credentials among the facts."""
    (one,) = [
        (name, value, reading)
        for room, _, name, value, reading in ((*kind.partition("."), value, reading) for kind, value, reading in found)
        if room == "c2pa" and name in STATES
    ]
    return one


@pytest.mark.parametrize(("kind", "media_type"), FORMATS)
def test_valid_by_an_unknown_signer_is_context(signing: Signing, kind: str, media_type: str) -> None:
    found = read_provenance(signing.signed(kind, media_type))
    assert state(found) == ("valid", "", "context")
    assert ("c2pa.signer", "Example Pictures", "context") in found
    assert ("c2pa.claim_generator", "Example Painter 1.0", "context") in found
    assert ("c2pa.digital_source_type", "trainedAlgorithmicMedia", "lead") in found


def test_trusted_only_by_anchors_that_are_given(signing: Signing) -> None:
    signed = signing.signed("PNG", "image/png", "digitalCapture")
    found = read_provenance(signed, trust_anchors=signing.pki.root_pem.decode())
    assert state(found) == ("trusted", "", "validated")
    assert ("c2pa.digital_source_type", "digitalCapture", "context") in found
    assert state(read_provenance(signed, trust_anchors=TestPki("Other").root_pem.decode()))[0] == "valid"
    assert state(read_provenance(signed))[0] == "valid"


@pytest.mark.parametrize(("kind", "media_type"), FORMATS)
def test_a_changed_byte_of_the_picture(signing: Signing, kind: str, media_type: str) -> None:
    changed = bytearray(signing.signed(kind, media_type))
    place = len(changed) - 40 if kind != "WEBP" else changed.index(b"VP8 ") + 60
    changed[place] ^= 1
    assert state(read_provenance(changed)) == ("invalid", "assertion.dataHash.mismatch", "context")
    assert state(read_provenance(changed, trust_anchors=signing.pki.root_pem.decode()))[0] == "invalid"


def test_a_changed_claim_does_not_hold(signing: Signing) -> None:
    signed = signing.signed("JPEG", "image/jpeg")
    changed = signed.replace(b"trainedAlgorithmicMedia", b"digitalCapture/////////")
    assert state(read_provenance(changed)) == ("invalid", "assertion.hashedURI.mismatch", "context")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_absent(kind: str) -> None:
    assert state(read_provenance(picture(kind))) == ("absent", "", "context")


@pytest.mark.parametrize(("kind", "media_type"), FORMATS)
def test_garbage_in_the_box_gives_an_answer(signing: Signing, kind: str, media_type: str) -> None:
    signed = signing.signed(kind, media_type)
    start = signed.index(b"jumdc2pa")
    broken = bytearray(signed)
    broken[start + 40 : start + 80] = b"\xff" * 40
    assert state(read_provenance(broken))[0] == "unreadable"
    chance = random.Random(7)
    for _ in range(60):
        broken = bytearray(signed)
        for _ in range(4):
            broken[start + chance.randrange(min(len(signed) - start, 4000))] = chance.randrange(256)
        state(read_provenance(broken))
        state(read_provenance(broken[: start + chance.randrange(20, 4000)]))


def test_nothing_is_fetched(signing: Signing) -> None:
    """A manifest elsewhere is named in the file, and a listener stands there: nobody comes."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/manifest.c2pa"
        away = signing.signed("JPEG", "image/jpeg", elsewhere=address)
        assert address.encode() in away
        assert state(read_provenance(away)) == ("absent", "", "context")
        assert state(list(credentials.read_credentials(away)))[0] == "unreadable"
        with pytest.raises(TimeoutError):
            server.accept()


def test_what_cannot_be_validated_is_not_called_invalid(signing: Signing, monkeypatch: pytest.MonkeyPatch) -> None:
    signed = signing.signed("PNG", "image/png")
    monkeypatch.setattr(credentials, "MAX_VALIDATED", len(signed) - 1)
    assert state(read_provenance(signed)) == ("present_not_validated", "", "context")
    starved = {"validation_state": "Invalid", "validation_results": {"activeManifest": {"failure": [
        {"code": "assertion.dataHash.mismatch", "explanation": "Resource temporarily unavailable (os error 11)"},
    ]}}}  # fmt: skip
    assert credentials._state(starved)[0] == "c2pa.present_not_validated"


def test_in_the_child_process(signing: Signing, worker: MediaWorker) -> None:
    signed = signing.signed("JPEG", "image/jpeg")
    answer, _ = worker.request("provenance", BytesIO(signed), MediaLimits(), lambda: False)
    told = [(fact.kind, fact.value, fact.reading) for fact in facts_of(answer)]
    assert told == read_provenance(signed)
    assert state(told)[0] == "valid"
