"""Empty so far."""
