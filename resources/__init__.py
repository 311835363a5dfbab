"""Files that ship beside the code; read through importlib.resources."""
