"""What the computer itself must have: the libraries that Qt loads, a Korean font, and the tools of the tests.

Windows and macOS come with all of it. On Debian and its kin the missing packages are installed when that is allowed
(as root); everywhere else the exact command is printed. Standard library alone.
"""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path

from environment import SetupError, output_of, say, watch

LIBRARIES = {
    "libstdc++.so.6": "libstdc++6",
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libz.so.1": "zlib1g",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    # What the browser that captures web pages needs besides.
    "libasound.so.2": "libasound2",
    "libgbm.so.1": "libgbm1",
    "libnss3.so": "libnss3",
    "libXcomposite.so.1": "libxcomposite1",
    "libXdamage.so.1": "libxdamage1",
    "libXrandr.so.2": "libxrandr2",
    "libXtst.so.6": "libxtst6",
    "libxkbfile.so.1": "libxkbfile1",
}
"""Shared libraries by the name under which the loader asks for them, with Debian's package for each."""
TOOLS = {
    "Xvfb": "xvfb",
    "xauth": "xauth",
    "xdotool": "xdotool",
    "pdfsig": "poppler-utils",
    "pdftotext": "poppler-utils",
    "pdftoppm": "poppler-utils",
    "qpdf": "qpdf",
    "openssl": "openssl",
    "xxd": "xxd",
}
"""Programs that only the tests use, with Debian's package for each."""
BROWSER = {"chromium": "chromium", "chromedriver": "chromium-driver"}
"""What the tests of the page for browsers use; where it cannot be had, those tests alone are skipped."""
FONT = "a Korean TrueType font (NanumGothic, for example)"
FONT_PACKAGE = "fonts-nanum"
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
HANGUL_SYLLABLES = 56
"""Bit of the OS/2 table's ulUnicodeRange (OpenType specification, OS/2, ulUnicodeRange)."""

# Runs in the environment's Python: loading a foreign library must not disturb this process.
TRY_LOADING = """
import ctypes, importlib.util, json, pathlib, sys
missing = []
for name in json.loads(sys.argv[1]):
    try:
        ctypes.CDLL(name)
    except OSError:
        missing.append(name)
reasons = []
spec = importlib.util.find_spec("PySide6")
if not missing and spec is not None:
    plugins = pathlib.Path(spec.submodule_search_locations[0], "Qt", "plugins", "platforms")
    for name in ("libqoffscreen.so", "libqxcb.so"):
        try:
            ctypes.CDLL(str(plugins / name))
        except OSError as problem:
            reasons.append(str(problem))
print(json.dumps([missing, reasons]))
"""


def prepare(python: Path, *, with_tests: bool) -> None:
    """Make sure that the computer has what a window, a report and (``with_tests``) the tests need.

    ``python`` is the environment's Python. Raises :class:`environment.SetupError` with the command to type.
    """
    if sys.platform != "linux":
        return
    say("  Looking for the system libraries …")
    missing, reasons = what_is_missing(python, with_tests=with_tests)
    if missing and can_install():
        install(sorted(set(missing.values())))
        missing, reasons = what_is_missing(python, with_tests=with_tests)
    if missing:
        raise SetupError(advice(missing))
    if reasons:
        raise SetupError("Qt cannot start on this computer: " + "; ".join(reasons))
    if with_tests:
        offer_browser()


def offer_browser() -> None:
    """Install the browser of the tests where that is allowed; say what goes untested without it."""
    missing = [package for tool, package in BROWSER.items() if shutil.which(tool) is None]
    if missing and can_install():
        try:
            install(missing)
            return
        except SetupError as problem:
            say(str(problem))
    if missing:
        say(f"  Not here: {', '.join(missing)}. The tests of the page for browsers will be skipped.")


def what_is_missing(python: Path, *, with_tests: bool) -> tuple[dict[str, str], list[str]]:
    """What is not there, each with Debian's package for it; and why Qt's plug-ins do not load when all is there."""
    names, reasons = json.loads(output_of([str(python), "-I", "-c", TRY_LOADING, json.dumps(list(LIBRARIES))]))
    missing = {name: LIBRARIES[name] for name in names}
    if not has_korean_font([Path(folder).expanduser() for folder in FONT_FOLDERS]):
        missing[FONT] = FONT_PACKAGE
    if with_tests:
        missing |= {tool: package for tool, package in TOOLS.items() if shutil.which(tool) is None}
    return missing, reasons


def can_install() -> bool:
    """Whether packages may be installed without asking: Debian's tools, as root."""
    return os.geteuid() == 0 and is_debian()  # type: ignore[attr-defined,unused-ignore]


def is_debian() -> bool:
    """Debian, Ubuntu and their kin."""
    return shutil.which("apt-get") is not None and Path("/etc/debian_version").exists()


def install(packages: list[str]) -> None:
    """Install Debian packages; the package lists are fetched first where they are missing or too old.

    Raises :class:`environment.SetupError`.
    """
    say(f"  Installing with apt-get: {' '.join(packages)} …")
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    if subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True).returncode:
        watch(["apt-get", "update"], "The lists of packages could not be fetched. Check the network connection.")
        watch(command, "These packages could not be installed. Type yourself: " + " ".join(command))


def install_venv_module() -> None:
    """Debian keeps a part of Python's own library in a package of its own. Raises :class:`environment.SetupError`."""
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    if is_debian() and can_install():
        install([package])
    elif is_debian():
        raise SetupError(f"Python's module venv is missing. Type: sudo apt-get install -y {package}\nThen start again.")
    else:
        raise SetupError("Python's modules venv and ensurepip are missing. Install a complete Python.")


def advice(missing: dict[str, str]) -> str:
    """What is missing and the command that brings it, as exactly as this system allows."""
    lines = ["This computer lacks: " + ", ".join(missing) + "."]
    libraries = [name for name in missing if name in LIBRARIES]
    others = [name for name in missing if name not in LIBRARIES]
    if is_debian():
        command = "sudo apt-get install -y --no-install-recommends " + " ".join(sorted(set(missing.values())))
        lines.append("Type: " + command)
    else:
        installer = next((name for name in ("dnf", "zypper") if shutil.which(name)), None)
        if installer and libraries:  # both take the name of a library in place of a package's
            wide = "()(64bit)" if sys.maxsize > 2**32 else ""
            lines.append(f"Type: sudo {installer} install " + " ".join(f"'{name}{wide}'" for name in libraries))
            if others:
                lines.append("and install with it: " + ", ".join(others) + ".")
        else:
            lines.append("Install them with this system's package manager.")
    lines.append("Then start again.")
    return "\n".join(lines)


def has_korean_font(folders: list[Path]) -> bool:
    """Whether a font that a report can embed, with Hangul, stands in one of the folders."""
    return any(
        is_korean_truetype(path)
        for folder in folders
        for pattern in ("**/*.ttf", "**/*.ttc", "**/*.TTF")
        for path in sorted(folder.glob(pattern))
    )


def is_korean_truetype(path: Path) -> bool:
    """Whether a font file says that it has Hangul syllables and keeps its outlines in a ``glyf`` table."""
    try:
        with path.open("rb") as stream:
            if stream.read(4) == b"ttcf":
                stream.seek(12)  # offset of the first font of a collection
                stream.seek(struct.unpack(">I", stream.read(4))[0] + 4)
            (count,) = struct.unpack(">H6x", stream.read(8))
            entries = [struct.unpack(">4s4xII", stream.read(16)) for _ in range(count)]
            tables = {tag: offset for tag, offset, _size in entries}
            if b"glyf" not in tables or b"OS/2" not in tables:
                return False
            stream.seek(tables[b"OS/2"] + 42)
            ranges = struct.unpack(">4I", stream.read(16))
    except (OSError, struct.error):
        return False
    return bool(ranges[HANGUL_SYLLABLES // 32] >> (HANGUL_SYLLABLES % 32) & 1)
