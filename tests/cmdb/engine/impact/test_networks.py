"""The graph as networkx, for reading and for export."""

from io import BytesIO

import networkx as nx
import pytest

from cmdb.engine.graph import Dependency, ListedGraph
from cmdb.engine.impact.networks import to_networkx
from cmdb.engine.impact.portable import PortableGraph
from tests.cmdb.engine.impact.topologies import drawn, group, hard, letter, soft


@pytest.fixture(name="estate")
def _estate() -> ListedGraph:
    """A ──> B ··> C, {B C D | 2} ──> E ──> F"""
    return drawn([*hard("AB", "EF"), *soft("BC")], [group("BCD", "E", 2)])


def test_all_relations_keep_their_numbers_and_kinds(estate: ListedGraph) -> None:
    network = to_networkx(estate)
    assert network.edges[letter("A"), letter("B")] == {
        "kind": "hard",
        "weight": 1.0,
        "relation_id": 100,
    }
    assert network.edges[letter("B"), letter("C")]["kind"] == "soft"
    node = f"group:{estate.groups[0].group_id}"
    assert set(network.predecessors(node)) == {letter(name) for name in "BCD"}
    assert list(network.successors(node)) == [letter("E")]


def test_a_part_keeps_the_terms_of_groups_it_cuts(estate: ListedGraph) -> None:
    part = to_networkx(estate, [letter("B"), letter("E")])
    node = f"group:{estate.groups[0].group_id}"
    assert set(part) == {letter("B"), letter("E"), node}
    assert part.nodes[node]["total"] == 3
    assert part.nodes[node]["required"] == 2


def test_both_engines_export_the_same_network(estate: ListedGraph) -> None:
    fast = PortableGraph.of(estate)
    for subset in (None, [letter("B"), letter("C"), letter("E")]):
        expected, found = to_networkx(estate, subset), fast.to_networkx(subset)
        assert list(found.nodes) == list(expected.nodes)
        assert all(found.nodes[node] == expected.nodes[node] for node in expected)
        assert nx.utils.edges_equal(
            list(found.edges(data=True)), list(expected.edges(data=True)), directed=True
        )


def test_an_export_can_be_written_as_graphml_and_read_back(estate: ListedGraph) -> None:
    network = to_networkx(estate)
    written = BytesIO()
    nx.write_graphml(network, written)
    again = nx.read_graphml(BytesIO(written.getvalue()))
    assert again.number_of_nodes() == network.number_of_nodes()
    assert again.number_of_edges() == network.number_of_edges()


def test_of_parallel_relations_the_hard_one_stays_then_the_smaller_number() -> None:
    a, b = letter("A"), letter("B")
    told = [
        Dependency(a, b, "soft", 0.5, 1),
        Dependency(a, b, "hard", 1.0, 9),
        Dependency(a, b, "hard", 1.0, 7),
        Dependency(a, b, "soft", 0.5, 2),
    ]
    assert to_networkx(ListedGraph.of(told)).edges[a, b]["relation_id"] == 7
