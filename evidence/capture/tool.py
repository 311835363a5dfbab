"""What did the work: the program, the operating system and the libraries. Never a host name and never a user name."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Iterable, Mapping
from importlib import metadata

from evidence.model import Tool
from evidence.version import NAME, VERSION

LIBRARIES = (
    "av", "cryptography", "mss", "numpy", "onnxruntime", "opencv-python-headless", "pyHanko", "PySide6-Addons",
    "reportlab", "rfc3161-client", "sqlcipher3", "warcio",
)  # fmt: skip
"""The libraries whose versions bear on how an exhibit came to be."""


def tool_facts(libraries: Iterable[str] = LIBRARIES) -> Tool:
    """The facts about this program on this computer. A library that is not installed is left out."""
    return Tool(
        name=NAME,
        version=VERSION,
        python=f"{platform.python_implementation()} {platform.python_version()}",
        system=_system(),
        libraries={name: version for name in libraries if (version := _version(name))},
    )


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _system() -> str:
    machine = platform.machine()
    if sys.platform == "win32":
        return windows_name(platform.win32_ver(), platform.win32_edition() or "", machine)
    if sys.platform == "darwin":
        return ", ".join(part for part in (f"macOS {platform.mac_ver()[0]}", machine) if part)
    try:
        release: Mapping[str, str] = platform.freedesktop_os_release()
    except OSError:
        release = {}
    return linux_name(release, platform.release(), machine)


def linux_name(release: Mapping[str, str], kernel: str, machine: str) -> str:
    """One line from os-release(5), the kernel's release and the machine type.

    Only the numbers of the kernel's release are kept: who builds a kernel may write any name behind them.
    """
    distribution = release.get("PRETTY_NAME") or release.get("NAME") or "Linux"
    numbers = re.match(r"\d+(\.\d+)*", kernel)
    parts = (distribution, f"Linux {numbers.group()}" if numbers else "", machine)
    return ", ".join(part for part in parts if part)


def windows_name(version: tuple[str, str, str, str], edition: str, machine: str) -> str:
    """One line from what ``platform.win32_ver`` and ``platform.win32_edition`` say."""
    release, build, service_pack, _processor = version
    name = " ".join(part for part in ("Windows", release, edition, service_pack) if part)
    return ", ".join(part for part in (name, build, machine) if part)
