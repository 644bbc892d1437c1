"""Places on a large map: layers from left to right, nothing on top of anything else."""

import random

from hypothesis import given
from hypothesis import strategies as st

from web.presenters.placing import COLUMN_WIDTH, ROW_HEIGHT, ROWS, place_nodes

_NODES = [str(number) for number in range(12)]
_PAIRS = st.lists(st.tuples(st.sampled_from(_NODES), st.sampled_from(_NODES)), max_size=40)


def test_what_is_needed_stands_right_of_what_needs_it() -> None:
    places = place_nodes(
        ["orders", "app", "db"], [("orders", "app"), ("app", "db"), ("orders", "db")]
    )
    assert places["orders"][0] < places["app"][0] < places["db"][0]


@given(_PAIRS)
def test_every_node_has_a_place_of_its_own_whatever_circles_there_are(
    pairs: list[tuple[str, str]],
) -> None:
    places = place_nodes(_NODES, pairs)
    assert set(places) == set(_NODES)
    assert len(set(places.values())) == len(_NODES)


@given(_PAIRS)
def test_the_order_of_the_relations_moves_no_layer(pairs: list[tuple[str, str]]) -> None:
    columns = {node: x for node, (x, _) in place_nodes(_NODES, pairs).items()}
    assert columns == {node: x for node, (x, _) in place_nodes(_NODES, pairs[::-1]).items()}


def test_a_tall_layer_is_folded() -> None:
    leaves = [f"leaf-{number}" for number in range(3 * ROWS)]
    places = place_nodes(["top", *leaves], [("top", leaf) for leaf in leaves])
    assert len({places[leaf][0] for leaf in leaves}) == 3
    assert max(y for _, y in places.values()) <= ROWS * ROW_HEIGHT / 2


def test_neighbours_of_one_node_stand_near_it() -> None:
    # a ──> c, d and b ──> e, f: the pairs stay together, as their dependants do
    pairs = [("a", "c"), ("b", "e"), ("a", "d"), ("b", "f")]
    places = place_nodes(["a", "b", "e", "c", "f", "d"], pairs)
    rows = sorted("cdef", key=lambda node: places[node][1])
    assert {*rows[:2]} in ({"c", "d"}, {"e", "f"})


def test_relations_that_lead_off_the_map_or_to_oneself_are_passed_over() -> None:
    places = place_nodes(["a", "b"], [("a", "gone"), ("b", "b"), ("a", "b")])
    assert places == {"a": (0.0, 0.0), "b": (COLUMN_WIDTH, 0.0)}


def test_a_thousand_nodes_are_placed() -> None:
    draw = random.Random(7)
    nodes = [str(number) for number in range(1000)]
    pairs = [(nodes[draw.randrange(n)], nodes[n]) for n in range(1, 1000) for _ in range(3)]
    places = place_nodes(nodes, pairs)
    assert len(set(places.values())) == 1000
