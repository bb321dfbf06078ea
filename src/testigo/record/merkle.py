"""Merkle trees over a list that only grows: hashes, roots, and the two proofs.

Source: RFC 6962 section 2.1 (the hashes) and RFC 9162 sections 2.1.3 and 2.1.4 (the proofs and how they are verified).
Leaves and inner nodes are hashed under different prefixes, so that no entry can pass for a node.

- An *inclusion proof* shows that one entry is in the tree of a given root: the sibling hashes on the way up.
- A *consistency proof* shows that a tree of `old_size` entries is the beginning of a larger one: nothing that was
  published has been changed, dropped or reordered.

All hashes are 32 bytes of SHA-256. A *leaf hash* is `leaf_hash(entry)`; lists of hashes are lists of leaf hashes.
"""

import hashlib
import hmac
from collections.abc import Sequence

from testigo.errors import InvalidSignature

HASH_SIZE = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """Hash of one entry: SHA-256(0x00 || entry)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node: SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a growing tree: enough to add a leaf and to name the root, in O(log n) space.

    One hash per set bit of `size`, the root of a perfect subtree, largest first.
    """

    def __init__(self) -> None:
        self.size = 0
        self._subtrees: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        self._subtrees.append(leaf)
        merges = self.size
        while merges & 1:
            right = self._subtrees.pop()
            self._subtrees.append(node_hash(self._subtrees.pop(), right))
            merges >>= 1
        self.size += 1

    def root(self) -> bytes:
        """The root hash of the tree so far; that of no entries is SHA-256 of nothing."""
        if not self._subtrees:
            return EMPTY_ROOT
        hash_ = self._subtrees[-1]
        for left in reversed(self._subtrees[:-1]):
            hash_ = node_hash(left, hash_)
        return hash_


def root(leaves: Sequence[bytes]) -> bytes:
    """Root hash of a tree with these leaf hashes."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The hashes that lead from leaf `index` to the root, lowest first (RFC 9162 section 2.1.3.1).

    Raises `IndexError` where the tree has no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*inclusion_proof(leaves[:split], index), root(leaves[split:])]
    return [*inclusion_proof(leaves[split:], index - split), root(leaves[:split])]


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> list[bytes]:
    """The hashes that show the first `old_size` leaves to be the beginning of the tree (RFC 9162 section 2.1.4.1).

    Empty where there is nothing to show: `old_size` is 0 or the whole. Raises `IndexError` for any size past the tree.
    """
    if not 0 <= old_size <= len(leaves):
        raise IndexError(old_size)
    return [] if old_size in (0, len(leaves)) else _subproof(leaves, old_size, whole=True)


def _subproof(leaves: Sequence[bytes], old_size: int, *, whole: bool) -> list[bytes]:
    """`whole`: the old root is the verifier's already, so the hash of a complete old subtree is not sent."""
    if old_size == len(leaves):
        return [] if whole else [root(leaves)]
    split = _split(len(leaves))
    if old_size <= split:
        return [*_subproof(leaves[:split], old_size, whole=whole), root(leaves[split:])]
    return [*_subproof(leaves[split:], old_size - split, whole=False), root(leaves[:split])]


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root_hash: bytes) -> None:
    """Return if `leaf` (a leaf hash) is entry `index` of the tree of `size` entries and this root.

    Source: RFC 9162 section 2.1.3.2. Raises `InvalidSignature` otherwise.
    """
    if not 0 <= index < size:
        raise InvalidSignature("proof.no-such-entry", hint="get-the-proof-again", count=size, index=str(index))
    position, last, hash_ = index, size - 1, leaf
    for sibling in proof:
        if last == 0 or len(sibling) != HASH_SIZE:
            raise InvalidSignature("proof.inclusion-wrong-length", hint="get-the-proof-again")
        if position & 1 or position == last:
            hash_ = node_hash(sibling, hash_)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            hash_ = node_hash(hash_, sibling)
        position, last = position >> 1, last >> 1
    if last:
        raise InvalidSignature("proof.inclusion-wrong-length", hint="get-the-proof-again")
    if not hmac.compare_digest(hash_, root_hash):
        raise InvalidSignature("proof.entry-not-included", hint="get-the-proof-again", index=str(index), count=size)


def verify_consistency(old_size: int, old_root: bytes, size: int, root_hash: bytes, proof: Sequence[bytes]) -> None:
    """Return if the tree of `old_size` entries and `old_root` is the beginning of the larger one.

    Source: RFC 9162 section 2.1.4.2; a proof from size 0 or to the same size is empty. Raises `InvalidSignature`.
    """
    if not 0 <= old_size <= size or any(len(hash_) != HASH_SIZE for hash_ in proof):
        raise InvalidSignature("proof.sizes-impossible", hint="get-the-proof-again", old=old_size, new=size)
    if old_size in (0, size):
        expected = EMPTY_ROOT if old_size == 0 else root_hash
        if proof or not hmac.compare_digest(expected, old_root):
            raise InvalidSignature("proof.not-the-beginning", hint="get-the-proof-again", old=old_size, new=size)
        return
    first, second = _walk_consistency(old_size, old_root, size, proof)
    if not (hmac.compare_digest(first, old_root) and hmac.compare_digest(second, root_hash)):
        raise InvalidSignature("proof.not-the-beginning", hint="get-the-proof-again", old=old_size, new=size)


def _walk_consistency(old_size: int, old_root: bytes, size: int, proof: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The old and the new root that follow from the proof (RFC 9162 section 2.1.4.2, steps 2 to 6)."""
    if old_size & (old_size - 1) == 0:
        proof = [old_root, *proof]
    if not proof:
        raise InvalidSignature("proof.consistency-wrong-length", hint="get-the-proof-again")
    position, last = old_size - 1, size - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    first = second = proof[0]
    for hash_ in proof[1:]:
        if last == 0:
            raise InvalidSignature("proof.consistency-wrong-length", hint="get-the-proof-again")
        if position & 1 or position == last:
            first, second = node_hash(hash_, first), node_hash(hash_, second)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            second = node_hash(second, hash_)
        position, last = position >> 1, last >> 1
    if last:
        raise InvalidSignature("proof.consistency-wrong-length", hint="get-the-proof-again")
    return first, second
