"""The package: what is handed over. Report, signatures, bag and ZIP, from a frozen case."""

from typing import TYPE_CHECKING

from evidence.late import later

if TYPE_CHECKING:
    from evidence.package.build import TimeAccess, build_package
    from evidence.package.cosigning import PackageCoSigned, co_sign_package
    from evidence.package.draft import draft_report
    from evidence.package.handover import (
        ForRecipients,
        HandedFile,
        Protection,
        WithAgePassphrase,
        WithPassphrase,
        hand_over,
        new_passphrase,
    )
    from evidence.package.keypair import load_key_pair
    from evidence.package.made import open_package
    from evidence.package.report.fonts import FontFiles, find_fonts, font_folders
    from evidence.package.signing import KeySigner, PackageSigner, load_pkcs12
    from evidence.package.token import open_token
    from evidence.package.upgrade import PackageUpgraded, ValidationSources, upgrade_package
    from evidence.package.upload import make_upload_set


__all__ = [
    "FontFiles", "ForRecipients", "HandedFile", "KeySigner", "PackageCoSigned", "PackageSigner", "PackageUpgraded",
    "Protection", "TimeAccess", "ValidationSources", "WithAgePassphrase", "WithPassphrase", "build_package",
    "co_sign_package", "draft_report", "find_fonts", "font_folders", "hand_over", "load_key_pair", "load_pkcs12",
    "make_upload_set", "new_passphrase", "open_package", "open_token", "upgrade_package",
]  # fmt: skip

if not TYPE_CHECKING:
    __getattr__ = later(__name__, {
        "build": "TimeAccess build_package",
        "cosigning": "PackageCoSigned co_sign_package",
        "draft": "draft_report",
        "handover": "ForRecipients HandedFile Protection WithAgePassphrase WithPassphrase hand_over new_passphrase",
        "keypair": "load_key_pair",
        "made": "open_package",
        "report.fonts": "FontFiles find_fonts font_folders",
        "signing": "KeySigner PackageSigner load_pkcs12",
        "token": "open_token",
        "upgrade": "PackageUpgraded ValidationSources upgrade_package",
        "upload": "make_upload_set",
    })  # fmt: skip
