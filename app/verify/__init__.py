"""The stand-alone verifier: no vault, no window, no detectors."""
