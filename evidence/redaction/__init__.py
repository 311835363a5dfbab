"""Taking parts out of a copy so that a checker can still confirm all the rest against the sealed original."""

from evidence.redaction.picture import Redacted, is_inside, redact_picture
from evidence.redaction.record import Area, PictureProof, Redaction, Silence, TextProof
from evidence.redaction.text import MARK, read_text, redact_text, root_of_text
from evidence.redaction.tiles import SEED_SIZE, is_commitment_to, root_of_picture, tiles_of
from evidence.redaction.verdict import PartsChecked, check_redaction

__all__ = [
    "Area", "MARK", "PartsChecked", "PictureProof", "Redacted", "Redaction", "SEED_SIZE", "Silence",
    "TextProof",
    "check_redaction", "is_commitment_to", "is_inside", "read_text", "redact_picture", "redact_text",
    "root_of_picture", "root_of_text", "tiles_of",
]  # fmt: skip
