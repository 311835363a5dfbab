"""Known answers, asked of this computer before anything is trusted to it.

A broken library, a miscompiled wheel or a memory fault must show here and not in someone's evidence. Takes a few
milliseconds; the number of answers is fixed, so that a test which silently does nothing is noticed.
"""

from evidence.selftest.known_answers import EXPECTED_COUNT, run_selftest

__all__ = ["EXPECTED_COUNT", "run_selftest"]
