"""What the benchmark of the window measures, as a process of its own: ``ours``, ``empty``, ``journey`` or ``memory``.

Started as a file, so that nothing is imported before what is measured.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QMainWindow

    from ui.main_window import MainWindow


def main(kind: str, folder: Path) -> int:
    """Do one of them and print one JSON object."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))
    return {"ours": _ours, "empty": _empty, "journey": _journey, "memory": _memory}[kind](folder)


def _ours(folder: Path) -> int:
    """As ``holdfast`` without words does it, up to a window that can be used."""
    import gc

    from app.hardening import forbid_crash_dumps
    from app.logs import start_logging

    forbid_crash_dumps()
    start_logging(None)
    gc.disable()
    from app.window import start_window

    application, window = start_window(folder / "settings.json", folder / "no vault")
    return _until_usable(window, application.exec)


def _empty(_folder: Path) -> int:
    from PySide6.QtWidgets import QApplication, QMainWindow

    application = QApplication(sys.argv[:1])
    window = QMainWindow()
    window.resize(1120, 760)
    window.show()
    return _until_usable(window, application.exec)


def _until_usable(window: QMainWindow, stay: Callable[[], int]) -> int:
    """Usable: shown, painted, and the queue of events is empty."""
    from PySide6.QtCore import QTimer

    def look() -> None:
        handle = window.windowHandle()
        if handle is None or not handle.isExposed():
            QTimer.singleShot(1, look)
            return
        QTimer.singleShot(0, tell)

    def tell() -> None:
        _print({"cpu_s": time.process_time()})
        window.close()

    QTimer.singleShot(0, look)
    stay()
    return 0


def _journey(folder: Path) -> int:
    """A scripted journey; every event of the application is timed, nested ones within the one that sent them."""
    import gc

    gc.disable()  # as app.__main__ does
    from app.bench.window_journey import timed_journey

    _print(timed_journey(folder))
    return 0


def _memory(folder: Path) -> int:
    """A window over the vault ``big``, scrolled through from top to bottom."""
    from app.bench.window_journey import Walk

    walk = Walk(folder)
    window = walk.window
    walk.open(folder / "big", "for measuring alone")
    window.show_case(window.cases.list.rows.rows[0].key)
    walk.rest()
    rows = _scroll(walk, window)
    _print({"mib": _memory_mib(), "rows": rows})
    window.close()
    return 0


def _scroll(walk: Any, window: MainWindow) -> int:
    bar = window.case.list.verticalScrollBar()
    for step in range(41):
        bar.setValue(bar.maximum() * step // 40)
        walk.rest()
    return len(window.case.list.rows.rows)


def _memory_mib() -> float:
    """MiB of the process at their peak."""
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def _print(document: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], Path(sys.argv[2])))
