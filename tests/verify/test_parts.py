"""The verifier's parts by themselves: names, lists, trust, and the parsers' child process."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.misc import PdfError
from support.hostile.zips import EVIL_NAMES
from support.sample_package import World, sign_cms

from evidence.digest import fingerprint_words
from evidence.errors import EvidenceError
from evidence.verify import ChildParser, read_trust
from evidence.verify.bag import check_declaration, parse_checksums, parse_oxum
from evidence.verify.container.names import confusion_key, is_system_file, key_of, unsafe_reason
from evidence.verify.container.streams import InflatingReader, WindowReader
from evidence.verify.render import safe
from evidence.verify.trust import is_fingerprint_of, normal_fingerprint
from evidence.verify.untrusted import CmsAnswer, CmsRequest, Failure, ReportRequest, hexstrings

DIGEST = "0123456789abcdef" * 4


@pytest.mark.parametrize("name", [name for name in EVIL_NAMES if not name.startswith("package/" + "a" * 200)])
def test_evil_names_are_refused(name: str) -> None:
    assert unsafe_reason(name)


@pytest.mark.parametrize("name", ["a", "data/A-01/대화 기록.txt", "data/A-01/console.txt", "data/A-01/a..b", "no.con"])
def test_ordinary_names_are_not(name: str) -> None:
    assert unsafe_reason(name) == ""


def test_names_are_compared_as_people_and_file_systems_do() -> None:
    assert key_of("é") == key_of("é")
    assert confusion_key("Straße") == confusion_key("STRASSE")
    assert confusion_key("ｃhat") == confusion_key("Chat")
    assert confusion_key("chat") != confusion_key("chart")


def test_a_system_file_needs_its_first_bytes() -> None:
    assert is_system_file("x/Thumbs.db", 100, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    assert not is_system_file("x/Thumbs.db", 100, b"MZ")
    assert not is_system_file("x/Thumbs.db", 2 << 20, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    assert not is_system_file("x/thumbs.exe", 100, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")


def test_lists_have_one_form() -> None:
    line = f"{DIGEST}  data/A-01/a b.png"
    assert parse_checksums(f"{line}\n".encode(), "sha256") == {"data/A-01/a b.png": DIGEST}
    assert parse_checksums(f"{line}\r\n".encode(), "sha256") == {"data/A-01/a b.png": DIGEST}
    assert parse_checksums(f"{DIGEST}  a%0Ab%25\n".encode(), "sha256") == {"a\nb%": DIGEST}
    assert parse_checksums(b"", "sha256") == {}
    for bad in (line, f"{line}\n{line}\n", f"{line}\r\n{line.replace('01', '02')}\n", f"{DIGEST} *x\n", f"{DIGEST} x\n",
                f"{DIGEST.upper()}  x\n", f"{DIGEST[:-1]}  x\n", f"{DIGEST}  \n", "\n", "x\n"):  # fmt: skip
        with pytest.raises(EvidenceError, match="bad_tag_file"):
            parse_checksums(bad.encode(), "sha256")
    with pytest.raises(EvidenceError, match="bad_tag_file"):
        parse_checksums(b"\xff\n", "sha256")


def test_declaration_and_size() -> None:
    check_declaration(b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    check_declaration(b"BagIt-Version: 0.97\r\nTag-File-Character-Encoding: UTF-8\r\n")
    for bad in (b"", b"BagIt-Version: 2.0\nTag-File-Character-Encoding: UTF-8\n", b"\xff"):
        with pytest.raises(EvidenceError):
            check_declaration(bad)
    assert parse_oxum(b"A: b\nPayload-Oxum: 12.3\n").count == 3
    for bad in (b"", b"Payload-Oxum: 1\n", b"Payload-Oxum: 1.2\nPayload-Oxum: 1.2\n", b"Payload-Oxum: -1.2\n"):
        with pytest.raises(EvidenceError):
            parse_oxum(bad)


def test_inflating_gives_exactly_what_is_declared() -> None:
    data = bytes(range(256)) * 5000
    packed = zlib.compress(data, wbits=-15)

    def inflate(raw: bytes, size: int) -> bytes:
        return InflatingReader(WindowReader(io.BytesIO(raw), 0, len(raw)), size).read()

    assert inflate(packed, len(data)) == data
    for raw, size in ((packed, len(data) - 1), (packed, len(data) + 1), (packed[:-2], len(data)),
                      (packed + b"x", len(data)), (b"", 5), (b"\xff" * 9, 5)):  # fmt: skip
        with pytest.raises(EvidenceError):
            inflate(raw, size)
    with pytest.raises(EvidenceError, match="truncated"):
        WindowReader(io.BytesIO(b"abc"), 0, 9).read()


def test_fingerprints_are_whole_or_nothing() -> None:
    spaced = " ".join(DIGEST[at : at + 4] for at in range(0, 64, 4)).upper()
    assert normal_fingerprint(spaced) == DIGEST
    assert is_fingerprint_of(normal_fingerprint(fingerprint_words(DIGEST).upper()), DIGEST)
    for bad in (DIGEST[:-2], DIGEST + "00", "one two three", "", "x" * 64):
        with pytest.raises(EvidenceError, match="bad_fingerprint"):
            normal_fingerprint(bad)


def test_trust_is_read_from_pem_and_der(world: World, tmp_path: Path) -> None:
    pem, der, both = tmp_path / "a.pem", tmp_path / "a.der", tmp_path / "both.pem"
    pem.write_bytes(world.signer.certificate.public_bytes(Encoding.PEM))
    der.write_bytes(world.signer.certificate_der)
    both.write_bytes(pem.read_bytes() + world.pki.root_pem)
    assert read_trust([pem]).certificates == read_trust([der]).certificates == (world.signer.certificate_der,)
    assert len(read_trust([], [both]).tsa_roots) == 2
    for name, data in (("empty", b""), ("text", b"hello"), ("zip", b"PK\0" + pem.read_bytes())):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(EvidenceError, match="bad_certificate"):
            read_trust([tmp_path / name])
    with pytest.raises(EvidenceError, match="bad_certificate"):
        read_trust([tmp_path / "missing"])


def test_invisible_characters_are_spelled_out() -> None:
    assert safe("a\x1b[31m\u202e\u00a0b 대화") == "a\\x1b[31m\\u202e\\xa0b 대화"
    assert safe("\udcff") == "\\udcff"


def request() -> ReportRequest:
    return ReportRequest(b"%PDF-1.7", DIGEST, "manifest.json", ())


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        ("import time; time.sleep(60)", "too_slow"),
        ("raise SystemExit(3)", "crashed"),
        ("import sys; sys.stdout.write('ready\\n' + 'x' * 40); sys.stdout.flush(); sys.stdin.read(5)", "crashed"),
        ("import sys; sys.stdout.write('nonsense'); sys.stdout.flush(); sys.stdin.read(5)", "crashed"),
        ("import os; os.kill(os.getpid(), 9)", "crashed"),
    ],
)
def test_a_child_that_fails_is_an_answer(script: str, kind: str) -> None:
    parser = ChildParser(time_limit_s=1.5, command=[sys.executable, "-c", script])
    try:
        answer = parser.ask(request())
        assert isinstance(answer, Failure)
        assert answer.kind == kind
    finally:
        parser.close()


def test_a_child_that_cannot_start_is_an_answer() -> None:
    parser = ChildParser(command=["/nowhere/python"])
    assert parser.ask(request()) == Failure("crashed", "not_started")
    parser.close()


def test_the_child_is_started_again_after_it_died(world: World) -> None:
    import hashlib

    content = b"content"
    digests = {name: hashlib.new(name, content).digest() for name in ("sha256", "sha384", "sha512")}
    fingerprint = hashlib.sha256(world.signer.certificate_der).hexdigest()
    asked = CmsRequest(sign_cms(content, world.signer), digests, fingerprint)
    parser = ChildParser()
    try:
        first = parser.ask(asked)
        assert isinstance(first, CmsAnswer)
        assert first.problem == ""
        process = parser._process
        assert process is not None
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert parser.ask(asked) == first
    finally:
        parser.close()


@pytest.mark.skipif(sys.platform == "win32", reason="no such limits")
def test_the_child_cannot_write_files_and_has_little_memory() -> None:
    """The limits hold for whatever code a hostile file might bring to run."""
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]);"
        "from evidence.verify.untrusted import child; child._give_up_powers();\n"
        "try: open(sys.argv[2], 'wb', 0).write(b'x' * 100); print('wrote')\n"
        "except OSError: print('no file')\n"
        "try: bytes(3 << 30); print('memory')\n"
        "except MemoryError: print('no memory')\n"
    )
    import subprocess
    import tempfile

    root = str(Path(__file__).resolve().parents[2])
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", f"import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n{script}"]
        done = subprocess.run([*command, root, f"{folder}/x"], capture_output=True, text=True)
    assert done.stdout.split("\n")[:2] == ["no file", "no memory"]


@pytest.mark.parametrize(
    "written",
    [
        b"<>",
        b"<0>",
        b"<4142>",
        b"<41 42\n4>rest",
        b"<\x00 4\t1>",
        b"<feff0041>",
        b"<41%a\n42>",
        b"<4z>",
        b"<41",
        b"<",
        b"(41)",
        b"",
    ],
)
def test_hexadecimal_strings_are_read_as_pyhanko_reads_them(written: bytes) -> None:
    """Quicker, and nothing else: the same value, the same place afterwards, the same refusal."""

    def read(reader: Callable[[io.BytesIO], object]) -> tuple[object, int]:
        stream = io.BytesIO(written)
        try:
            value = reader(stream)
        except (PdfError, ValueError) as problem:
            return type(problem), -1
        return (type(value), value), stream.tell()

    assert read(hexstrings.read_hex_string) == read(hexstrings._original)


def test_the_child_finds_no_network_library() -> None:
    """Nothing in it could ask anyone anything; the parsers start all the same."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]);"
        "from io import BytesIO; from evidence.verify.untrusted.child import serve;"
        "serve(BytesIO(), BytesIO()); import aiohttp; print(hasattr(aiohttp, '__file__'))"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-I", "-c", code, str(root)], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "False"
