"""The package: what is handed over. Report, signatures, bag and ZIP, from a frozen case."""

from evidence.package.build import TimeAccess, build_package
from evidence.package.report.fonts import FontFiles, find_fonts, font_folders
from evidence.package.signing import KeySigner, PackageSigner
from evidence.package.upgrade import PackageUpgraded, ValidationSources, upgrade_package

__all__ = [
    "FontFiles", "KeySigner", "PackageSigner", "PackageUpgraded", "TimeAccess", "ValidationSources", "build_package",
    "find_fonts", "font_folders", "upgrade_package",
]  # fmt: skip
