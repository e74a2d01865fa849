"""The proofs of the shell are those of the tree: good where they belong, refused with anything else in their place."""

from __future__ import annotations

import base64
import itertools

import pytest

from gateway.journal.evidence import shell
from storage import tree
from tests import evidence

pytestmark = pytest.mark.slow  # hundreds of processes of the shell

SIZES = (1, 2, 3, 6, 8, 13)
RECORDS = [f"record {index}".encode() for index in range(max(SIZES))]
NOTHING = "0" * 43 + "="


@pytest.fixture
def folder(tmp_path):
    """Records, and a note for each size: all that the functions read of it are its second and third line."""
    evidence.need_tools("p256")
    made = tmp_path / "files"
    made.mkdir()
    for index, record in enumerate(RECORDS):
        (made / f"r{index}").write_bytes(record)
    for size in SIZES:
        (made / f"n{size}").write_text(f"origin\n{size}\n{base64.b64encode(of(size).root()).decode()}\n\nsignature\n")
    return made


def of(size):
    leaves = b"".join(map(tree.leaf, RECORDS))
    return tree.Tree(size, lambda level, number, width: leaves[: width * tree.HASH])


def lines(hashes):
    return [base64.b64encode(each).decode() for each in hashes]


def given(command, hashes):
    return f"{command} <<'.'\n" + "".join(f"{each}\n" for each in hashes) + ".\n"


def refused(command, hashes):
    """Ask in a shell of its own, which ends where the proof is bad."""
    return f"if (\n{given(command, hashes)}) 2> /dev/null; then echo 'NOT REFUSED: {command}'; fi\n"


def spoiled(hashes):
    yield [*hashes, NOTHING]
    if hashes:
        yield hashes[:-1]
        yield [NOTHING, *hashes[1:]]


def run(folder, script, tmp_path):
    functions = f"{shell.BEGINNING}{shell.TREE}{shell.CONTINUED}"
    done = evidence.run(folder, functions + script, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "NOT REFUSED" not in done.stdout
    return done.stdout.splitlines()


def test_record__is_included_where_it_is_and_nowhere_else(folder, tmp_path):
    script, good = "", 0
    for size in SIZES:
        for index in range(size):
            path = lines(of(size).inclusion(index))
            script += given(f"included r{index} {index} n{size}", path)
            good += 1
    for hashes in spoiled(lines(of(6).inclusion(4))):
        script += refused("included r4 4 n6", hashes)
    script += refused("included r4 5 n6", lines(of(6).inclusion(4)))
    script += refused("included r5 4 n6", lines(of(6).inclusion(4)))
    script += refused("included r4 4 n8", lines(of(6).inclusion(4)))
    assert len(run(folder, script, tmp_path)) == good


def test_tree__continues_those_before_it_and_no_others(folder, tmp_path):
    script, pairs = "", list(itertools.combinations(SIZES, 2))
    for old, new in pairs:
        script += given(f"continued n{old} n{new}", lines(of(new).consistency(old)))
    for old, new in ((3, 8), (6, 13), (8, 13)):
        proof = lines(of(new).consistency(old))
        for hashes in spoiled(proof):
            script += refused(f"continued n{old} n{new}", hashes)
        script += refused(f"continued n2 n{new}", proof)
    assert len(run(folder, script, tmp_path)) == len(pairs)
