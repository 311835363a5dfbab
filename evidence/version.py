"""The product's name and version, stated here alone; ``pyproject.toml`` reads it."""

from __future__ import annotations

NAME = "Holdfast"
VERSION = "0.1.0"
