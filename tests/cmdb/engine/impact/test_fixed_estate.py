"""One estate of 100,000 items whose answers are known for good, by digest.

The first digest is that of the estate: when it changes, the generator did, and the others must be
taken anew. When only the others change, an answer did.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from hashlib import sha256
from itertools import islice

import numpy as np
import pytest
from numpy.typing import NDArray

from cmdb.engine.graph import ItemId
from cmdb.engine.impact.collisions import CollisionQuestion
from cmdb.engine.impact.compact.arrays import ARRAY_NAMES
from cmdb.engine.impact.portable import PortableGraph
from cmdb.engine.impact.reference import ReferenceEngine
from cmdb.engine.impact.report import ImpactReport
from tests.benchmarks.calendars import calendar
from tests.benchmarks.estate_graph import Estate, generate
from tests.benchmarks.incidents import incidents

LAYERS = ("site", "ups", "core", "array", "access", "cluster", "host", "application")


def digest(*columns: NDArray[np.generic]) -> str:
    hashed = sha256()
    for column in columns:
        hashed.update(np.ascontiguousarray(column, column.dtype.newbyteorder("<")).tobytes())
    return hashed.hexdigest()[:16]


def digest_of(report: ImpactReport) -> str:
    return digest(report.ids, report.states, report.distances)


@pytest.fixture(scope="module", name="estate")
def _estate() -> Estate:
    return generate(100_000)


@pytest.fixture(scope="module", name="graph")
def _graph(estate: Estate) -> PortableGraph:
    return PortableGraph.build(estate.columns)


@pytest.fixture(scope="module", name="failures")
def _failures(estate: Estate) -> dict[str, list[ItemId]]:
    """The first item of some layers alone, then the first three of each together."""
    alone = {layer: [ItemId(int(estate.layers[layer][0]))] for layer in LAYERS}
    together = [ItemId(item) for layer in LAYERS for item in estate.layers[layer][:3].tolist()]
    return {**alone, "together": together}


def test_the_estate_is_the_one_the_digests_were_taken_of(estate: Estate) -> None:
    columns = estate.columns
    parts = (columns.hard, columns.soft, columns.groups, columns.members)
    arrays = [getattr(part, field.name) for part in parts for field in fields(part)]
    assert digest(columns.items, *arrays) == "418f4e37f5b6dc1e"


ANSWERS = {
    "site": (28977, 321, 0, "33ac74d6c748b963"),
    "ups": (19, 0, 2808, "80ec40c94ea1ce6e"),
    "core": (1, 0, 20, "28f076dbd76b7b5a"),
    "array": (10094, 635, 1323, "095faa14fff86ba8"),
    "access": (15, 199, 6, "4b27f731acae1ba7"),
    "cluster": (95, 0, 8442, "6379537bea2d6c17"),
    "host": (1, 0, 89, "3e440c8a538d6789"),
    "application": (9893, 560, 0, "c57cec67e75ef5cd"),
    "together": (62216, 112, 0, "7241c491969df97a"),
}


def test_every_answer_is_as_it_was(graph: PortableGraph, failures: dict[str, list[ItemId]]) -> None:
    answers = {
        name: (*graph.impact(failed).count_by_state().values(), digest_of(graph.impact(failed)))
        for name, failed in failures.items()
    }
    assert answers == ANSWERS


def test_the_plain_engine_gives_the_same_answers(
    graph: PortableGraph, failures: dict[str, list[ItemId]]
) -> None:
    plain = ReferenceEngine(graph.to_listed())
    for failed in failures.values():
        assert digest_of(plain.impact(failed)) == digest_of(graph.impact(failed))


def test_the_single_points_of_all_services_are_as_they_were(
    estate: Estate, graph: PortableGraph
) -> None:
    points = graph.single_points(map(ItemId, estate.layers["service"].tolist()))
    assert (len(points.causes), digest(points.causes, points.services)) == (
        172007,
        "63adf7176f0a7409",
    )


def test_graphs_in_memory_nobody_may_write_to_answer_the_same(
    graph: PortableGraph, failures: dict[str, list[ItemId]]
) -> None:
    frozen = {name: getattr(graph.arrays, name).copy() for name in ARRAY_NAMES}
    for array in frozen.values():
        array.flags.writeable = False
    shared = PortableGraph(replace(graph.arrays, **frozen))
    for failed in failures.values():
        assert digest_of(shared.impact(failed)) == digest_of(graph.impact(failed))


def test_threads_share_one_graph(graph: PortableGraph, failures: dict[str, list[ItemId]]) -> None:
    expected = {name: digest_of(graph.impact(failed)) for name, failed in failures.items()}
    with ThreadPoolExecutor(4) as pool:
        asked = list(failures) * 5
        answered = list(pool.map(lambda name: digest_of(graph.impact(failures[name])), asked))
    assert answered == [expected[name] for name in asked]


def test_the_blast_radii_of_all_items_are_as_they_were(graph: PortableGraph) -> None:
    radii = graph.blast_radius()
    assert (int(radii.down.sum()), digest(radii.ids, radii.down)) == (3909452, "de03eabf73458039")


def test_what_hangs_on_the_redundancy_groups_is_as_it_was(
    estate: Estate, graph: PortableGraph
) -> None:
    guards = graph.guards(map(ItemId, estate.layers["service"].tolist()))
    losses = graph.group_losses()
    assert (len(guards.groups), digest(guards.groups, guards.services)) == (
        166668,
        "dcd80eab6d3cdadb",
    )
    assert digest(losses.groups, losses.owners, losses.down) == "e70192cd6f30bcff"


def test_the_causes_of_fixed_incidents_are_as_they_were(
    estate: Estate, graph: PortableGraph
) -> None:
    """Told by item and rank: the last digit of a logarithm is a machine's own."""
    told: list[int] = []
    found = 0
    for incident in islice(incidents(estate, graph, most=59), 30):
        report = graph.causes(incident.question)
        first = [cause.item for cause in report.ranked if cause.rank <= 3]
        found += not set(incident.causes).isdisjoint(first)
        told += [number for cause in report.ranked for number in (cause.item, cause.rank)]
        told += [cause.item for cause in report.together]
    assert (found, digest(np.array(told))) == (29, "b187243b72dacfd9")


def test_the_collisions_of_a_fixed_calendar_are_as_they_were(
    estate: Estate, graph: PortableGraph
) -> None:
    services = tuple(map(ItemId, estate.layers["service"].tolist()))
    found = graph.collisions(CollisionQuestion(calendar(estate, 300), services))
    together = [
        number
        for one in found
        for number in (one.first, one.second, *one.items, *one.services, 0, *one.only_together)
    ]
    assert (len(found), digest(np.array(together))) == (115, "342bede9fee0f4ca")
