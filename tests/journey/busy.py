"""A window that keeps one link after the other, in one case or round several, until it is ended by force; says each."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

root, vault, passphrase, cases = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
sys.path.insert(0, str(root))


from app.window import make_application, make_window, real_doors  # noqa: E402
from evidence import session  # noqa: E402
from evidence.session.measuring import CHEAP_COST  # noqa: E402
from evidence.settings import Settings, save_settings  # noqa: E402

application = make_application(["busy"])
save_settings(vault.parent / "busy.json", Settings(language="en"))
doors = real_doors()._replace(create_vault=partial(session.create_vault, cost=CHEAP_COST))
window = make_window(application, vault.parent / "busy.json", vault, doors=doors)
window.show()


def rest() -> None:
    application.processEvents()
    while window.desk.jobs.is_busy:
        application.processEvents()


window.show_create()
for line in (window.create_page.first.line, window.create_page.second.line):
    line.setText(passphrase)
window.create_page.make()
rest()
window.create_page.key_card.later_button.click()
rest()
case_ids = []
for number in range(cases):
    window.show_cases()
    rest()
    window.cases.new.line.setText(f"Busy {number + 1}")
    window.cases.begin()
    rest()
    case_ids.append(window.case.case_id)
for number in range(10_000):
    window.show_capture(case_ids[number % cases], kind="link", url=f"https://example.org/{number}")
    window.capture.take()
    rest()
    sys.stdout.write(f"{number + 1}\n")
    sys.stdout.flush()
