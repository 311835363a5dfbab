"""How bytes come in: files, paste, link, screen. Values only: no vault, no Qt, no network.

Each ``acquire_…`` gives an :class:`evidence.model.Acquisition`; nothing has read its bytes yet, so that whoever seals
them can take their digest on the way in.
"""

from typing import TYPE_CHECKING

from evidence.late import later

if TYPE_CHECKING:
    from evidence.capture.access import ScreenAccess, allow_film, open_desktop, screen_access
    from evidence.capture.clock import Clock, ClockCheck, read_clock
    from evidence.capture.desktop import MssGrabber
    from evidence.capture.files import IMPORT_METHODS, acquire_file, acquire_files
    from evidence.capture.film import FILM_FORMAT
    from evidence.capture.folders import FolderLimits, FolderListing, list_folder
    from evidence.capture.guides import (
        CARE,
        FIELDS,
        GUIDES,
        SAID_FIELDS,
        Guide,
        GuideStep,
        guide,
        guided_facts,
        said_facts,
    )
    from evidence.capture.link import acquire_link, address_of
    from evidence.capture.naming import time_name
    from evidence.capture.paste import acquire_paste
    from evidence.capture.recording import DEFAULT_RATE, Recorder, RecordingStatus
    from evidence.capture.screen import (
        AskedGrabber,
        Frame,
        Region,
        Screen,
        ScreenGrabber,
        Window,
        acquire_screen,
        choose_place,
        find_window,
    )
    from evidence.capture.scrolling import Scrolled, acquire_scroll, stitched_acquisition
    from evidence.capture.tool import tool_facts
    from evidence.capture.watch import FolderWatch
    from evidence.capture.without import acquire_without_media


__all__ = [
    "AskedGrabber", "CARE", "Clock", "ClockCheck", "DEFAULT_RATE", "FIELDS", "FILM_FORMAT", "FolderLimits",
    "FolderListing", "FolderWatch", "Frame", "GUIDES", "Guide", "GuideStep", "IMPORT_METHODS", "MssGrabber",
    "Recorder", "RecordingStatus", "Region", "SAID_FIELDS", "Screen", "ScreenAccess", "ScreenGrabber", "Scrolled",
    "Window", "acquire_file", "acquire_files", "acquire_link", "acquire_paste", "acquire_screen", "acquire_scroll",
    "acquire_without_media", "address_of", "allow_film", "choose_place", "find_window", "guide", "guided_facts",
    "list_folder", "open_desktop", "read_clock", "said_facts", "screen_access", "stitched_acquisition", "time_name",
    "tool_facts",
]  # fmt: skip

if not TYPE_CHECKING:
    __getattr__ = later(__name__, {
        "access": "ScreenAccess allow_film open_desktop screen_access",
        "clock": "Clock ClockCheck read_clock",
        "desktop": "MssGrabber",
        "files": "IMPORT_METHODS acquire_file acquire_files",
        "film": "FILM_FORMAT",
        "folders": "FolderLimits FolderListing list_folder",
        "guides": "CARE FIELDS GUIDES SAID_FIELDS Guide GuideStep guide guided_facts said_facts",
        "link": "acquire_link address_of",
        "naming": "time_name",
        "paste": "acquire_paste",
        "recording": "DEFAULT_RATE Recorder RecordingStatus",
        "screen": "AskedGrabber Frame Region Screen ScreenGrabber Window acquire_screen choose_place find_window",
        "scrolling": "Scrolled acquire_scroll stitched_acquisition",
        "tool": "tool_facts",
        "watch": "FolderWatch",
        "without": "acquire_without_media",
    })  # fmt: skip
