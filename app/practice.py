"""A practice vault: harmless material that the program draws, in a folder of its own that is thrown away."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from evidence import session as verbs
from evidence.i18n import Texts
from evidence.model import Examiner, OperatorRole
from evidence.session.measuring import CHEAP_COST

PREFIX = "practice-"


def make_practice(t: Texts) -> tuple[verbs.Session, Callable[[], None]]:
    """An open vault with one case of drawn material, and what throws it away once it is locked.

    Nobody knows its passphrase, so that its key is cheap to derive. When the program is ended by force, a folder that
    nobody can open stays among the temporary files.
    """
    from app.sample import LINK, chat_picture, note_file  # draws: not needed before someone practises

    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    examiner = Examiner(role=OperatorRole.VICTIM, name="")
    try:
        session, _key = verbs.create_vault(folder / "vault", secrets.token_hex(16), examiner=examiner, cost=CHEAP_COST)
        case = session.create_case(t("Practice case"))
        session.add_bytes(case.id, "practice-chat.png", chat_picture(), t("A drawn chat. Nothing in it is real."))
        note = t("For practice: this is what I saw on my screen.")
        session.add_bytes(case.id, "practice-note.txt", note_file(), note)
        session.add_link(case.id, LINK, note)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return session, lambda: shutil.rmtree(folder, ignore_errors=True)
