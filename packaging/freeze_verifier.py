"""Build the verifier alone as one file that runs without Python: for an officer's computer.

    python packaging/freeze_verifier.py [OUT]      writes OUT/holdfast-verify (OUT is build/verifier without it)
                                                   and beside it the list of what is inside

Needs PyInstaller (6.9 or newer, which no lock file names: nothing else needs it) beside the requirements. None of the
vault, the window or the detectors goes in; `--contents FILE` lists what did.
"""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAME = "holdfast-verify"
FORBIDDEN = ("sqlcipher3", "PySide6", "shiboken6", "cv2", "onnxruntime", "numpy", "evidence.store", "evidence.session",
             "evidence.scoring", "evidence.capture", "evidence.media", "evidence.package", "ui")  # fmt: skip
"""What the verifier cannot import, and what must not be in its file either."""
UNUSED = ("tkinter", "matplotlib", "pytest", "hypothesis", "mypy", "ruff", "setuptools", "pip", "IPython", "mss",
          "lxml", "PIL.ImageQt", "PIL.ImageTk", "unittest.mock", "pydoc_data", "lib2to3", "aiohttp",
          "PIL._avif", "PIL._webp", "PIL.AvifImagePlugin", "PIL.WebPImagePlugin")  # fmt: skip
HIDDEN = ("evidence.verify.untrusted.child", "evidence.verify.untrusted.handlers",
          "evidence.verify.untrusted.signature", "evidence.verify.untrusted.report",
          "evidence.verify.untrusted.tokens", "evidence.verify.untrusted.chain",
          "evidence.verify.container.sealed", "evidence.verify.paper", "pyrage",
          "resources")  # fmt: skip
"""Imported by name, or only when needed."""
WITH_DATA = ("shamir_mnemonic",)
"""Their word list is a file beside the code."""
DATA = (("resources/locale", "resources/locale", "*.mo"), ("resources/fonts", "resources/fonts", "*.ttf"),
        ("resources/trust", "resources/trust", "*.json"))  # fmt: skip


def build(out: Path) -> Path:
    """Build and return the program. Raises ``SystemExit`` when PyInstaller is missing or fails."""
    if find_spec("PyInstaller") is None:
        raise SystemExit("PyInstaller is missing: pip install pyinstaller")
    sys.path.insert(0, str(ROOT / "packaging"))
    from catalogues import compile_all

    compile_all()
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--onefile", "--console", "--name", NAME,
               "--distpath", str(out), "--workpath", str(out / "work"), "--specpath", str(out / "work"),
               "--paths", str(ROOT), "--log-level", "WARN",
               "--additional-hooks-dir", str(ROOT / "packaging" / "verifier_hooks")]  # fmt: skip
    for name in (*FORBIDDEN, *UNUSED):
        command += ["--exclude-module", name]
    for name in HIDDEN:
        command += ["--hidden-import", name]
    for name in WITH_DATA:
        command += ["--collect-data", name]
    for folder, target, pattern in DATA:
        for file in sorted((ROOT / folder).rglob(pattern)):
            inside = Path(target) / file.parent.relative_to(ROOT / folder)
            command += ["--add-data", f"{file}:{inside}"]
    done = subprocess.run([*command, str(ROOT / "app" / "verify" / "__main__.py")], cwd=ROOT, check=False)
    program = out / (f"{NAME}.exe" if sys.platform == "win32" else NAME)
    if done.returncode or not program.is_file():
        raise SystemExit("the build failed")
    return program


def contents(program: Path) -> list[str]:
    """The names of the modules and files inside a built program."""
    from PyInstaller.archive.readers import CArchiveReader  # not there where nothing is built

    archive = CArchiveReader(str(program))
    names = list(archive.toc)
    for name, entry in archive.toc.items():
        if entry[-1] == "z":
            names += list(archive.open_embedded_archive(name).toc)
    return sorted(names)


def strangers(names: list[str]) -> list[str]:
    """Those that must not be inside, with everything below them."""
    roots = [name.replace("/", ".") for name in FORBIDDEN]
    plain = [(name, name.replace("\\", "/").replace("/", ".")) for name in names]
    return [name for name, dotted in plain if any(dotted == each or dotted.startswith(f"{each}.") for each in roots)]


def main(words: list[str]) -> int:
    """Build, or list; returns 1 when something is inside that must not be."""
    if words[:1] == ["--contents"]:
        sys.stdout.write("\n".join(contents(Path(words[1]))) + "\n")
        return 0
    program = build(Path(words[0]).resolve() if words else ROOT / "build" / "verifier")
    names = contents(program)
    Path(f"{program}.contents.txt").write_text("\n".join(names) + "\n", encoding="utf-8")
    found = strangers(names)
    print(f"{program}: {program.stat().st_size / 1e6:.1f} MB" + (f"; must not be inside: {found}" if found else ""))
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
