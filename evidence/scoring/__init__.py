"""Score originals on this computer: facts of provenance, faces, detectors with measured error rates, and a band."""

from typing import TYPE_CHECKING

from evidence.late import later

if TYPE_CHECKING:
    from evidence.scoring.illustrating import LAYERS, MAP, Illustration, illustrate
    from evidence.scoring.importing import import_pack, peek_facts, remove_pack
    from evidence.scoring.maps import LAYER_NAMES, ScoreMap, layer, score_map
    from evidence.scoring.packs import Pack, detectors_of, finder_of, load_pack, load_packs
    from evidence.scoring.score import NOT_EXAMINED, score_original, scoring_worker


__all__ = [
    "Illustration", "LAYERS", "LAYER_NAMES", "MAP", "NOT_EXAMINED", "Pack", "ScoreMap", "detectors_of", "finder_of",
    "illustrate", "import_pack", "layer", "load_pack", "load_packs", "peek_facts", "remove_pack", "score_map",
    "score_original", "scoring_worker",
]  # fmt: skip

if not TYPE_CHECKING:
    __getattr__ = later(__name__, {
        "illustrating": "LAYERS MAP Illustration illustrate",
        "importing": "import_pack peek_facts remove_pack",
        "maps": "LAYER_NAMES ScoreMap layer score_map",
        "packs": "Pack detectors_of finder_of load_pack load_packs",
        "score": "NOT_EXAMINED score_original scoring_worker",
    })  # fmt: skip
