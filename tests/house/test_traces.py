"""After the whole main job: nothing in plain text where it does not belong, and not one connection to anywhere."""

from __future__ import annotations

import ipaddress
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

WATCHED = Path(__file__).with_name("watched.py")
PASSPHRASE = "Passwort-ohne-Spuren 7041"
MARKERS = {
    "content": "Inhalt-ohne-Spuren-8812",
    "file name": "Dateiname-ohne-Spuren-5530",
    "title": "Titel-ohne-Spuren-2279",
    "note": "Notiz-ohne-Spuren 한국어 3946",
    "link": "link-ohne-spuren-6105",
    "person": "Name-ohne-Spuren-1423",
    "statement": "Erklaerung-ohne-Spuren-9967",
    "passphrase": PASSPHRASE,
}


@dataclass
class Run:
    """One whole run of the command line, in folders of its own."""

    folder: Path
    vault: Path
    out: Path
    home: Path
    records: list[dict[str, str]] = field(default_factory=list)
    needles: dict[str, bytes] = field(default_factory=dict)

    def __call__(self, *words: str) -> dict:
        """Run one command with ``--json`` and give its document."""
        record = self.folder / "record.jsonl"
        record.unlink(missing_ok=True)
        secret = [] if words[0] == "verify" else ["--passphrase-file", "-"]
        result = subprocess.run(
            [sys.executable, str(WATCHED), str(record), *words, "--json", *secret],
            input=PASSPHRASE + "\n", cwd=self.folder, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert result.returncode in (0, 3), result.stderr
        assert "Traceback" not in result.stderr
        assert not [name for name, needle in self.needles.items() if needle in result.stderr.encode()]
        self.records += [json.loads(line) for line in record.read_text("utf-8").splitlines()]
        document: dict = json.loads(result.stdout)
        return document


@pytest.fixture(scope="module")
def whole_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    folder = tmp_path_factory.mktemp("whole")
    run = Run(folder, folder / "vault", folder / "handed over", folder / "home")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HOME", "USERPROFILE", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME",
                     "XDG_RUNTIME_DIR", "APPDATA", "LOCALAPPDATA", "TMPDIR", "TEMP", "TMP"):  # fmt: skip
            place = run.home if name in ("HOME", "USERPROFILE") else run.home / name.lower()
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            patch.setenv(name, str(place))
        patch.setenv("HOLDFAST_LANGUAGE", "en")
        patch.setenv("PYTHONDONTWRITEBYTECODE", "1")
        sources = folder / "sources"
        sources.mkdir()
        text, picture = sources / f"{MARKERS['file name']}.txt", sources / "picture.png"
        text.write_text(f"{MARKERS['content']}\n" * 50, "utf-8")
        drawn = Image.effect_noise((320, 240), 90).convert("RGB")
        ImageDraw.Draw(drawn).text((20, 20), "drawn for a test")
        drawn.save(picture)
        run.needles = {
            f"{name}, {encoding}": text.encode(encoding)
            for name, text in MARKERS.items() for encoding in ("utf-8", "utf-16-le", "utf-16-be")
        }  # fmt: skip
        run.needles |= {
            "bytes of the picture": picture.read_bytes()[4000:4032],
            "pixels of the picture": drawn.tobytes()[30_000:30_048],
            "note, escaped": json.dumps(MARKERS["note"]).strip('"').encode(),
        }
        vault, note = str(run.vault), ["--note", MARKERS["note"]]
        run("vault", "create", vault, "--role", "counsellor", "--name", MARKERS["person"])
        case = ["--case", run("case", "create", vault, "--title", MARKERS["title"])["id"]]
        run("capture", "file", "--minor=no", vault, *case, str(text), str(picture), *note)
        run("capture", "link", vault, *case, f"https://example.org/{MARKERS['link']}", *note)
        run("items", vault, *case)
        run("score", vault, *case)
        made = run("package", vault, *case, "--out", str(run.out), "--statement", MARKERS["statement"])
        run("vault", "check", vault)
        run("case", "list", vault)
        shutil.rmtree(sources)
        run("verify", made["zip_file"])
        yield run


def files_with(needle: bytes, *folders: Path) -> list[Path]:
    def has_it(path: Path) -> bool:
        return needle in os.fsencode(path.name) or (path.is_file() and needle in path.read_bytes())

    return [path for folder in folders for path in folder.rglob("*") if has_it(path)]


def test_no_marker_stands_in_plain_text(whole_run):
    """Vault, home and temporary folder, in UTF-8 and UTF-16, contents and names."""
    found = {name: files_with(needle, whole_run.vault, whole_run.home) for name, needle in whole_run.needles.items()}
    assert {name: paths for name, paths in found.items() if paths} == {}


def test_the_markers_would_be_seen(whole_run):
    """They do stand in the package that was made to be read, and in the file that the scan is tried on."""
    assert files_with(whole_run.needles["content, utf-8"], whole_run.out)
    assert files_with(whole_run.needles["note, utf-8"], whole_run.out)
    assert files_with(whole_run.needles["bytes of the picture"], whole_run.out)


def test_nothing_is_written_but_the_vault_and_what_was_asked_for(whole_run):
    """Also what is gone again: a temporary file that is removed leaves its bytes on the disk."""
    allowed = [whole_run.vault, whole_run.out, whole_run.home]  # the home is scanned above
    outside = set()
    for record in whole_run.records:
        if record["event"] in ("write", "os.mkdir", "os.rename", "os.link", "os.symlink") and record["what"]:
            path = (whole_run.folder / record["what"]).resolve()
            if path != Path(os.devnull) and not any(path.is_relative_to(place.resolve()) for place in allowed):
                outside.add(str(path))
    assert outside == set()


def test_temporary_files_are_not_used(whole_run):
    temporary = [place.resolve() for name in ("tmpdir", "temp", "tmp") for place in [whole_run.home / name]]
    written = [Path(record["what"]) for record in whole_run.records if record["event"] == "write" and record["what"]]
    assert [path for path in written if any(path.is_relative_to(place) for place in temporary)] == []


def test_no_connection_is_opened(whole_run):
    """None at all: not even to this computer, and no name is looked up."""
    assert [record for record in whole_run.records if record["event"].startswith("socket.")] == []


def test_the_watcher_sees_connections_and_files(tmp_path):
    """The proof that the two tests above could fail."""
    record, script = tmp_path / "record", tmp_path / "script.py"
    code = WATCHED.read_text("utf-8").split("from app.__main__")[0]
    script.write_text(
        code + "import socket, contextlib\n"
        f"open({str(tmp_path / 'made')!r}, 'w').close()\n"
        "with contextlib.suppress(OSError):\n    socket.create_connection(('127.0.0.1', 9), timeout=0.2)\n",
        "utf-8",
    )
    subprocess.run([sys.executable, str(script), str(record)], check=True, timeout=30)
    events = [json.loads(line) for line in record.read_text("utf-8").splitlines()]
    assert any(event["event"] == "write" and event["what"].endswith("made") for event in events)
    addresses = [re.search(r"[\d.]{7,}", event["what"]) for event in events if event["event"] == "socket.connect"]
    assert [ipaddress.ip_address(address[0]).is_loopback for address in addresses if address] == [True]
