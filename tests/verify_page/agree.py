"""Holds ``verify.html`` in a real Chromium against the program, over the hostile corpus.

    python tests/verify_page/agree.py [--only FAMILY] [--flips N] [--seed N]

Prints every package of which the page says something else, and how many false *yes* there were.
"""

from __future__ import annotations

import argparse
import logging
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).resolve().parents[1])]

from support.agreement import all_cases, disagreements
from support.chromium import Chromium, VerifyPage
from support.hostile.cases import Workshop
from support.sample_package import LATER

from evidence.errors import EvidenceError
from evidence.model import VerificationReport
from evidence.verify import InProcessParser, shipped_tsa_list, verify_package, with_lists

PAGE = Path(__file__).resolve().parents[2] / "resources" / "verify" / "verify.html"


def main() -> int:
    """Run the comparison; the exit code says whether they agree."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", default="")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--flips", type=int, default=60)
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)
    shop, own = Workshop(), InProcessParser()
    found: Counter[str] = Counter()
    place = Path(tempfile.mkdtemp(prefix="agree-"))
    browser = Chromium(place)
    try:
        browser.set_clock(LATER.timestamp())
        page = VerifyPage(browser, PAGE, place)
        for case in all_cases(shop, arguments.seed, arguments.flips):
            if arguments.only not in case.label:
                continue
            folder = place / "case"
            folder.mkdir()
            path, trust = case.make(folder), case.trust or shop.trust
            told: VerificationReport | EvidenceError
            try:
                told = verify_package(path, trust=with_lists(trust, [shipped_tsa_list()]), now=LATER, parser=own)
            except EvidenceError as problem:
                told = problem
            problems = disagreements(told, page.check(path, trust))
            shutil.rmtree(folder)
            found["packages"] += 1
            for problem in problems:
                found[problem.partition(":")[0]] += 1
                print(f"{case.label}: {problem}", flush=True)
    finally:
        browser.close()
        shutil.rmtree(place, ignore_errors=True)
    print(f"{found['packages']} packages: {found['false yes']} false yes, {found['other']} other disagreements")
    return 1 if found["false yes"] + found["other"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
