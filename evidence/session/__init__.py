"""An unlocked vault and its examiner: one short method for each verb of the window and of the command line."""

from evidence.capture import RecordingStatus
from evidence.digest import fingerprint_words
from evidence.package import (
    ForRecipients,
    HandedFile,
    PackageCoSigned,
    PackageSigner,
    PackageUpgraded,
    Protection,
    ValidationSources,
    WithAgePassphrase,
    WithPassphrase,
    hand_over,
    new_passphrase,
    upgrade_package,
)
from evidence.session.cosigning import co_sign_package
from evidence.session.films import FilmView
from evidence.session.handing import heads_in
from evidence.session.opening import (
    create_vault,
    open_vault,
    rekey_vault,
    restore_vault,
    score_files,
    screens,
    verify_package,
)
from evidence.session.pages import LoadedPage, PageNotice, load_page, notice_lines, page_notice
from evidence.session.ports import Ports, real_ports
from evidence.session.recording import Recording
from evidence.session.session import Session
from evidence.session.signing import OwnKey, open_signer
from evidence.session.stamping import StampResult
from evidence.session.unlocking import AddedMethod, Given, UnlockMethods, public_key_fingerprint
from evidence.session.uploading import make_upload_set
from evidence.store import (
    BackupOutcome,
    CheckOutcome,
    Finding,
    Kept,
    PassphraseAdvice,
    SlotInfo,
    SlotKind,
    Strength,
    judge_passphrase,
)

__all__ = [
    "AddedMethod", "BackupOutcome", "CheckOutcome", "FilmView", "Finding", "ForRecipients", "Given", "HandedFile",
    "Kept", "LoadedPage", "OwnKey", "PackageCoSigned", "PackageSigner", "PackageUpgraded", "PageNotice",
    "PassphraseAdvice", "Ports", "Protection", "Recording", "RecordingStatus", "Session", "SlotInfo", "SlotKind",
    "StampResult", "Strength", "UnlockMethods", "ValidationSources", "WithAgePassphrase", "WithPassphrase",
    "co_sign_package", "create_vault", "fingerprint_words", "hand_over", "heads_in", "judge_passphrase", "load_page",
    "make_upload_set", "new_passphrase", "notice_lines", "open_signer", "open_vault", "page_notice",
    "public_key_fingerprint", "real_ports", "rekey_vault", "restore_vault", "score_files", "screens",
    "upgrade_package", "verify_package",
]  # fmt: skip
