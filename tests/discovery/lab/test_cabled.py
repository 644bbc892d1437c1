"""Real switches, really cabled: what is discovered is what was built.

Each tree is drawn by a seed; some nodes are dumb switches that neither answer nor announce
themselves, so that their neighbours see each other through them.
"""

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.cabled_lab import COMMUNITY, Cable, CabledLab, can_be_cabled
from tests.support.processes import private_directory

_PROGRAM = [sys.executable, "-c", "from discovery.cli import main; main()"]
_PATIENCE_SECONDS = 60


@pytest.fixture(autouse=True, scope="module")
def _namespaces() -> None:
    if not can_be_cabled():
        pytest.fail("network namespaces need root and CAP_NET_ADMIN", pytrace=False)


def _tree(seed: int, size: int) -> list[Cable]:
    dice = random.Random(seed)
    return [(dice.randint(1, node - 1), node) for node in range(2, size + 1)]


def _expected(cables: list[Cable], dumb: set[int], lab: CabledLab) -> set[tuple[str, str]]:
    """Return the cables in words; a dumb switch with two neighbours joins these."""
    found = set()
    for one, other in cables:
        if not {one, other} & dumb:
            found.add((f"node{one} {lab.port(one, other)}", f"node{other} {lab.port(other, one)}"))
    for node in dumb:
        one, other = sorted({end for cable in cables if node in cable for end in cable} - {node})
        found.add((f"node{one} {lab.port(one, node)}", f"node{other} {lab.port(other, node)}"))
    return {(min(pair), max(pair)) for pair in found}


def _discover(lab: CabledLab, file: Path) -> tuple[set[tuple[str, str]], set[str]]:
    """Return the links and the proofs that the program tells in the scanner's namespace."""
    lab.announce()
    shown = subprocess.run(
        [*lab.scanner, *_PROGRAM, "network", str(file), "--json", "--timeout", "2"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert shown.returncode == 0, shown.stderr
    documents = [json.loads(line) for line in shown.stdout.splitlines()]
    links = [one for one in documents if one["kind"] == "link" and one["layer"] == 2]
    ends = (sorted(f"{one[e]['name_of_device']} {one[e]['name']}" for e in "ab") for one in links)
    return {(one, other) for one, other in ends}, {w for one in links for w in one["evidence"]}


def _with_two_cables(cables: list[Cable]) -> list[int]:
    ends = [end for cable in cables for end in cable]
    return [node for node in sorted(set(ends)) if node > 1 and ends.count(node) == 2]


@pytest.mark.parametrize(("seed", "size"), [(11, 7)])
def test_a_tree_of_real_switches_is_found_cable_by_cable(seed: int, size: int) -> None:
    cables = _tree(seed, size)
    dumb = set(_with_two_cables(cables)[:1])
    answering = sorted({end for cable in cables for end in cable} - dumb)
    with private_directory("cabled") as folder, CabledLab(folder, cables, dumb) as lab:
        ranges = json.dumps([lab.address(node) for node in answering])
        file = folder / "network.toml"
        file.write_text(f'ranges = {ranges}\n[[credential]]\ncommunity = "{COMMUNITY}"\n')
        file.chmod(0o600)
        expected = _expected(cables, dumb, lab)
        until = time.monotonic() + _PATIENCE_SECONDS
        found, proofs = _discover(lab, file)
        while found != expected and time.monotonic() < until:  # announcements are on their way
            found, proofs = _discover(lab, file)
        assert found == expected
        assert proofs == {"lldp:a", "lldp:b"}
