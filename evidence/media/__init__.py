"""The only place that looks into untrusted media: types by content, and decoding in a child process with limits."""

from typing import TYPE_CHECKING

from evidence.late import later

if TYPE_CHECKING:
    from evidence.media.child import CHILD_WORD, MediaWorker, child_command
    from evidence.media.codes import read_codes
    from evidence.media.films import FILM_LIMITS, FILM_MODULE, Film, FilmFacts, FilmFrame
    from evidence.media.limits import MediaLimits
    from evidence.media.pictures import SMALL_SIDE, DecodedImage, PictureFacts, decode_image, picture_facts, preview
    from evidence.media.sniffing import HEAD_SIZE, UNKNOWN, sniff
    from evidence.media.sound import FILM_TYPES, SOUND_TYPES, mute_film, silence_sound


__all__ = [
    "CHILD_WORD", "DecodedImage", "FILM_LIMITS", "FILM_MODULE", "FILM_TYPES", "Film", "FilmFacts", "FilmFrame",
    "HEAD_SIZE", "MediaLimits", "MediaWorker", "PictureFacts", "SMALL_SIDE", "SOUND_TYPES", "UNKNOWN",
    "child_command", "decode_image", "mute_film", "picture_facts", "preview", "read_codes", "silence_sound", "sniff",
]  # fmt: skip

if not TYPE_CHECKING:
    __getattr__ = later(__name__, {
        "child": "CHILD_WORD MediaWorker child_command",
        "codes": "read_codes",
        "films": "FILM_LIMITS FILM_MODULE Film FilmFacts FilmFrame",
        "limits": "MediaLimits",
        "pictures": "SMALL_SIDE DecodedImage PictureFacts decode_image picture_facts preview",
        "sniffing": "HEAD_SIZE UNKNOWN sniff",
        "sound": "FILM_TYPES SOUND_TYPES mute_film silence_sound",
    })  # fmt: skip
