"""Reading a package that a stranger made: a folder or a ZIP, every byte of it untrusted."""

from evidence.verify.container.base import Container, Entry, Flaw
from evidence.verify.container.locate import Located, find_packages, locate, open_container, opened_by
from evidence.verify.container.names import is_system_file, key_of, unsafe_reason
from evidence.verify.container.unlock import Unlock

__all__ = [
    "Container", "Entry", "Flaw", "Located", "Unlock", "find_packages", "is_system_file", "key_of", "locate",
    "open_container", "opened_by", "unsafe_reason",
]  # fmt: skip
