"""Holdfast's library: everything that is known about evidence, without a window."""
