"""Blacking out parts of a picture so that a checker can still confirm all the rest against the sealed original."""

from evidence.redaction.picture import Redacted, redact_picture
from evidence.redaction.record import Area, Redaction
from evidence.redaction.tiles import TILE_SIDE, is_commitment_to, tiles_of
from evidence.redaction.verdict import TilesChecked, check_redaction

__all__ = [
    "Area", "Redacted", "Redaction", "TILE_SIDE", "TilesChecked", "check_redaction", "is_commitment_to",
    "redact_picture", "tiles_of",
]  # fmt: skip
