"""Known answers of certificate-transparency, proofs by hypothesis, and forged proofs."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from testigo.errors import InvalidSignature
from testigo.record import merkle

# The reference inputs and hashes of certificate-transparency (transparency-dev/merkle, testonly/constants.go).
INPUTS = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [merkle.leaf_hash(entry) for entry in INPUTS]
LEAF_1 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
NODE_2_3 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
LEAF_4 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
NODE_4_5 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
NODE_6_7 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
NODE_4_7 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"


def flipped(hashes: list[bytes], which: int) -> list[bytes]:
    changed = list(hashes)
    changed[which] = bytes([changed[which][0] ^ 1]) + changed[which][1:]
    return changed


@pytest.mark.parametrize("size", range(9))
def test_roots_of_the_reference_tree(size: int) -> None:
    assert merkle.root(LEAVES[:size]).hex() == ROOTS[size]


@pytest.mark.parametrize(
    ("index", "size", "proof"),
    [
        (0, 1, []),
        (0, 2, [LEAF_1]),
        (1, 2, [ROOTS[1]]),
        (2, 3, [ROOTS[2]]),
        (1, 5, [ROOTS[1], NODE_2_3, LEAF_4]),
        (0, 8, [LEAF_1, NODE_2_3, NODE_4_7]),
    ],
)
def test_inclusion_proofs_of_the_reference_tree(index: int, size: int, proof: list[str]) -> None:
    assert [hash_.hex() for hash_ in merkle.inclusion_proof(LEAVES[:size], index)] == proof


@pytest.mark.parametrize(
    ("old", "size", "proof"),
    [
        (1, 1, []),
        (0, 8, []),
        (1, 8, [LEAF_1, NODE_2_3, NODE_4_7]),
        (6, 8, [NODE_4_5, NODE_6_7, ROOTS[4]]),
        (2, 5, [NODE_2_3, LEAF_4]),
    ],
)
def test_consistency_proofs_of_the_reference_tree(old: int, size: int, proof: list[str]) -> None:
    made = merkle.consistency_proof(LEAVES[:size], old)
    assert [hash_.hex() for hash_ in made] == proof
    merkle.verify_consistency(old, bytes.fromhex(ROOTS[old]), size, bytes.fromhex(ROOTS[size]), made)


def test_every_proof_of_every_small_tree_verifies_and_no_other_does() -> None:
    leaves = [merkle.leaf_hash(bytes([number])) for number in range(18)]
    roots = [merkle.root(leaves[:size]) for size in range(19)]
    for size in range(1, 19):
        for index in range(size):
            proof = merkle.inclusion_proof(leaves[:size], index)
            merkle.verify_inclusion(leaves[index], index, size, proof, roots[size])
            for wrong in range(size):
                if wrong != index:
                    with pytest.raises(InvalidSignature):
                        merkle.verify_inclusion(leaves[index], wrong, size, proof, roots[size])
        for old in range(size + 1):
            proof = merkle.consistency_proof(leaves[:size], old)
            merkle.verify_consistency(old, roots[old], size, roots[size], proof)
            for wrong in set(range(size + 1)) - {old}:
                with pytest.raises(InvalidSignature):
                    merkle.verify_consistency(wrong, roots[old], size, roots[size], proof)


@given(st.integers(1, 600), st.data())
@settings(deadline=None)
def test_a_changed_proof_never_verifies(size: int, data: st.DataObject) -> None:
    leaves = [hashlib.sha256(number.to_bytes(4)).digest() for number in range(size)]
    root, index = merkle.root(leaves), data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion_proof(leaves, index)
    merkle.verify_inclusion(leaves[index], index, size, proof, root)
    forged = [[*proof, root], [*proof[:-1]]] if proof else [[root]]
    forged += [flipped(proof, which) for which in range(len(proof))]
    for other in forged:
        with pytest.raises(InvalidSignature):
            merkle.verify_inclusion(leaves[index], index, size, other, root)
    old = data.draw(st.integers(0, size))
    old_root, steps = merkle.root(leaves[:old]), merkle.consistency_proof(leaves, old)
    merkle.verify_consistency(old, old_root, size, root, steps)
    for other in [[*steps, root], *([steps[:-1]] if steps else []), *(flipped(steps, n) for n in range(len(steps)))]:
        with pytest.raises(InvalidSignature):
            merkle.verify_consistency(old, old_root, size, root, other)


def test_a_rewritten_beginning_has_no_proof() -> None:
    """The new tree is sound and the proof its own; only the kept root tells that the first entries were others."""
    other = [merkle.leaf_hash(b"another"), *LEAVES[1:]]
    for size in range(2, 9):
        for old in range(1, size):
            proof = merkle.consistency_proof(other[:size], old)
            with pytest.raises(InvalidSignature):
                merkle.verify_consistency(old, bytes.fromhex(ROOTS[old]), size, merkle.root(other[:size]), proof)


@given(
    st.integers(-1, 2**64),
    st.integers(-1, 2**64),
    st.lists(st.binary(min_size=31, max_size=33), max_size=70),
    st.binary(min_size=32, max_size=32),
)
def test_a_random_proof_is_refused_and_nothing_else_happens(
    small: int, large: int, proof: list[bytes], hash_: bytes
) -> None:
    with pytest.raises(InvalidSignature):
        merkle.verify_inclusion(hash_, small, large, proof, merkle.EMPTY_ROOT)
    if small != large and small != 0:
        with pytest.raises(InvalidSignature):
            merkle.verify_consistency(small, hash_, large, merkle.EMPTY_ROOT, proof)


def test_an_entry_cannot_pass_for_a_node() -> None:
    left, right = LEAVES[:2]
    assert merkle.leaf_hash(left + right) != merkle.node_hash(left, right)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 3), (3, 3)])
def test_no_proof_for_what_is_not_there(index: int, size: int) -> None:
    with pytest.raises(IndexError):
        merkle.inclusion_proof(LEAVES[:size], index)
    with pytest.raises(IndexError):
        merkle.consistency_proof(LEAVES[:size], index if index < 0 else size + 1)
