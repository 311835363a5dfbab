"""How bytes come in: files, paste, link, screen. Values only: no vault, no Qt, no network.

Each ``acquire_…`` gives an :class:`evidence.model.Acquisition`; nothing has read its bytes yet, so that whoever seals
them can take their digest on the way in.
"""

from evidence.capture.clock import Clock, ClockCheck, read_clock
from evidence.capture.desktop import MssGrabber
from evidence.capture.files import acquire_file, acquire_files
from evidence.capture.film import FORMAT as FILM_FORMAT
from evidence.capture.folders import FolderLimits, FolderListing, list_folder
from evidence.capture.link import acquire_link, address_of
from evidence.capture.naming import time_name
from evidence.capture.paste import acquire_paste
from evidence.capture.recording import DEFAULT_RATE, Recorder, RecordingStatus
from evidence.capture.screen import Frame, Region, Screen, ScreenGrabber, Window, acquire_screen, choose_place
from evidence.capture.tool import tool_facts
from evidence.capture.watch import FolderWatch

__all__ = [
    "Clock", "ClockCheck", "DEFAULT_RATE", "FILM_FORMAT", "FolderLimits", "FolderListing", "FolderWatch", "Frame",
    "MssGrabber", "Recorder", "RecordingStatus", "Region", "Screen", "ScreenGrabber", "Window", "acquire_file",
    "acquire_files", "acquire_link", "acquire_paste", "acquire_screen", "address_of", "choose_place", "list_folder",
    "read_clock", "time_name", "tool_facts",
]  # fmt: skip
