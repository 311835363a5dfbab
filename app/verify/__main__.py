"""``python3 -m app.verify PACKAGE…``"""

from __future__ import annotations

import sys
from multiprocessing import freeze_support

from app.verify.command import main

if __name__ == "__main__":
    freeze_support()  # in a frozen program: a process of the pool ends here
    if sys.argv[1:2] == ["--child"]:  # a frozen program starts itself for the parsers
        from evidence.verify.untrusted.child import main as child_main

        child_main()
    else:
        raise SystemExit(main())
