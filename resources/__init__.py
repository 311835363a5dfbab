"""Files that ship beside the code."""

from pathlib import Path

FOLDER = Path(__file__).parent
"""Where they lie. What reads them early in a start takes this; :mod:`importlib.resources` costs it milliseconds."""
