"""Which of two neighbours provides the uplink."""

from hypothesis import given
from hypothesis import strategies as st

from cmdb.engine.derivation.uplinks import uphill

numbers = st.integers(1, 12)
pairs = st.lists(st.tuples(numbers, numbers), max_size=30)
sets = st.frozensets(numbers, max_size=6)


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
    assert uphill(links, {1}, {1, 2, 3, 4}) == [(2, 1), (3, 1), (4, 2), (4, 3), (5, 4)]


def test_switches_without_a_way_out_are_nobodys_uplink_but_serve_their_servers() -> None:
    assert uphill([(1, 2), (3, 1)], roots=frozenset(), carriers={1, 2}) == [(3, 1)]


@given(pairs, sets, sets)
def test_uplinks_are_links_turned_and_never_go_in_a_circle(
    links: list[tuple[int, int]], roots: frozenset[int], carriers: frozenset[int]
) -> None:
    found = uphill(links, roots, carriers)
    joined = {frozenset(pair) for pair in links}
    assert all(frozenset(pair) in joined for pair in found)
    above: dict[int, set[int]] = {}
    for lower, upper in found:
        above.setdefault(lower, set()).add(upper)
    for start, first in above.items():
        reached, waiting = set[int](), set(first)
        while waiting:
            here = waiting.pop()
            reached.add(here)
            waiting |= above.get(here, set()) - reached
        assert start not in reached


@given(pairs, sets, sets)
def test_neither_order_nor_direction_of_links_matters(
    links: list[tuple[int, int]], roots: frozenset[int], carriers: frozenset[int]
) -> None:
    turned = [(far, near) for near, far in reversed(links)]
    assert uphill(turned, roots, carriers) == uphill(links, roots, carriers)
