"""The command line: the same verbs as the window."""

from app.cli.run import run

__all__ = ["run"]
