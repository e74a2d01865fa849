"""The Merkle tree against RFC 6962 written down naively, against published values, and against liars."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import compact, tree

LEAVES = [hashlib.sha256(str(number).encode()).digest() for number in range(70_000)]

# The records and roots with which implementations of Certificate Transparency are tested.
RECORDS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
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


def mth(leaves):
    """RFC 6962, section 2.1."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = largest_power_below(len(leaves))
    return hashlib.sha256(b"\x01" + mth(leaves[:split]) + mth(leaves[split:])).digest()


def path(index, leaves):
    """RFC 6962, section 2.1.1."""
    if len(leaves) == 1:
        return []
    split = largest_power_below(len(leaves))
    if index < split:
        return [*path(index, leaves[:split]), mth(leaves[split:])]
    return [*path(index - split, leaves[split:]), mth(leaves[:split])]


def subproof(old, leaves, *, whole):
    """RFC 6962, section 2.1.2."""
    if old == len(leaves):
        return [] if whole else [mth(leaves)]
    split = largest_power_below(len(leaves))
    if old <= split:
        return [*subproof(old, leaves[:split], whole=whole), mth(leaves[split:])]
    return [*subproof(old - split, leaves[split:], whole=False), mth(leaves[:split])]


def largest_power_below(count):
    power = 1
    while power * 2 < count:
        power *= 2
    return power


def of(leaves):
    """The tree over some leaves, its tiles computed by their definition (C2SP tlog-tiles)."""

    def tile(level, number, width):
        span = 256**level
        first = number * 256
        return b"".join(mth(leaves[each * span : (each + 1) * span]) for each in range(first, first + width))

    return tree.Tree(len(leaves), tile)


SIZES = st.one_of(st.integers(0, 40), st.integers(250, 530))


@pytest.mark.parametrize("size", range(9))
def test_published_values__are_ours(size):
    leaves = [tree.leaf(bytes.fromhex(record)) for record in RECORDS[:size]]
    assert of(leaves).root().hex() == mth(leaves).hex() == ROOTS[size]


@given(SIZES.filter(bool), st.data())
def test_inclusion__is_that_of_the_standard_and_is_verified(size, data):
    index = data.draw(st.integers(0, size - 1))
    leaves = LEAVES[:size]
    made, root = of(leaves).inclusion(index), mth(leaves)
    assert (of(leaves).root(), made) == (root, path(index, leaves))
    assert tree.verify_inclusion(leaves[index], index, size, made, root)


@given(SIZES, st.data())
def test_consistency__is_that_of_the_standard_and_is_verified(size, data):
    old = data.draw(st.integers(0, size))
    leaves = LEAVES[:size]
    made = of(leaves).consistency(old)
    assert made == (subproof(old, leaves, whole=True) if 0 < old < size else [])
    assert tree.verify_consistency(old, size, made, mth(leaves[:old]), mth(leaves))


@given(SIZES.filter(lambda size: size > 1), st.data())
def test_inclusion_of_anything_else__is_not_verified(size, data):
    index = data.draw(st.integers(0, size - 1))
    leaves = LEAVES[:size]
    made, root = of(leaves).inclusion(index), mth(leaves)
    spoilt = data.draw(st.integers(0, len(made) - 1))
    foreign = [*made[:spoilt], LEAVES[-1], *made[spoilt + 1 :]]
    assert not tree.verify_inclusion(leaves[index], index, size, foreign, root)
    assert not tree.verify_inclusion(leaves[index], index, size, made[:-1], root)
    assert not tree.verify_inclusion(leaves[index], index, size, [*made, root], root)
    assert not tree.verify_inclusion(LEAVES[-1], index, size, made, root)
    other = data.draw(st.integers(-1, size).filter(lambda number: number != index))
    assert not tree.verify_inclusion(leaves[index], other, size, made, root)


@given(SIZES.filter(lambda size: size > 1), st.data())
def test_consistency_of_a_forked_journal__is_not_verified(size, data):
    old = data.draw(st.integers(1, size - 1))
    changed = data.draw(st.integers(0, old - 1))
    forked = [*LEAVES[:changed], LEAVES[-1], *LEAVES[changed + 1 : size]]
    kept = mth(LEAVES[:old])
    for leaves in (forked, LEAVES[:size]):
        made, root = of(leaves).consistency(old), mth(leaves)
        assert tree.verify_consistency(old, size, made, kept, root) == (leaves is not forked)
        assert not tree.verify_consistency(old, size, [*made, root], kept, root)
        assert not tree.verify_consistency(old, size, made[:-1], kept, root)
        assert not tree.verify_consistency(size, old, made, root, kept)


@settings(max_examples=3, deadline=None)
@given(st.integers(65_537, 70_000), st.data())
def test_three_levels_of_tiles__give_the_same(size, data):
    leaves = LEAVES[:size]
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    root = mth(leaves)
    assert of(leaves).root() == root
    assert tree.verify_inclusion(leaves[index], index, size, of(leaves).inclusion(index), root)
    assert tree.verify_consistency(old, size, of(leaves).consistency(old), mth(leaves[:old]), root)


def test_tiles_of_a_tree__are_those_of_the_example_in_tlog_tiles():
    widths = [(0, 272, 256), (0, 273, 112), (0, 274, 0), (1, 0, 256), (1, 1, 17), (2, 0, 1), (3, 0, 0)]
    assert [(level, number, tree.width(level, number, 70_000)) for level, number, _ in widths] == widths
    assert [tree.width(level, 0, 256) for level in (0, 1, 2)] == [256, 1, 0]


@pytest.mark.parametrize(("ask", "number"), [("inclusion", 3), ("inclusion", -1), ("consistency", 4)])
def test_proof_of_what_is_not_there__is_refused(ask, number):
    with pytest.raises(ValueError, match=r"3"):
        getattr(of(LEAVES[:3]), ask)(number)


@given(st.integers(0, 300), st.integers(0, 300))
@settings(max_examples=60, deadline=None)
def test_compact_range__grows_to_the_same_root(start, more):
    reached = compact.CompactRange(start, of(LEAVES[:start]).peaks())
    for leaf in LEAVES[start : start + more]:
        reached.append(leaf)
    assert (reached.size, reached.root()) == (start + more, mth(LEAVES[: start + more]))
    assert reached.hashes == of(LEAVES[: start + more]).peaks()


@pytest.mark.parametrize(("size", "hashes"), [(1, []), (0, [LEAVES[0]]), (3, LEAVES[:1]), (-1, []), (1, [b"short"])])
def test_compact_range_of_other_hashes__is_refused(size, hashes):
    with pytest.raises(ValueError, match="not the subtrees"):
        compact.CompactRange(size, hashes)
