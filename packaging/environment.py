"""What start.py does: a private environment beside it, made once and repaired when broken; then the program in it.

Standard library alone. A stamp in the environment names the digests of all that each step of the set-up was made
from; while they are unchanged, a start reads those few files and hands over to the environment's own Python.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import locale
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

STAMP = "set-up.json"
UNFINISHED = "set-up.unfinished"
LOCKS = {"run": "requirements.lock", "test": "requirements-dev.lock"}
FROM_SOURCE = {"run": (":none:",), "test": ("bagit", "surt")}
"""Requirements that are published as source alone, in pure Python; only the tests use them."""
INDEX_SETTINGS = ("index-url", "extra-index-url", "find-links", "no-index", "proxy", "cert", "client-cert")


class SetupError(Exception):
    """The set-up cannot go on. The text says why, and what to do."""


def main(root_folder: str, words: Sequence[str]) -> int:
    """Set up what ``words`` need and run them; gives the exit status."""
    root = Path(root_folder)
    first = words[0] if words else ""
    try:
        if first == "test":
            return run_tests(root, ready(root, "test", screen=True), words[1:])
        python = ready(root, "run", screen=first in ("", "demo"))
        return hand_over([str(python), "-I", "-X", "utf8", "-m", "app", *words])
    except SetupError as problem:
        say(str(problem))
    except OSError as problem:
        say(told(
            f"The set-up could not finish: {problem}.", f"준비를 마치지 못했습니다: {problem}.",
            f"La préparation n’a pas pu finir : {problem}.",
        ))  # fmt: skip
        say(told(
            "Make sure that this folder can be written to and that 4 GB of disk are free, then start again.",
            "이 폴더에 쓸 수 있는지, 디스크에 4 GB가 비어 있는지 확인한 뒤 다시 시작해 주세요.",
            "Vérifiez qu’on peut écrire dans ce répertoire et que 4 Go sont libres, puis recommencez.",
        ))  # fmt: skip
    except KeyboardInterrupt:
        say(told(
            "Stopped. Start again to go on.", "멈췄습니다. 다시 시작하면 이어서 합니다.",
            "Arrêté. Relancez pour continuer.",
        ))  # fmt: skip
        return 130
    return 2


def say(line: str) -> None:
    """One line on standard error: standard output belongs to the program."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def told(english: str, korean: str, french: str) -> str:
    """What a person reads while waiting, in the language of the computer: the catalogues are not there yet."""
    wanted = next(filter(None, map(os.environ.get, ("HOLDFAST_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"))), "")
    named = (wanted or locale.getlocale()[0] or "").lower()
    return korean if named.startswith("ko") else french if named.startswith("fr") else english


# --- what is done already --------------------------------------------------------------------------------------------


def wanted_steps(root: Path, purpose: str, *, screen: bool) -> dict[str, str]:
    """Each step that ``purpose`` needs, with the digest of what it is made from."""
    own = [root / "start.py", root / "packaging" / "environment.py"]
    texts = [root / "packaging" / "catalogues.py", *sorted((root / "resources" / "locale").glob("*/*.po"))]
    steps = {
        f"packages.{purpose}": digest_of([*own, root / LOCKS[purpose]]),
        "texts": digest_of(texts),
    }
    if screen:
        steps[f"system.{purpose}"] = digest_of([root / "packaging" / "system_libraries.py"])
    return steps


def digest_of(paths: Iterable[Path]) -> str:
    """One digest over the names and contents of files."""
    whole = hashlib.sha256()
    for path in paths:
        whole.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def read_stamp(venv: Path) -> dict[str, str]:
    """The steps that were done; none when the stamp is missing or unreadable, or the last set-up was interrupted."""
    if (venv / UNFINISHED).exists():
        return {}
    try:
        stamp = json.loads((venv / STAMP).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def missing_steps(root: Path, wanted: dict[str, str]) -> list[str]:
    """The wanted steps that must be done (again)."""
    venv = root / ".venv"
    done = read_stamp(venv) if python_of(venv).exists() else {}
    missing = [step for step, digest in wanted.items() if done.get(step) != digest]
    languages = {path.parent for path in (root / "resources" / "locale").glob("*/*.po")}
    if "texts" not in missing and not all((folder / "LC_MESSAGES" / "holdfast.mo").exists() for folder in languages):
        missing.append("texts")
    return missing


def python_of(venv: Path) -> Path:
    """Where an environment keeps its Python."""
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


# --- the steps -------------------------------------------------------------------------------------------------------


def ready(root: Path, purpose: str, *, screen: bool) -> Path:
    """The Python of an environment that has everything for ``purpose`` (``run`` or ``test``).

    With ``screen`` also what the computer itself must have to show a window and print a report.
    Raises :class:`SetupError` with advice when something cannot be had.
    """
    wanted = wanted_steps(root, purpose, screen=screen)
    venv = root / ".venv"
    if not missing_steps(root, wanted):
        return python_of(venv)
    with one_at_a_time(root / ".set-up.lock"):
        missing = missing_steps(root, wanted)  # another start may have done it while this one waited
        began = time.monotonic()
        if any(step.startswith("packages.") for step in missing):
            say(told(
                "Setting up. This takes a minute or two, once.",
                "준비하고 있습니다. 처음 한 번만 1~2분 걸립니다.",
                "Préparation, une seule fois : une minute ou deux.",
            ))  # fmt: skip
        all_steps = wanted_steps(root, "run", screen=screen) | wanted
        for step in sorted(missing):
            if step.startswith("packages."):
                install_packages(root, venv, purpose)
            elif step.startswith("system."):
                import system_libraries

                system_libraries.prepare(python_of(venv), with_tests=purpose == "test")
            else:
                say(told("  Preparing the texts …", "  글을 준비하는 중 …", "  Préparation des textes …"))
                compiler = [str(python_of(venv)), "-I", str(root / "packaging" / "catalogues.py"), "compile"]
                watch(compiler, "The texts could not be prepared.")
            done = read_stamp(venv)
            for name in (step, step.replace(".test", ".run")):  # what the tests need holds what the program needs
                done[name] = all_steps[name]
            write_whole(venv / STAMP, json.dumps(done, indent=1, sort_keys=True))
        if missing != ["texts"]:
            took = f"{time.monotonic() - began:.0f}"
            say(told(f"Ready after {took} s.", f"준비를 마쳤습니다({took}초).", f"Prêt après {took} s."))
    return python_of(venv)


def install_packages(root: Path, venv: Path, purpose: str) -> None:
    """Make or repair the environment and install exactly what the lock file names, each file checked by its digest."""
    if not is_usable(venv):
        make_environment(venv)
    (venv / UNFINISHED).touch()
    python = str(python_of(venv))
    say(told("  Installing the packages …", "  필요한 것을 설치하는 중 …", "  Installation des paquets …"))
    lock = str(root / LOCKS[purpose])
    from_source = [word for name in FROM_SOURCE[purpose] for word in ("--no-binary", name)]
    arguments = ["--require-hashes", "--only-binary", ":all:", *from_source, "-r", lock]
    failure = (
        "The packages could not be installed; the lines above say why.\n"
        "They come from the package index that this computer's pip is set to use: check the network connection and\n"
        "start again. There are ready-made packages for 64-bit Linux, Windows and macOS and Python 3.11 to 3.14."
    )
    uv = None if pip_has_settings(python) else shutil.which("uv")
    try:
        if uv is None or not succeeds([uv, "pip", "install", "--quiet", "--python", python, *arguments]):
            pip = [python, "-I", "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
            watch([*pip, *arguments], failure)
    except SetupError:  # pip ended by itself and left no half-written package: the environment can be used again
        (venv / UNFINISHED).unlink()
        raise
    # The program is found from any working folder; relative, so that the whole folder may be moved.
    packages = Path(output_of([python, "-I", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]))
    (packages / "holdfast-checkout.pth").write_text(os.path.relpath(root, packages) + "\n", "utf-8")
    (venv / UNFINISHED).unlink()


def is_usable(venv: Path) -> bool:
    """Whether there is an environment of its own, made to the end, whose Python and pip run."""
    python = python_of(venv)
    if venv.is_symlink() or (venv / UNFINISHED).exists() or not python.exists():
        return False
    question = "import sys, pip; print(sys.version_info >= (3, 11), sys.prefix != sys.base_prefix, sys.prefix)"
    try:
        is_new, is_separate, prefix = output_of([str(python), "-I", "-c", question]).split(" ", 2)
        settings = (venv / "pyvenv.cfg").read_text("utf-8").replace(" ", "").lower()
    except (OSError, ValueError, subprocess.SubprocessError):
        return False
    is_closed = "include-system-site-packages=true" not in settings
    return (is_new, is_separate) == ("True", "True") and is_closed and Path(prefix).resolve() == venv.resolve()


def make_environment(venv: Path) -> None:
    """A fresh, empty environment with pip, in place of whatever stands there."""
    try:
        import ensurepip  # noqa: F401  Debian's own Python comes without it
        import venv as _venv  # noqa: F401
    except ImportError:
        import system_libraries

        system_libraries.install_venv_module()
    if venv.is_symlink() or venv.is_file():
        venv.unlink()
    elif venv.exists():
        say("  Removing the environment in .venv: it is unfinished or does not work …")
        shutil.rmtree(venv)
    say("  Making an environment in .venv …")
    venv.mkdir()
    (venv / UNFINISHED).touch()
    watch([sys.executable, "-I", "-m", "venv", str(venv)], "The environment could not be made.")


def pip_has_settings(python: str) -> bool:
    """Whether this computer's pip was told where packages come from. uv does not read that, so pip must be used."""
    lines = output_of([python, "-I", "-m", "pip", "config", "list"]).splitlines()
    return any(line.partition("=")[0].rpartition(".")[2] in INDEX_SETTINGS for line in lines)


# --- running other programs ------------------------------------------------------------------------------------------


def output_of(command: Sequence[str]) -> str:
    """What a short command prints. Raises ``subprocess.SubprocessError`` when it fails."""
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout.strip()


def watch(command: Sequence[str], failure: str) -> None:
    """Run a long command quietly, with a sign of life; when it fails, its last lines and ``failure`` as SetupError."""
    with tempfile.TemporaryFile() as log, subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT) as process:
        began = time.monotonic()
        try:
            while process.poll() is None:
                try:
                    process.wait(timeout=15)
                except subprocess.TimeoutExpired:
                    took = f"{time.monotonic() - began:.0f}"
                    say(told(
                        f"    still at work ({took} s) …", f"    계속하는 중({took}초) …",
                        f"    toujours en cours ({took} s) …",
                    ))  # fmt: skip
        except BaseException:
            process.terminate()
            raise
        if process.returncode:
            log.seek(0)
            lines = log.read().decode("utf-8", "replace").splitlines()
            for line in [line for line in lines if line.strip() and not line.startswith("WARNING: Location")][-15:]:
                say("    " + line)
            raise SetupError(failure)


def succeeds(command: Sequence[str]) -> bool:
    """Run a long command quietly; whether it ended well."""
    try:
        watch(command, "")
    except SetupError:
        return False
    return True


def hand_over(command: list[str]) -> int:
    """Become ``command``. Windows cannot replace a process in place, so there this one waits for it."""
    if os.name != "nt":
        os.execv(command[0], command)
    with subprocess.Popen(command) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:  # the program got it too and says what it means
                continue


def run_tests(root: Path, python: Path, words: Sequence[str]) -> int:
    """The checks and the tests; with ``words`` pytest alone. The last line is pytest's own when all is well."""
    if words:
        return subprocess.run([str(python), "-m", "pytest", *words], cwd=root).returncode
    checks = {
        "style": [str(python), "-m", "ruff", "check", "--quiet", "."],
        "types": [str(python), "-m", "mypy", "--no-error-summary"],
        "imports": [str(python.parent / "lint-imports"), "--no-cache"],
        "texts": [str(python), str(root / "packaging" / "catalogues.py"), "check"],
    }
    failed = []
    for name, command in checks.items():
        began = time.monotonic()
        process = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if process.returncode:
            failed.append(name)
            say(process.stdout.decode("utf-8", "replace").rstrip())
        say(f"check of {name}: {'failed' if process.returncode else 'passed'} ({time.monotonic() - began:.0f} s)")
    status = subprocess.run([str(python), "-m", "pytest", "-q", "-n", "2"], cwd=root).returncode
    if failed:
        say(f"These checks failed before the tests ran: {', '.join(failed)}.")
    return status or (1 if failed else 0)


# --- files -----------------------------------------------------------------------------------------------------------


def write_whole(path: Path, text: str) -> None:
    """Write a file so that it is there completely or not at all."""
    part = path.with_suffix(".part")
    part.write_text(text, "utf-8")
    part.replace(path)


@contextlib.contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """Hold the lock at ``path``; a second start waits until the first has set everything up."""
    with path.open("a+b") as lock:
        waiting = False
        while True:
            try:
                take(lock.fileno())
                break
            except OSError:
                if not waiting:
                    say("Another start is setting things up. Waiting for it …")
                    waiting = True
                time.sleep(0.5)
        yield


def take(descriptor: int) -> None:
    """Lock an open file for this process until it is closed. Raises ``OSError`` when another process holds it."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
