"""What the program remembers between two starts: how the window looks and speaks. Nothing about cases, ever."""

from evidence.settings.declared import AUTO_LOCK_MINUTES, LEAVE_KEYS, LOOKS, TEXT_PERCENTS, Settings
from evidence.settings.file import load_settings, read_settings, save_settings

__all__ = [
    "AUTO_LOCK_MINUTES", "LEAVE_KEYS", "LOOKS", "Settings", "TEXT_PERCENTS", "load_settings", "read_settings",
    "save_settings",
]  # fmt: skip
