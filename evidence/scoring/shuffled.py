"""A model whose weights were put in other places: the control of everything that a detector shows (child process)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

_LEAST_BYTES = 1000
"""Smaller tensors (biases, norms) stay: without them most networks give one number for everything."""


def with_shuffled_weights(model: bytes, seed: int = 1) -> bytes:
    """The ONNX model with the values of every large tensor in random order: the same shapes, the same values.

    Sanity check of Adebayo et al. (2018). Reads no more of the protocol buffer than it must: ``ModelProto.graph`` (7),
    ``GraphProto.initializer`` (5), ``TensorProto.raw_data`` (9). Raises ``ValueError`` when nothing was shuffled.
    """
    data = bytearray(model)
    random = np.random.default_rng(seed)
    for graph in _fields(model, 0, len(model), 7):
        for tensor in _fields(model, *graph, 5):
            for start, stop in _fields(model, *tensor, 9):
                if stop - start >= _LEAST_BYTES and (stop - start) % 4 == 0:
                    values = np.frombuffer(model[start:stop], np.float32).copy()
                    random.shuffle(values)
                    data[start:stop] = values.tobytes()
    if data == model:
        raise ValueError("no large tensor")
    return bytes(data)


def _fields(data: bytes, start: int, stop: int, wanted: int) -> Iterator[tuple[int, int]]:
    """Bounds of the length-delimited fields with the number ``wanted``."""

    def varint() -> int:
        nonlocal start
        value = shift = 0
        while start < stop:
            byte, start = data[start], start + 1
            value, shift = value | (byte & 127) << shift, shift + 7
            if byte < 128:
                break
        return value

    while start < stop:
        key = varint()
        if key & 7 == 2:
            size = varint()
            if key >> 3 == wanted:
                yield start, start + size
            start += size
        elif key & 7 == 0:
            varint()
        else:
            start += 4 if key & 7 == 5 else 8
