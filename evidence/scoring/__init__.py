"""Score originals on this computer: facts of provenance, faces, detectors with measured error rates, and a band."""

from evidence.scoring.packs import Pack, load_pack, load_packs
from evidence.scoring.score import NOT_EXAMINED, score_original, scoring_worker

__all__ = ["NOT_EXAMINED", "Pack", "load_pack", "load_packs", "score_original", "scoring_worker"]
