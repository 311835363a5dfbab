"""Web addresses taken apart and written in one spelling (RFC 3986, section 6.2.2; WHATWG's special schemes).

Nothing here asks a network. What cannot be an address, or is one that makes a program act on its own (``javascript:``
and the like), is refused with a code.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import unquote

from evidence.errors import EvidenceError

URL_LIMIT = 8192
"""Characters. Browsers and servers take no more than that."""

WEB_SCHEMES = {"http": "80", "https": "443"}
APP_SCHEMES = frozenset({"tg"})
"""Addresses that open an application and name an account or a room there."""

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"})
"""Unicode categories of what cannot be seen: controls, direction marks, broken characters, spaces."""

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PATH_SAFE = _UNRESERVED | frozenset("/!$&'()*+,;=:@")
_QUERY_SAFE = _PATH_SAFE | frozenset("?[]|")


@dataclass(frozen=True, slots=True)
class Address:
    """An address in parts. ``path``, ``query`` and ``fragment`` are percent-encoded and normalised."""

    typed: str
    """As it came, without surrounding white space."""
    scheme: str
    host: str
    """Lower case, IDNA form."""
    port: str
    """Empty for the scheme's own."""
    path: str
    query: tuple[tuple[str, str | None], ...]
    """Names and values in their order; None for a name without ``=``."""
    fragment: str
    scheme_was_assumed: bool = False
    had_userinfo: bool = False
    unicode_host: str = ""
    """The host as typed when it is not plain ASCII: such a host can look like another."""

    @property
    def segments(self) -> tuple[str, ...]:
        """The path's parts, decoded, without empty ones."""
        return tuple(unquote(part) for part in self.path.split("/") if part)

    def parameter(self, name: str) -> str:
        """The first value of the query parameter ``name``, decoded, or an empty string."""
        for key, value in self.query:
            if unquote(key).lower() == name and value:
                return unquote(value.replace("+", " "))
        return ""

    def spelled(self, *, query: tuple[tuple[str, str | None], ...] | None = None) -> str:
        """The address as one line, with ``query`` in place of its own when given."""
        pairs = self.query if query is None else query
        joined = "&".join(name if value is None else f"{name}={value}" for name, value in pairs)
        return "".join(
            (
                f"{self.scheme}://{self.host}",
                f":{self.port}" if self.port else "",
                self.path,
                f"?{joined}" if joined else "",
                f"#{self.fragment}" if self.fragment else "",
            )
        )


def parse_address(text: str) -> Address:
    """Take ``text`` apart. A missing scheme is taken to be https when the rest reads like a web address.

    Raises :class:`EvidenceError` ``capture.link_empty``, ``capture.link_too_long``, ``capture.link_characters``,
    ``capture.link_scheme`` or ``capture.link_malformed``.
    """
    typed = _trimmed(text)
    if not typed:
        raise EvidenceError("capture.link_empty")
    if len(typed) > URL_LIMIT:
        raise EvidenceError("capture.link_too_long", limit=URL_LIMIT)
    if any(unicodedata.category(character) in _HIDDEN for character in typed):
        raise EvidenceError("capture.link_characters")
    scheme, rest, assumed = _scheme(typed)
    before_query, query_and_fragment = _split(rest, "?#")
    # Browsers read a backslash as a slash; reading it otherwise would let one host pass for another.
    authority, path = _split(before_query.replace("\\", "/"), "/")
    userinfo, at, host_and_port = authority.rpartition("@")
    host, port, unicode_host = _host(host_and_port, scheme)
    if assumed and not _reads_like_a_host(host):
        raise EvidenceError("capture.link_malformed")
    query, _, fragment = query_and_fragment.removeprefix("?").partition("#")
    return Address(
        typed=typed,
        scheme=scheme,
        host=host,
        port=port,
        path=_without_dots(_encoded(path, _PATH_SAFE)) or ("/" if scheme in WEB_SCHEMES else ""),
        query=_pairs(_encoded(query, _QUERY_SAFE)),
        fragment=_encoded(fragment, _QUERY_SAFE),
        scheme_was_assumed=assumed,
        had_userinfo=bool(at and userinfo),
        unicode_host=unicode_host,
    )


def _trimmed(text: str) -> str:
    """``text`` without white space and invisible format characters at its ends, which copying often adds."""

    def is_filler(character: str) -> bool:
        return character.isspace() or unicodedata.category(character) == "Cf"

    start, end = 0, len(text)
    while start < end and is_filler(text[start]):
        start += 1
    while end > start and is_filler(text[end - 1]):
        end -= 1
    return text[start:end]


def _scheme(typed: str) -> tuple[str, str, bool]:
    """The scheme, what follows ``://``, and whether the scheme was missing."""
    found = _SCHEME.match(typed)
    if found is None or _is_port(typed[found.end() :]):
        if typed.startswith("//"):
            return "https", typed[2:], True
        return "https", typed, True
    scheme = found.group(1).lower()
    if scheme not in WEB_SCHEMES and scheme not in APP_SCHEMES:
        raise EvidenceError("capture.link_scheme", scheme=scheme[:32])
    rest = typed[found.end() :]
    if not rest.startswith("//") and scheme in WEB_SCHEMES:
        raise EvidenceError("capture.link_malformed")
    return scheme, rest.removeprefix("//"), False


def _is_port(rest: str) -> bool:
    """Whether what follows ``name:`` is a port, as in ``example.org:8080/a``, so that the name is a host."""
    return re.match(r"\d{1,5}(?:[/?#]|$)", rest) is not None


def _split(text: str, ends: str) -> tuple[str, str]:
    for position, character in enumerate(text):
        if character in ends:
            return text[:position], text[position:]
    return text, ""


def _host(text: str, scheme: str) -> tuple[str, str, str]:
    """Host in IDNA form, port, and the host as typed when it is not ASCII. Raises ``capture.link_malformed``."""
    found = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]]*)(?::(\d{0,5}))?", text)
    if found is None or len(found.group(1)) > 253:
        raise EvidenceError("capture.link_malformed")
    name, port = unquote(found.group(1)).removesuffix("."), (found.group(2) or "").lstrip("0")
    if port and int(port) > 65535:
        raise EvidenceError("capture.link_malformed")
    if port == WEB_SCHEMES.get(scheme):
        port = ""
    unicode_host = "" if name.isascii() else name
    try:
        if name.startswith("["):
            return f"[{ipaddress.IPv6Address(name[1:-1]).compressed}]", port, ""
        host = name.lower() if name.isascii() else name.encode("idna").decode("ascii").lower()
    except ValueError as problem:
        raise EvidenceError("capture.link_malformed") from problem
    if not host or not all(_LABEL.fullmatch(label) for label in host.split(".")):
        raise EvidenceError("capture.link_malformed")
    return host, port, unicode_host


def _reads_like_a_host(host: str) -> bool:
    """Whether text without a scheme can be meant as an address: a dotted name or an IPv4 address."""
    labels = host.split(".")
    if len(labels) < 2:
        return False
    if len(labels) == 4 and all(label.isdigit() and int(label) < 256 for label in labels):
        return True
    return len(labels[-1]) > 1 and not labels[-1].isdigit() and labels[-1].replace("-", "").isalnum()


def _encoded(text: str, safe: frozenset[str]) -> str:
    """``text`` with exactly what must be escaped escaped, in upper case, and nothing else (RFC 3986, 6.2.2)."""

    def decided(found: re.Match[str]) -> str:
        character = chr(int(found.group(1), 16))
        return character if character in _UNRESERVED else f"%{found.group(1).upper()}"

    pieces: list[str] = []
    position = 0
    for found in _ESCAPE.finditer(text):
        pieces += (_escaped(text[position : found.start()], safe), decided(found))
        position = found.end()
    pieces.append(_escaped(text[position:], safe))
    return "".join(pieces)


def _escaped(text: str, safe: frozenset[str]) -> str:
    return "".join(
        character if character in safe else "".join(f"%{byte:02X}" for byte in character.encode("utf-8"))
        for character in text
    )


def _without_dots(path: str) -> str:
    """``path`` with ``.`` and ``..`` resolved (RFC 3986, 5.2.4)."""
    kept: list[str] = []
    parts = path.split("/")
    for number, part in enumerate(parts):
        is_last = number == len(parts) - 1
        if part == "..":
            if len(kept) > 1:
                kept.pop()
            if is_last:
                kept.append("")
        elif part == ".":
            if is_last:
                kept.append("")
        else:
            kept.append(part)
    return "/".join(kept)


def _pairs(query: str) -> tuple[tuple[str, str | None], ...]:
    found: list[tuple[str, str | None]] = []
    for part in query.split("&"):
        if part:
            name, equals, value = part.partition("=")
            found.append((name, value if equals else None))
    return tuple(found)
