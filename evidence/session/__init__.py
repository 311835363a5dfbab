"""An unlocked vault and its examiner: one short method for each verb of the window and of the command line."""

from evidence.session.opening import create_vault, open_vault, restore_vault, score_files, screens, verify_package
from evidence.session.ports import Ports, real_ports
from evidence.session.session import Session
from evidence.session.stamping import StampResult
from evidence.session.unlocking import AddedMethod, Given, UnlockMethods
from evidence.store import BackupOutcome, CheckOutcome, Finding, SlotInfo, SlotKind

__all__ = [
    "AddedMethod", "BackupOutcome", "CheckOutcome", "Finding", "Given", "Ports", "Session", "SlotInfo", "SlotKind",
    "StampResult", "UnlockMethods", "create_vault", "open_vault", "real_ports", "restore_vault", "score_files",
    "screens", "verify_package",
]  # fmt: skip
