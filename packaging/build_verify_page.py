"""Builds resources/verify/verify.html: one page that checks a package in a browser, from disk and without a network.

    python packaging/build_verify_page.py           build it; needs Node only where the scripts themselves changed
    python packaging/build_verify_page.py --check   say whether the committed page is what its sources give; no Node

The page holds what it needs of the program: texts from the catalogues, the shapes of the manifest and the log from
the model's own classes, the layout, the word list. The same sources give the same bytes.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import html
import json
import os
import re
import shutil
import subprocess
import sys
import types
import typing
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "packaging")]

import catalogues  # noqa: E402
from shamir_mnemonic.wordlist import WORDLIST  # noqa: E402

from evidence import manifest  # noqa: E402
from evidence.digest import to_json  # noqa: E402
from evidence.manifest import layout  # noqa: E402
from evidence.model import DisclosedLog  # noqa: E402
from evidence.redaction import Redaction  # noqa: E402
from evidence.verify import shipped_tsa_list  # noqa: E402
from evidence.version import NAME, VERSION  # noqa: E402

SOURCES = ROOT / "packaging" / "verify_page"
PAGE = ROOT / "resources" / "verify" / "verify.html"
WORKPLACE = ROOT / "build" / "verify_page"
"""Where the libraries are unpacked; nothing in it is kept."""
CODE_CONTEXTS = ("check", "claim")
NAMES = re.compile(r"(?:answer|claim|method|page)\..+")
PLAIN = (
    "At least one answer is “no”: do not rely on this package as it is. Ask for the original again.",
    "Nothing is wrong, but not everything can be told: the reasons say what is missing.",
    "Everything that can be told from the package is “yes”.",
    "“Yes” speaks of these bytes since they were acquired, never of whether what they show is true.",
    "Not as it was when the package was made:",
    "Checked: {path}",
    "Package {id}",
    "Made: {time}",
)
"""Sentences of the program's own report that the page says too."""


@dataclasses.dataclass(frozen=True)
class Bundles:
    """What Node makes: both scripts with their libraries, and the licences of these."""

    code: str
    """Digest of everything that the bundles were made of."""
    page: str
    worker: str
    licences: str


class BuildError(Exception):
    """The page cannot be built; the message says why."""


def compose(bundles: Bundles) -> bytes:
    """The whole page."""
    style = (SOURCES / "page.css").read_text("utf-8").strip()
    policy = "; ".join(
        (
            "default-src 'none'", f"script-src {_hash_source(bundles.page)}", f"style-src {_hash_source(style)}",
            "worker-src blob:", "base-uri 'none'", "form-action 'none'",
        )
    )  # fmt: skip
    spoken = texts()
    parts = {
        "policy": html.escape(policy),
        "inputs": f"sha256:{bundles.code}",
        "style": style,
        "no_script": " ".join(html.escape(spoken[language]["name"]["page.no_script"]) for language in spoken),
        "licences": html.escape(bundles.licences, quote=False),
        "data": _json(data(spoken)).replace("<", "\\u003c"),
        "worker": bundles.worker,
        "page": bundles.page,
    }
    template = (SOURCES / "template.html").read_text("utf-8")
    return re.sub(r"@([a-z_]+)@", lambda match: parts[match[1]], template).encode("utf-8")


def data(spoken: dict[str, Any]) -> dict[str, Any]:
    """What the page takes from the program."""
    return {
        "verifier": f"{NAME} {VERSION} (verify.html)",
        "layout": {
            "formatName": layout.FORMAT_NAME,
            "formatVersion": layout.FORMAT_VERSION,
            "payloadFolder": layout.PAYLOAD_FOLDER,
            "manifest": layout.MANIFEST,
            "signature": layout.SIGNATURE,
            "report": layout.REPORT,
            "custody": layout.CUSTODY,
            "certificates": layout.CERTIFICATES,
            "headsFolder": layout.HEADS_FOLDER,
            "tokensFolder": layout.TOKENS_FOLDER,
            "bagFiles": list(layout.BAG_FILES),
            "unlisted": sorted(layout.UNLISTED),
            "addedToken": layout._ADDED_TOKEN.pattern,
            "cosignature": layout._ADDED_COSIGNATURE.pattern,
            "cosignaturePrefix": layout.COSIGNATURE_PREFIX,
            "redactionsFolder": layout.REDACTIONS_FOLDER,
            "firstWithRedactions": layout.FIRST_WITH_REDACTIONS,
        },
        "shapes": shapes(manifest.Manifest, DisclosedLog, Redaction),
        "words": list(WORDLIST),
        "cp437": bytes(range(128, 256)).decode("cp437"),
        "texts": spoken,
        "tsaList": tsa_list(),
    }


def tsa_list() -> dict[str, Any]:
    """The shipped list of authorities: its roots, and what the answers say of it."""
    found = shipped_tsa_list()
    said = {
        "name": found.name, "dated": found.dated.isoformat(), "roots": str(len(found.roots)), "sha256": found.sha256,
    }  # fmt: skip
    return {"facts": said, "roots": [base64.b64encode(root).decode() for root in found.roots]}


def texts() -> dict[str, dict[str, dict[str, str]]]:
    """The page's part of the catalogues: language, then context, then code. Raises :class:`BuildError`."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for language in catalogues.LANGUAGES:
        mine: dict[str, dict[str, str]] = {"check": {}, "claim": {}, "name": {}, "error": {}, "advice": {}, "text": {}}
        for message in catalogues.load(language):
            if isinstance(message.id, str) and _is_shown(message.context, message.id):
                mine[message.context or "text"][message.id] = str(message.string)
        if language == "en":
            mine["text"] = {text: text for text in PLAIN}
        absent = [text for text in PLAIN if text not in mine["text"]]
        if absent:
            raise BuildError(f"{language}: the catalogue no longer has {absent[0]!r}; see PLAIN in {__file__}")
        found[language] = {context: dict(sorted(entries.items())) for context, entries in mine.items()}
    return found


def _is_shown(context: str | None, identifier: str) -> bool:
    if context is None:
        return identifier in PLAIN
    if context == "name":
        return bool(NAMES.fullmatch(identifier))
    return context in CODE_CONTEXTS or (context in ("error", "advice") and identifier.startswith("verify."))


def shapes(*classes: type) -> dict[str, dict[str, Any]]:
    """Of these classes and of all that stand in them: the kind of each member's value, and the defaults."""
    found: dict[str, dict[str, Any]] = {}
    waiting = list(classes)
    while waiting:
        kind = waiting.pop()
        if kind.__name__ in found:
            continue
        hints = typing.get_type_hints(kind)
        members = {field.name: _shape(hints[field.name], waiting) for field in dataclasses.fields(kind)}
        defaults = {field.name: value for field in dataclasses.fields(kind) for value in _default(field)}
        found[kind.__name__] = {"members": members, "defaults": defaults}
    return dict(sorted(found.items()))


def _default(field: dataclasses.Field[Any]) -> list[Any]:
    if field.default is not dataclasses.MISSING:
        return [to_json(field.default)]
    return [to_json(field.default_factory())] if field.default_factory is not dataclasses.MISSING else []


def _shape(hint: Any, waiting: list[type]) -> Any:
    plain = {str: "text", bool: "truth", int: "whole", float: "real", datetime: "time"}
    if hint in plain:
        return plain[hint]
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is types.UnionType and len(arguments) == 2 and arguments[1] is type(None):
        return {"maybe": _shape(arguments[0], waiting)}
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return {"list": _shape(arguments[0], waiting)}
    if origin is dict and arguments[0] is str:
        return {"map": _shape(arguments[1], waiting)}
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {"one": [each.value for each in hint]}
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        waiting.append(hint)
        return {"ref": hint.__name__}
    raise BuildError(f"the page knows no shape for {hint}")


def code_digest() -> str:
    """Of all that the bundles are made of: scripts and pinned libraries."""
    digest = hashlib.sha256()
    for path in sorted([*SOURCES.glob("src/**/*.js"), SOURCES / "package.json", SOURCES / "package-lock.json"]):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(SOURCES).as_posix()} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def committed() -> Bundles | None:
    """The bundles that stand in the committed page, or None where there is no page."""
    if not PAGE.exists():
        return None
    text = PAGE.read_text("utf-8")
    found = [
        re.search(pattern, text, re.DOTALL)
        for pattern in (
            r'<meta name="inputs" content="sha256:([0-9a-f]{64})">', r"\n<script>(.*?)</script>\n",
            r'\n<script type="text/plain" id="worker">(.*?)</script>\n', r"</summary><pre>(.*?)</pre></details>\n",
        )
    ]  # fmt: skip
    code, page, worker, licences = (match[1] if match else "" for match in found)
    return Bundles(code=code, page=page, worker=worker, licences=html.unescape(licences))


def bundle() -> Bundles:
    """Unpack the pinned libraries and bundle the scripts. Raises :class:`BuildError` where Node is missing or fails."""
    if shutil.which("npm") is None:
        raise BuildError("the scripts changed, and building them needs Node with npm")
    WORKPLACE.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copyfile(SOURCES / name, WORKPLACE / name)
    _run("npm", "ci", "--no-progress")
    made = {name: _bundled(name) for name in ("page", "worker")}
    packages = sorted({name for _text, used in made.values() for name in used})
    return Bundles(
        code=code_digest(), page=made["page"][0], worker=made["worker"][0],
        licences="\n\n".join(_licence(name) for name in packages),
    )  # fmt: skip


def _bundled(name: str) -> tuple[str, set[str]]:
    """One script with everything that it needs, and the packages that went into it."""
    target, listing = WORKPLACE / f"{name}.out.js", WORKPLACE / f"{name}.json"
    _run(
        str(WORKPLACE / "node_modules" / ".bin" / "esbuild"), str(SOURCES / "src" / f"{name}.js"), "--bundle",
        "--minify",
        "--format=iife", "--target=es2022", "--charset=utf8", "--legal-comments=none", "--log-level=warning",
        f"--outfile={target}", f"--metafile={listing}",
    )  # fmt: skip
    text = target.read_text("utf-8").strip()
    if re.search(r"</script|<!--", text, re.IGNORECASE):
        raise BuildError(f"{name}: the script cannot stand inside a page")
    inputs = json.loads(listing.read_text("utf-8"))["inputs"]
    return text, {match[1] for path in inputs if (match := re.search(r"node_modules/((?:@[^/]+/)?[^/]+)/", path))}


def _licence(package: str) -> str:
    folder = WORKPLACE / "node_modules" / package
    facts = json.loads((folder / "package.json").read_text("utf-8"))
    text = next(path for path in sorted(folder.iterdir()) if path.name.upper().startswith("LICEN")).read_text("utf-8")
    return f"{package} {facts['version']} ({facts['license']})\n\n{text.strip()}"


def _run(*command: str) -> None:
    environment = os.environ | {"NODE_PATH": str(WORKPLACE / "node_modules")}
    made = subprocess.run(command, cwd=WORKPLACE, env=environment, capture_output=True, text=True, check=False)
    if made.returncode:
        raise BuildError(f"{Path(command[0]).name} failed:\n{made.stdout}{made.stderr}")


def _hash_source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def stale() -> str:
    """Why the committed page is not what its sources give, or an empty string."""
    bundles = committed()
    if bundles is None:
        return "there is no page"
    if bundles.code != code_digest():
        return "the scripts or their libraries changed"
    return "" if compose(bundles) == PAGE.read_bytes() else "texts, shapes, style or template changed"


def main(words: list[str]) -> int:
    """Build or check; returns the exit code."""
    try:
        if words == ["--check"]:
            problem = stale()
            print(f"{PAGE.relative_to(ROOT)}: {problem or 'up to date'}")
            return 1 if problem else 0
        bundles = committed()
        if bundles is None or bundles.code != code_digest() or "--all" in words:
            bundles = bundle()
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_bytes(compose(bundles))
    except BuildError as problem:
        print(problem, file=sys.stderr)
        return 1
    print(f"{PAGE.relative_to(ROOT)}: {PAGE.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
