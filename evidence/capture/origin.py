"""Where a browser says that a file came from: the mark that it left with the file when it saved it.

Windows: the stream ``Zone.Identifier``; Linux: the attributes ``user.xdg.origin.url`` and ``user.xdg.referrer.url``
(freedesktop.org, CommonExtendedAttributes). Anyone who may write the file may write the mark: it supports, it does not
prove. Copying a file often loses it, so that a file without a mark says nothing.
"""

from __future__ import annotations

import configparser
import os
import sys
from pathlib import Path

_LONGEST = 16_384
"""Bytes that are read of a mark."""
_URL_LIMIT = 8192


def origin_facts(path: Path) -> dict[str, str]:
    """``download_url``, ``download_referrer`` and ``download_mark`` (who says so), as far as there is a mark.

    Never raises: a mark that cannot be read is no mark.
    """
    if sys.platform == "win32":
        try:
            with Path(f"{path}:Zone.Identifier").open("rb") as stream:
                return zone_facts(stream.read(_LONGEST))
        except OSError:
            return {}
    return _attribute_facts(path)


def zone_facts(untrusted_mark: bytes) -> dict[str, str]:
    """The facts in a ``Zone.Identifier`` stream: an INI section ``[ZoneTransfer]`` (MS-FSCC, 5.6.1)."""
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(untrusted_mark.decode("utf-8-sig", "replace"))
        section = parser["ZoneTransfer"]
    except (configparser.Error, KeyError):
        return {}
    return _facts(section.get("HostUrl", ""), section.get("ReferrerUrl", ""), "Zone.Identifier")


def _attribute_facts(path: Path) -> dict[str, str]:
    if sys.platform != "linux":
        return {}

    def read(name: str) -> str:
        try:
            return os.getxattr(path, name)[:_LONGEST].decode("utf-8", "replace")
        except OSError:
            return ""

    return _facts(read("user.xdg.origin.url"), read("user.xdg.referrer.url"), "user.xdg attributes")


def _facts(url: str, referrer: str, mark: str) -> dict[str, str]:
    facts = {
        name: value.strip()
        for name, value in (("download_url", url), ("download_referrer", referrer))
        if 0 < len(value.strip()) <= _URL_LIMIT and value.strip().isprintable() and "\ufffd" not in value
    }
    return {**facts, "download_mark": mark} if facts else {}
