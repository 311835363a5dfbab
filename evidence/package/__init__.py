"""The package: what is handed over. Report, signatures, bag and ZIP, from a frozen case."""

from evidence.package.build import TimeAccess, build_package
from evidence.package.report.fonts import FontFiles, find_fonts, font_folders
from evidence.package.signing import KeySigner, PackageSigner

__all__ = ["FontFiles", "KeySigner", "PackageSigner", "TimeAccess", "build_package", "find_fonts", "font_folders"]
