"""A window that checks a package, says when half of it is done, and stands still there until it is ended by force."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

root, package = Path(sys.argv[1]), Path(sys.argv[2])
sys.path.insert(0, str(root))

from app.window import make_application, make_window, real_doors  # noqa: E402

doors = real_doors()


def check_packages(*given: Any, progress: Callable[[float, str], None], **named: Any) -> Any:
    """The real check, held up in the middle."""

    def move(share: float, step: str) -> None:
        progress(share, step)
        if share >= 0.5:
            sys.stdout.write("half done\n")
            sys.stdout.flush()
            sys.stdin.read()

    return doors.check_packages(*given, progress=move, **named)


application = make_application(["checking"])
folder = package.parent
window = make_window(
    application, folder / "none.json", folder / "none", doors=doors._replace(check_packages=check_packages)
)
window.show()
window.show_verify(package)
window.verify.check()
application.exec()
