"""Which of two neighbours provides the uplink."""

from itertools import pairwise

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from cmdb.engine.derivation.uplinks import Way, uphill

numbers = st.integers(1, 12)
pairs = st.lists(st.tuples(numbers, numbers), max_size=30)
sets = st.frozensets(numbers, max_size=6)


def _pairs(ways: list[Way]) -> list[tuple[int, int]]:
    return [(way.lower, way.upper) for way in ways]


def test_a_dual_homed_access_switch_has_two_uplinks_and_the_link_between_equals_is_none() -> None:
    r"""Two core switches below a router, an access switch on both, a server on the access switch.

            1 router
           / \
          2───3      core
           \ /
            4        access
            │
            5        server
    """
    links = [(1, 2), (1, 3), (2, 3), (4, 2), (4, 3), (5, 4)]
    found = _pairs(uphill(links, [{1}], {1, 2, 3, 4}))
    assert found == [(2, 1), (3, 1), (4, 2), (4, 3), (5, 4)]


def test_switches_without_a_way_out_are_nobodys_uplink_but_serve_their_servers() -> None:
    assert uphill([(1, 2), (3, 1)], roots=[frozenset()], carriers={1, 2}) == [Way(3, 1)]


def test_each_part_of_the_network_takes_the_best_guess_of_its_own() -> None:
    """1 is a router; beyond a gap nobody is, and 5 is the root of the spanning tree there."""
    links = [(1, 2), (4, 5), (5, 6)]
    found = _pairs(uphill(links, [{1}, {2, 5}], {1, 2, 4, 5, 6}))
    assert found == [(2, 1), (4, 5), (6, 5)]


def test_two_cores_with_a_router_each_stand_in_for_each_other() -> None:
    """1 ── 3 ── 4 ── 2: when router 1 fails, core 3 still gets out by 4 and 2."""
    found = uphill([(1, 3), (3, 4), (4, 2)], [{1, 2}], {1, 2, 3, 4})
    assert found == [Way(3, 1), Way(3, 2, (4,)), Way(4, 1, (3,)), Way(4, 2)]


@given(pairs, sets, sets)
def test_uplinks_never_go_in_a_circle_and_only_detours_are_no_links(
    links: list[tuple[int, int]], roots: frozenset[int], carriers: frozenset[int]
) -> None:
    found = uphill(links, [roots], carriers)
    joined = {frozenset(pair) for pair in links}
    for way in found:
        steps = [way.lower, *way.through, way.upper]
        assert all(frozenset(step) in joined for step in pairwise(steps))
    assert nx.is_directed_acyclic_graph(nx.DiGraph(_pairs(found)))


@given(pairs, sets)
def test_when_one_carrier_fails_exactly_those_fall_that_are_cut_off(
    links: list[tuple[int, int]], roots: frozenset[int]
) -> None:
    """The truth is a graph without the failed one; the answer is what groups of uplinks say."""
    network = nx.Graph([pair for pair in links if pair[0] != pair[1]])
    carriers = frozenset(network)
    found = uphill(links, [roots], carriers)
    upper: dict[int, set[int]] = {}
    for way in found:
        upper.setdefault(way.lower, set()).add(way.upper)
    for failed in carriers:
        told = _fallen(failed, upper)
        left = network.subgraph(carriers - {failed})
        for part in nx.connected_components(left):
            if not part & roots:
                assert told >= {one for one in part if one in upper}
            else:
                assert not told & part


def _fallen(failed: int, upper: dict[int, set[int]]) -> set[int]:
    fallen = {failed}
    while fresh := {one for one, ends in upper.items() if one not in fallen and ends <= fallen}:
        fallen |= fresh
    return fallen


@given(pairs, sets, sets)
def test_neither_order_nor_direction_of_links_matters(
    links: list[tuple[int, int]], roots: frozenset[int], carriers: frozenset[int]
) -> None:
    turned = [(far, near) for near, far in reversed(links)]
    assert uphill(turned, [roots], carriers) == uphill(links, [roots], carriers)
