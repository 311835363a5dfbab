"""Entry points and wiring: the window, the command line, the stand-alone verifier."""
