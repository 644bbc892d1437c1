"""The lines of an estate's map.

app ──[ db-1     what was derived between app and db-1 stands beside the group
      [ db-2     rack-1, rack-2 and rack-3 stand in one bundle
"""

from dataclasses import replace

from cmdb.engine.impact.values import State
from cmdb.model import shipped_model
from server.items.map_relations import MappedRelation
from server.items.map_states import Drawn, MappedItem
from tests.web.presenters.readers import NOW, reader
from web.presenters.map_lines import Lines

APP, FIRST, SECOND, RACK, OTHER_RACK = range(1, 6)
_NEED = MappedRelation(10, "depends_on", APP, FIRST, None, 1.0, "person", 1.0, NOW)


def _lines(states: dict[int, MappedItem] | None = None) -> Lines:
    things = {n: Drawn(n, f"item-{n}", f"item-{n}", "server", None) for n in range(1, 6)}
    items = {n: MappedItem(one, 1, State.UP) for n, one in things.items()} | (states or {})
    nodes = {APP: "1", FIRST: "2", SECOND: "3", RACK: "bundle", OTHER_RACK: "bundle"}
    return Lines(items, nodes, {APP, FIRST}, shipped_model(), reader())


def test_a_relation_says_its_source_its_age_and_how_sure_it_is() -> None:
    told = replace(_NEED, source="agent", confidence=0.8)
    (edge,) = _lines().edges([told])
    assert (edge.dependant, edge.provider, edge.hard, edge.lit) == ("1", "2", True, True)
    assert edge.detail == "agent · 80% · just now"


def test_what_somebody_leans_on_only_in_part_is_drawn_soft() -> None:
    (edge,) = _lines().edges([replace(_NEED, weight=0.5)])
    assert not edge.hard


def test_what_was_derived_beside_a_groups_member_is_not_drawn() -> None:
    member = replace(_NEED, id=11, group_id=7)
    beside = replace(_NEED, id=12, source="derived")
    assert [edge.id for edge in _lines().edges([member, beside])] == ["r11"]
    assert [edge.id for edge in _lines().edges([beside])] == ["r12"]


def test_relations_between_bundles_become_one_line() -> None:
    both = [replace(_NEED, id=n, start_id=FIRST, end_id=n) for n in (RACK, OTHER_RACK)]
    inside = replace(_NEED, id=20, start_id=RACK, end_id=OTHER_RACK)
    (edge,) = _lines().edges([*both, inside])
    assert (edge.dependant, edge.provider, edge.label) == ("2", "bundle", "2 relations")


def test_a_line_carries_the_state_that_came_along_it() -> None:
    first = Drawn(FIRST, "db-1", "db-1", "server", None)
    app = Drawn(APP, "app", "app", "server", None)
    fallen = MappedItem(app, 1, State.DOWN, "hard_provider", first)
    other = replace(_NEED, id=13, end_id=SECOND)
    carried = {edge.id: edge.carries for edge in _lines({APP: fallen}).edges([_NEED, other])}
    assert carried == {"r10": "down", "r13": ""}
