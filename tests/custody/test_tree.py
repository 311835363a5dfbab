"""The tree against the published vectors and against the RFC's own recursive definitions."""

from __future__ import annotations

import hashlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.custody import (
    EMPTY_ROOT,
    hash_children,
    hash_leaf,
    root_of_nodes,
    verify_consistency,
    verify_inclusion,
)
from evidence.custody.tree import consistency_path, inclusion_path
from evidence.model import ConsistencyProof, InclusionProof

# The inputs, roots and proofs of the certificate-transparency reference implementation (merkle_tree_test.cc).
INPUTS = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
A = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
B = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
C = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
D = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
E = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
F = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
INCLUSION = {
    (0, 1): [], (0, 8): [A, B, C], (5, 8): [D, E, ROOTS[3]], (2, 3): [ROOTS[1]], (1, 5): [ROOTS[0], B, D],
}  # fmt: skip
CONSISTENCY = {(1, 1): [], (1, 8): [A, B, C], (6, 8): [F, E, ROOTS[3]], (2, 5): [B, D]}


class Nodes:
    """Complete subtrees computed from the leaves; counts what is read."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.leaves = [hash_leaf(leaf) for leaf in leaves]
        self.reads = 0

    def __call__(self, level: int, index: int) -> bytes:
        self.reads += 1
        width = 1 << level
        part = self.leaves[index * width : (index + 1) * width]
        assert len(part) == width, "an incomplete subtree was read"
        return naive_root(part)


def naive_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1, word for word."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hash_children(naive_root(leaves[:split]), naive_root(leaves[split:]))


def naive_path(index: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962, 2.1.1, word for word."""
    if len(leaves) == 1:
        return []
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    if index < split:
        return [*naive_path(index, leaves[:split]), naive_root(leaves[split:])]
    return [*naive_path(index - split, leaves[split:]), naive_root(leaves[:split])]


def naive_subproof(first: int, leaves: list[bytes], is_whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962, 2.1.2, word for word."""
    if first == len(leaves):
        return [] if is_whole else [naive_root(leaves)]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    if first <= split:
        return [*naive_subproof(first, leaves[:split], is_whole), naive_root(leaves[split:])]
    return [*naive_subproof(first - split, leaves[split:], False), naive_root(leaves[:split])]


def inclusion(index: int, size: int, path: list[bytes]) -> InclusionProof:
    return InclusionProof(index, size, tuple(part.hex() for part in path))


def consistency(first: int, second: int, path: list[bytes]) -> ConsistencyProof:
    return ConsistencyProof(first, second, tuple(part.hex() for part in path))


def test_published_roots() -> None:
    nodes = Nodes(INPUTS)
    assert root_of_nodes(nodes, 0) == EMPTY_ROOT
    assert [root_of_nodes(nodes, size).hex() for size in range(1, 9)] == ROOTS


def test_published_proofs() -> None:
    nodes = Nodes(INPUTS)
    for (index, size), path in INCLUSION.items():
        assert [part.hex() for part in inclusion_path(nodes, index, size)] == path
        assert verify_inclusion(InclusionProof(index, size, tuple(path)), nodes.leaves[index],
                                bytes.fromhex(ROOTS[size - 1]))  # fmt: skip
    for (first, second), path in CONSISTENCY.items():
        assert [part.hex() for part in consistency_path(nodes, first, second)] == path
        assert verify_consistency(ConsistencyProof(first, second, tuple(path)), bytes.fromhex(ROOTS[first - 1]),
                                  bytes.fromhex(ROOTS[second - 1]))  # fmt: skip


def test_all_small_trees_equal_the_definitions() -> None:
    leaves = [str(number).encode() for number in range(34)]
    nodes = Nodes(leaves)
    roots = [naive_root(nodes.leaves[:size]) for size in range(len(leaves) + 1)]
    for size in range(1, len(leaves) + 1):
        assert root_of_nodes(nodes, size) == roots[size]
        part = nodes.leaves[:size]
        for index in range(size):
            path = inclusion_path(nodes, index, size)
            assert path == naive_path(index, part)
            assert verify_inclusion(inclusion(index, size, path), part[index], roots[size])
        for first in range(1, size + 1):
            path = consistency_path(nodes, first, size)
            assert path == naive_subproof(first, part, True)
            assert verify_consistency(consistency(first, size, path), roots[first], roots[size])


@given(st.integers(1, 1 << 40), st.data())
def test_proofs_read_a_logarithmic_number_of_nodes(size: int, data: st.DataObject) -> None:
    reads = 0

    def node(level: int, index: int) -> bytes:
        nonlocal reads
        reads += 1
        assert (index + 1) << level <= size, "an incomplete subtree was read"
        return hashlib.sha256(f"{level} {index}".encode()).digest()

    index, first = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size))
    for work in (lambda: root_of_nodes(node, size), lambda: inclusion_path(node, index, size),
                 lambda: consistency_path(node, first, size)):  # fmt: skip
        reads = 0
        work()
        assert reads <= 2 * size.bit_length()


@given(st.integers(1, 200), st.data())
def test_a_changed_inclusion_proof_is_refused(size: int, data: st.DataObject) -> None:
    nodes = Nodes([bytes([number]) for number in range(size)])
    index = data.draw(st.integers(0, size - 1))
    root, path = root_of_nodes(nodes, size), inclusion_path(nodes, index, size)
    leaf = nodes.leaves[index]
    assert verify_inclusion(inclusion(index, size, path), leaf, root)
    other = data.draw(st.integers(0, size - 1).filter(lambda number: number != index)) if size > 1 else None
    if other is not None:
        assert not verify_inclusion(inclusion(other, size, path), leaf, root)
        assert not verify_inclusion(inclusion(index, size, path), nodes.leaves[other], root)
    assert not verify_inclusion(inclusion(index, size, [*path, leaf]), leaf, root)
    assert not verify_inclusion(inclusion(index, size, path), leaf, bytes(32))
    assert not verify_inclusion(inclusion(index, index, path), leaf, root)
    if path:
        spot = data.draw(st.integers(0, len(path) - 1))
        assert not verify_inclusion(inclusion(index, size, path[:spot] + path[spot + 1 :]), leaf, root)
        flipped = bytes([path[spot][0] ^ 1]) + path[spot][1:]
        assert not verify_inclusion(inclusion(index, size, [*path[:spot], flipped, *path[spot + 1 :]]), leaf, root)


@given(st.integers(1, 200), st.data())
def test_a_changed_consistency_proof_is_refused(second: int, data: st.DataObject) -> None:
    nodes = Nodes([bytes([number]) for number in range(second)])
    first = data.draw(st.integers(1, second))
    path = consistency_path(nodes, first, second)
    old, new = root_of_nodes(nodes, first), root_of_nodes(nodes, second)
    assert verify_consistency(consistency(first, second, path), old, new)
    assert not verify_consistency(consistency(first, second, path), bytes(32), new)
    assert not verify_consistency(consistency(first, second, path), old, bytes(32))
    assert not verify_consistency(consistency(first, second, [*path, old]), old, new)
    if first < second:
        assert not verify_consistency(consistency(second, first, path), new, old)
    if path:
        spot = data.draw(st.integers(0, len(path) - 1))
        assert not verify_consistency(consistency(first, second, path[:spot] + path[spot + 1 :]), old, new)
        flipped = bytes([path[spot][0] ^ 1]) + path[spot][1:]
        changed = [*path[:spot], flipped, *path[spot + 1 :]]
        assert not verify_consistency(consistency(first, second, changed), old, new)


def test_the_empty_log_is_the_beginning_of_every_log() -> None:
    root = bytes.fromhex(ROOTS[7])
    assert verify_consistency(ConsistencyProof(0, 8), EMPTY_ROOT, root)
    assert verify_consistency(ConsistencyProof(0, 0), EMPTY_ROOT, EMPTY_ROOT)
    assert not verify_consistency(ConsistencyProof(0, 8), root, root)
    assert not verify_consistency(ConsistencyProof(0, 0), root, root)
    assert not verify_consistency(ConsistencyProof(0, 8, (ROOTS[0],)), EMPTY_ROOT, root)


@given(st.integers(-3, 1 << 60), st.integers(-3, 1 << 60), st.lists(st.one_of(st.text(), st.sampled_from(ROOTS))))
def test_hostile_proofs_never_raise(one: int, two: int, path: list[str]) -> None:
    root = bytes.fromhex(ROOTS[7])
    assert not verify_inclusion(InclusionProof(one, two, tuple(path)), b"leaf", root)
    verify_inclusion(InclusionProof(one, two, tuple(path)), root, root)
    verify_consistency(ConsistencyProof(one, two, tuple(path)), root, root)


@pytest.mark.parametrize("bad", ["zz" * 32, "AB" * 32, "ab" * 31, "ab" * 33, " " + "ab" * 31 + "a", "١" * 64])
def test_only_lower_case_hexadecimal_is_a_hash(bad: str) -> None:
    assert not verify_consistency(ConsistencyProof(1, 2, (bad,)), bytes(32), bytes(32))


def test_paths_outside_the_tree_are_a_bug_of_the_caller() -> None:
    nodes = Nodes(INPUTS)
    for bad in (-1, 3):
        with pytest.raises(ValueError, match="outside"):
            inclusion_path(nodes, bad, 3)
    for first, second in ((-1, 2), (3, 2)):
        with pytest.raises(ValueError, match="order"):
            consistency_path(nodes, first, second)


def test_heads_chain(filled) -> None:  # type: ignore[no-untyped-def]
    from evidence.custody import prove_consistency

    storage = filled(23, batch=4)
    for earlier, later in pairwise(storage.heads):
        proof = prove_consistency(storage, "case", earlier.head.size, later.head.size)
        assert verify_consistency(proof, bytes.fromhex(earlier.head.root), bytes.fromhex(later.head.root))
