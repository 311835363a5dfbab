"""An unlocked vault and its examiner: one short method for each verb of the window and of the command line."""

from typing import TYPE_CHECKING

from evidence.late import later

if TYPE_CHECKING:
    from evidence.capture import (
        CARE,
        FIELDS,
        GUIDES,
        IMPORT_METHODS,
        Guide,
        GuideStep,
        RecordingStatus,
        ScreenAccess,
        guide,
        screen_access,
    )
    from evidence.digest import fingerprint_words
    from evidence.manifest import NoteEntry
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
    from evidence.session.anchors import TrustAnchor
    from evidence.session.arranging import Move
    from evidence.session.checking import (
        Checked,
        Known,
        ReceiptWritten,
        check_packages,
        package_contents,
        picture_inside,
        save_verification,
        sign_receipt,
    )
    from evidence.session.codes import FoundCode
    from evidence.session.cosigning import co_sign_package
    from evidence.session.films import FilmView
    from evidence.session.handing import heads_in
    from evidence.session.illustrating import Illustrations, Wanted
    from evidence.session.loose import ScoredFile, score_files
    from evidence.session.opening import (
        create_vault,
        open_vault,
        rekey_vault,
        restore_vault,
        screens,
        verify_package,
        windows,
    )
    from evidence.session.packs import PackDetails, import_pack, list_packs, pack_lines, remove_pack
    from evidence.session.pages import LoadedPage, PageNotice, load_page, notice_lines, page_notice
    from evidence.session.ports import Ports, real_ports
    from evidence.session.recording import Recording
    from evidence.session.scores import Scores, ScoreTask
    from evidence.session.session import Session
    from evidence.session.signing import OwnKey, open_signer
    from evidence.session.stamping import StampResult
    from evidence.session.unlocking import AddedMethod, Given, UnlockMethods, public_key_fingerprint
    from evidence.session.uploading import make_upload_set
    from evidence.session.walking import Walk
    from evidence.session.watching import Afterwards, Arrived, Watch
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
    from evidence.timestamps import known_authorities
    from evidence.verify import ExhibitInside, FileInside, Inside, TsaList


__all__ = [
    "AddedMethod", "Afterwards", "Arrived", "BackupOutcome", "CARE", "CheckOutcome", "Checked", "ExhibitInside",
    "FileInside", "FilmView", "Finding", "ForRecipients", "FoundCode", "GUIDES", "Given", "Guide", "GuideStep",
    "HandedFile", "Kept", "Known", "LoadedPage", "Move", "OwnKey", "PackageCoSigned", "PackageSigner",
    "PackageUpgraded",
    "PageNotice", "PassphraseAdvice", "Ports", "Protection", "ReceiptWritten", "Recording", "RecordingStatus",
    "Session", "SlotInfo", "SlotKind", "StampResult", "Strength", "TsaList", "UnlockMethods", "ValidationSources",
    "Watch", "WithAgePassphrase", "WithPassphrase", "check_packages", "co_sign_package", "create_vault",
    "fingerprint_words", "guide", "hand_over", "heads_in", "judge_passphrase", "known_authorities", "load_page",
    "make_upload_set", "new_passphrase", "notice_lines", "open_signer", "open_vault",
    "package_contents", "page_notice", "picture_inside", "public_key_fingerprint", "real_ports", "rekey_vault",
    "restore_vault", "save_verification", "score_files", "screens", "sign_receipt", "upgrade_package",
    "verify_package",
    "FIELDS",
    "IMPORT_METHODS",
    "Inside",
    "NoteEntry",
    "Walk",
    "windows",
    "ScreenAccess",
    "screen_access",
    "Illustrations",
    "PackDetails",
    "ScoreTask",
    "ScoredFile",
    "Scores",
    "TrustAnchor",
    "Wanted",
    "import_pack",
    "list_packs",
    "pack_lines",
    "remove_pack",
]  # fmt: skip

if not TYPE_CHECKING:
    __getattr__ = later(__name__, {
        "evidence.capture": (
            "CARE FIELDS GUIDES IMPORT_METHODS Guide GuideStep RecordingStatus ScreenAccess guide "
            "screen_access"
        ),
        "evidence.digest": "fingerprint_words",
        "evidence.package": (
            "ForRecipients HandedFile PackageCoSigned PackageSigner PackageUpgraded Protection "
            "ValidationSources WithAgePassphrase WithPassphrase hand_over new_passphrase upgrade_package"
        ),
        "anchors": "TrustAnchor",
        "arranging": "Move",
        "checking": (
            "Checked Known ReceiptWritten check_packages package_contents picture_inside save_verification "
            "sign_receipt"
        ),
        "codes": "FoundCode",
        "cosigning": "co_sign_package",
        "films": "FilmView",
        "handing": "heads_in",
        "illustrating": "Illustrations Wanted",
        "loose": "ScoredFile score_files",
        "opening": "create_vault open_vault rekey_vault restore_vault screens verify_package windows",
        "packs": "PackDetails import_pack list_packs pack_lines remove_pack",
        "pages": "LoadedPage PageNotice load_page notice_lines page_notice",
        "ports": "Ports real_ports",
        "recording": "Recording",
        "scores": "Scores ScoreTask",
        "session": "Session",
        "signing": "OwnKey open_signer",
        "stamping": "StampResult",
        "unlocking": "AddedMethod Given UnlockMethods public_key_fingerprint",
        "uploading": "make_upload_set",
        "walking": "Walk",
        "watching": "Afterwards Arrived Watch",
        "evidence.store": (
            "BackupOutcome CheckOutcome Finding Kept PassphraseAdvice SlotInfo SlotKind Strength "
            "judge_passphrase"
        ),
        "evidence.timestamps": "known_authorities",
        "evidence.manifest": "NoteEntry",
        "evidence.verify": "ExhibitInside FileInside Inside TsaList",
    })  # fmt: skip
