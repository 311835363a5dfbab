"""A practice time-stamping authority on this computer, for the demonstration and for tests.

It answers real RFC 3161 requests with its own root and certificate, made when it starts and kept in memory only.
Nobody trusts it, and its name says so: its stamps show how the work goes, not when something existed.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from types import TracebackType
from typing import Any

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

POLICY = "1.3.6.1.4.1.32473.3161"
"""Under the number kept for documentation (RFC 5612): no real policy stands behind it."""

MAX_REQUEST_SIZE = 1 << 16
"""Bytes; a request is about a hundred."""

_DIGEST_SIZES = {"sha256": 32, "sha384": 48, "sha512": 64}

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class TsaKeys:
    """What a TSA signs with. ``chain`` holds the issuers that it sends along; ``root`` is what a reader may trust."""

    key: PrivateKey
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    root: x509.Certificate

    @property
    def certificate_sha256(self) -> str:
        """SHA-256 of the TSA's certificate (DER), lower-case hexadecimal."""
        return hashlib.sha256(self.certificate.public_bytes(Encoding.DER)).hexdigest()

    @property
    def root_der(self) -> bytes:
        """The root's certificate, DER."""
        return self.root.public_bytes(Encoding.DER)


def make_practice_keys(now: datetime) -> TsaKeys:
    """A fresh root and a TSA certificate under it, good for ten years from the day before ``now`` (aware)."""
    start, end = now - timedelta(days=1), now + timedelta(days=3650)
    root_key = ec.generate_private_key(ec.SECP256R1())
    root_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Practice root, trusted by nobody")])
    root = (
        certificate_builder(root_name, root_name, root_key, start, end)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(key_usage(is_authority=True), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Practice time stamps, trusted by nobody")])
    certificate = (
        certificate_builder(name, root_name, key, start, end)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(key_usage(is_authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    return TsaKeys(key=key, certificate=certificate, chain=(root,), root=root)


class Responder:
    """Answers RFC 3161 requests. Tests override single steps to misbehave."""

    def __init__(self, keys: TsaKeys, clock: Callable[[], datetime]) -> None:
        self.keys = keys
        self.clock = clock

    def respond(self, untrusted_request: bytes) -> bytes:
        """The TimeStampResp (DER) to a TimeStampReq; a request that cannot be served gets a rejection."""
        try:
            request = tsp.TimeStampReq.load(untrusted_request, strict=True)
            imprint = request["message_imprint"]
            size = _DIGEST_SIZES.get(imprint["hash_algorithm"]["algorithm"].native)
            is_understood = request["version"].native == "v1" and not request["extensions"].native
            wanted_policy = request["req_policy"].native
            digest_size = len(imprint["hashed_message"].native)
        except (ValueError, TypeError, KeyError):
            return rejection("bad_data_format")
        if size is None:
            return rejection("bad_alg")
        if digest_size != size:
            return rejection("bad_data_format")
        if not is_understood:
            return rejection("unaccepted_extensions")
        if wanted_policy not in (None, POLICY):
            return rejection("unaccepted_policy")
        return self.reply(tsp.TSTInfo(self.info(request)), with_certificates=bool(request["cert_req"].native))

    def info(self, request: Any) -> dict[str, Any]:
        """The fields of the TSTInfo for a checked request."""
        fields = {
            "version": "v1",
            "policy": POLICY,
            "message_imprint": request["message_imprint"],
            "serial_number": secrets.randbits(127) + 1,
            "gen_time": self.clock().astimezone(UTC).replace(microsecond=0),
            "accuracy": {"seconds": 1},
            "tsa": asn1_x509.GeneralName(name="directory_name", value=_asn1(self.keys.certificate).subject),
        }
        if request["nonce"].native is not None:
            fields["nonce"] = request["nonce"]
        return fields

    def certificates(self) -> list[x509.Certificate]:
        """The certificates sent along when the request asks for them, in any order."""
        return [self.keys.certificate, *self.keys.chain]

    def reply(self, info: Any, *, with_certificates: bool) -> bytes:
        """Sign a TSTInfo and wrap it as a granted response (RFC 5652, RFC 3161, RFC 5816)."""
        certificate = _asn1(self.keys.certificate)
        content = info.dump()
        attributes = cms.CMSAttributes([
            _attribute("content_type", "tst_info"),
            _attribute("message_digest", hashlib.sha256(content).digest()),
            _attribute("signing_certificate_v2", tsp.SigningCertificateV2({"certs": [tsp.ESSCertIDv2({
                "cert_hash": hashlib.sha256(certificate.dump()).digest(),
            })]})),
        ])  # fmt: skip
        signed_data: dict[str, Any] = {
            "version": "v3",
            "digest_algorithms": [{"algorithm": "sha256"}],
            "encap_content_info": {"content_type": "tst_info", "content": cms.ParsableOctetString(content)},
            "signer_infos": [{
                "version": "v1",
                "sid": cms.SignerIdentifier({"issuer_and_serial_number": {
                    "issuer": certificate.issuer, "serial_number": certificate.serial_number,
                }}),
                "digest_algorithm": {"algorithm": "sha256"},
                "signed_attrs": attributes,
                "signature_algorithm": self._signature_algorithm(),
                "signature": self._sign(attributes.dump()),
            }],
        }  # fmt: skip
        if with_certificates:
            encoded = sorted(item.public_bytes(Encoding.DER) for item in self.certificates())  # a DER SET is sorted
            signed_data["certificates"] = [asn1_x509.Certificate.load(der) for der in encoded]
        token = cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed_data)})
        response: bytes = tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token}).dump()
        return response

    def _signature_algorithm(self) -> Any:
        name = "sha256_rsa" if isinstance(self.keys.key, rsa.RSAPrivateKey) else "sha256_ecdsa"
        return algos.SignedDigestAlgorithm({"algorithm": name})

    def _sign(self, data: bytes) -> bytes:
        key = self.keys.key
        if isinstance(key, rsa.RSAPrivateKey):
            return key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return key.sign(data, ec.ECDSA(hashes.SHA256()))


def rejection(failure: str) -> bytes:
    """A TimeStampResp that refuses, with one PKIFailureInfo name of RFC 3161, 2.4.2."""
    status: bytes = tsp.PKIStatusInfo(
        {"status": "rejection", "status_string": ["request refused"], "fail_info": {failure}}
    ).dump()
    # asn1crypto's own TimeStampResp insists on a token; a refusal has none. The status is far below 128 bytes.
    return bytes([0x30, len(status)]) + status


class SampleTsa:
    """The practice TSA as an HTTP server on 127.0.0.1 (RFC 3161, 3.4); use it as a context manager."""

    def __init__(self, responder: Responder) -> None:
        self.responder = responder
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @classmethod
    def start(cls, clock: Callable[[], datetime]) -> SampleTsa:
        """A running practice TSA with fresh keys."""
        tsa = cls(Responder(make_practice_keys(clock()), clock))
        tsa.open()
        return tsa

    @property
    def url(self) -> str:
        """Where it answers."""
        port: int = self._server.server_address[1]
        return f"http://127.0.0.1:{port}/tsr"

    def answer(self, request: bytes) -> tuple[int, bytes]:
        """HTTP status and body for a request's body."""
        return 200, self.responder.respond(request)

    def open(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def close(self) -> None:
        """Stop answering and wait until the server is gone."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def __enter__(self) -> SampleTsa:
        if not self._thread.is_alive():
            self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Server(ThreadingTCPServer):
    """Not HTTPServer: that one looks up its own name, which can take seconds without a network."""

    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a client that went away is no news."""


def _handler(tsa: SampleTsa) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        server_version = "tsa"
        sys_version = ""
        timeout = 30

        def do_POST(self) -> None:
            size = self.headers.get("Content-Length", "")
            if not size.isdecimal() or int(size) > MAX_REQUEST_SIZE:
                self.send_error(413)
                return
            status, body = tsa.answer(self.rfile.read(int(size)))
            self.send_response(status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: standard error belongs to the person."""

    return Handler


def certificate_builder(
    subject: x509.Name, issuer: x509.Name, key: PrivateKey, start: datetime, end: datetime
) -> x509.CertificateBuilder:
    """A certificate in the making for ``key``, good from ``start`` to ``end`` (aware), with a random serial number."""
    public = key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start.astimezone(UTC).replace(microsecond=0))
        .not_valid_after(end.astimezone(UTC).replace(microsecond=0))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def key_usage(*, is_authority: bool) -> x509.KeyUsage:
    """Signs certificates and revocation lists, or signs data."""
    return x509.KeyUsage(
        digital_signature=not is_authority, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=is_authority, crl_sign=is_authority, encipher_only=False,
        decipher_only=False,
    )  # fmt: skip


def _asn1(certificate: x509.Certificate) -> Any:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


def _attribute(name: str, value: Any) -> Any:
    content = core.OctetString(value) if isinstance(value, bytes) else value
    return cms.CMSAttribute({"type": name, "values": [content]})
