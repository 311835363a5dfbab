"""The window while a recording goes on, ended from outside: the vault is locked, and the recording is an exhibit."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from evidence import session as verbs

ROOT = Path(__file__).parents[2]
LIMIT_S = 120
PASSPHRASE = "four calm otters reading"
WINDOW = f"""
import sys
from pathlib import Path
from app.sessionend import keep_when_ended
from app.window import make_application, make_window
from evidence import session
from evidence.model import Examiner, OperatorRole
from evidence.store import Argon2Cost

application = make_application(["window"])
window = make_window(application, Path(sys.argv[1]) / "settings.json", Path(sys.argv[1]) / "vault")
window.show()
keep_when_ended(application, window)

def begin(_progress, _cancelled):
    cost = Argon2Cost(memory_kib=8 * 1024, passes=1, lanes=1)
    made, _key = session.create_vault(
        Path(sys.argv[1]) / "vault", {PASSPHRASE!r}, examiner=Examiner(OperatorRole.VICTIM), cost=cost
    )
    made.films.begin(made.create_case("one").id, region=(0, 0, 64, 48))
    return made

def begun(made):
    window.opened(made)
    print("recording", flush=True)

window.desk.jobs.start(begin, begun, lambda problem: print(repr(problem), flush=True))
sys.exit(application.exec())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows asks its windows instead")
@pytest.mark.parametrize("number", [signal.SIGTERM])
def test_what_was_being_recorded_is_sealed(tmp_path: Path, display: str, number: int) -> None:
    environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "QT_LOGGING_RULES": "*=false"}
    command = [sys.executable, "-c", WINDOW, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as window:
        try:
            assert window.stdout is not None
            assert window.stdout.readline() == b"recording\n"
            window.send_signal(number)
            _out, err = window.communicate(timeout=LIMIT_S)
            assert (window.returncode, err) == (0, b"")
        finally:
            window.kill()
    with verbs.open_vault(tmp_path / "vault", passphrase=PASSPHRASE) as again:
        assert again.repairs() == ()
        (exhibit,) = again.exhibits(again.cases()[0].id)
        assert (exhibit.item.source["ended_by"], exhibit.item.source["completeness"]) == ("lock", "complete")
