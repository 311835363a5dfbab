#!/usr/bin/env python3
"""Sets up what the program needs, once, and starts it.

    python3 start.py                  the window
    python3 start.py demo             the whole main job on harmless sample material
    python3 start.py test [WORD ...]  the checks and the tests; with words: pytest alone, with those words
    python3 start.py WORD ...         the command line

Needs nothing but Python's own library. These lines can be read by any Python, old ones too, so that they can say
what is missing; the work is done by packaging/environment.py.
"""

import os
import sys

if sys.version_info < (3, 11):
    sys.stderr.write(
        "This program needs Python 3.11 or newer. This is Python %d.%d (%s).\n"
        "Install a newer one and use its name instead, for example: python3.12 start.py\n"
        % (sys.version_info[0], sys.version_info[1], sys.executable)
    )
    sys.exit(2)

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "packaging"))

if __name__ == "__main__":
    import environment

    sys.exit(environment.main(here, sys.argv[1:]))
