"""The made-up estate has the shape it promises, and is the same for the same seed."""

import networkx as nx
import numpy as np
import pytest

from cmdb.engine.impact.portable import PortableGraph
from tests.benchmarks.estate_graph import Estate, generate, pick_sources


@pytest.fixture(scope="module", name="estate")
def _estate() -> Estate:
    return generate(20_000)


def test_the_same_seed_makes_the_same_estate_and_another_another() -> None:
    one, again, other = generate(2_000), generate(2_000), generate(2_000, seed=2)
    assert np.array_equal(one.columns.hard.provider, again.columns.hard.provider)
    assert not np.array_equal(one.columns.hard.provider, other.columns.hard.provider)


def test_items_have_about_three_relations_a_third_of_them_in_groups(estate: Estate) -> None:
    hard, members = len(estate.columns.hard.provider), len(estate.columns.members.provider)
    assert 2.8 < (hard + members) / 20_000 < 3.2
    assert 0.33 < members / (hard + members) < 0.40
    out = np.diff(PortableGraph.build(estate.columns).arrays.strong_start)
    assert 0.30 < np.mean(out == 0) < 0.42


def test_every_relation_joins_known_items_and_none_is_passed_over(estate: Estate) -> None:
    assert PortableGraph.build(estate.columns).findings == {}
    assert len(np.unique(estate.columns.items)) == 20_000
    assert sum(map(len, estate.layers.values())) == 20_000


def test_some_applications_need_each_other(estate: Estate) -> None:
    network = PortableGraph.build(estate.plain()).to_networkx()
    knots = [knot for knot in nx.strongly_connected_components(network) if len(knot) > 1]
    assert len(knots) > 5


def test_sources_are_picked_by_the_size_of_their_plain_blast(estate: Estate) -> None:
    plain = PortableGraph.build(estate.plain())
    for size, item in pick_sources(estate, plain, [50, 1_000]).items():
        assert abs(len(plain.impact([item])) - size) < size / 4
