"""Relations at the door: refused by field, confirmed, grouped, ended, and logged without a gap."""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cmdb.inventory.outcomes import Outcome, Related
from cmdb.observation import GroupMembership
from cmdb.records.relations import RedundancyGroup, Relation
from tests.cmdb.inventory.register import Register, relation, section


def one(results: Sequence[Related]) -> Related:
    (result,) = results
    return result


def assert_log_is_whole(register: Register) -> None:
    """The log has no gap, and what it says agrees with the rows."""
    log = register.log()
    assert [seq for seq, _, _ in log] == list(range(1, len(log) + 1))
    steps = {(op, row_id): seq for seq, op, row_id in log}
    for row in register.rows(Relation):
        assert steps["relation+", row.id] == row.valid_from
        assert steps.get(("relation-", row.id)) == row.valid_to
    for group in register.rows(RedundancyGroup):
        assert steps["group+", group.id] == group.valid_from
        assert steps.get(("group-", group.id)) == group.valid_to


def test_a_relation_is_created_then_confirmed_then_changed(register: Register) -> None:
    app, srv = register.imported("app", "software_component"), register.imported("srv")
    created = one(register.relate(relation("app", "runs_on", "srv")))
    assert created.outcome is Outcome.CREATED
    log, begun = register.log(), register.now
    register.later()
    again = one(register.relate(relation(app, "runs_on", srv)))
    assert (again.outcome, again.relation_id) == (Outcome.UNCHANGED, created.relation_id)
    assert register.log() == log
    (row,) = register.live()
    assert (row.first_seen_at, row.last_seen_at) == (begun, register.now)
    leaning = one(register.relate(relation(app, "runs_on", srv, weight=0.5)))
    assert (leaning.outcome, leaning.relation_id) == (Outcome.UPDATED, created.relation_id)
    assert register.log()[-1][1:] == ("relation~", created.relation_id)
    kinds = [(kind, subject, detail) for kind, subject, detail in register.history(app)]
    assert kinds[1:] == [
        ("related", "runs_on", {}),
        ("related", "runs_on", {"old": {"weight": 1.0}, "new": {"weight": 0.5}}),
    ]
    assert_log_is_whole(register)


def test_evidence_alone_changes_no_graph_and_no_history(register: Register) -> None:
    app, srv = register.imported("app", "software_component"), register.imported("srv")
    register.relate(relation(app, "runs_on", srv, evidence={"port": 80}), source="derived")
    log, history = register.log(), register.history(app)
    seen = relation(app, "runs_on", srv, evidence={"port\0": 443}, confidence=0.4)
    assert one(register.relate(seen, source="derived")).outcome is Outcome.UPDATED
    assert (register.log(), register.history(app)) == (log, history)
    (row,) = register.live()
    assert (row.evidence, row.confidence) == ({"port": 443}, 0.4)


def test_each_source_has_a_relation_of_its_own(register: Register) -> None:
    app, srv = register.imported("app", "software_component"), register.imported("srv")
    seen = relation(app, "runs_on", srv)
    first = one(register.relate(seen))
    second = one(register.relate(seen, source="derived"))
    assert second.outcome is Outcome.CREATED
    assert first.relation_id != second.relation_id


def test_refusals_name_the_field_and_sink_no_other_relation(register: Register) -> None:
    app, srv = register.imported("app", "software_component"), register.imported("srv")
    results = register.relate(
        relation("app", "runs_on", "srv"),
        relation("app", "flies_to", "nowhere"),
        relation(4711, "runs_on", 2**70),
        relation(app, "depends_on", app),
        relation(srv, "runs_on", app),
        relation(app, "monitored_by", srv, GroupMembership("m")),
        relation("srv", "connects_to", "srv2"),
        relation(app, "depends_on", srv),
    )
    assert [result.outcome for result in results] == ["created", *["refused"] * 6, "created"]
    assert [dict(result.problems) for result in results[1:7]] == [
        {
            "type": "there is no relationship type 'flies_to'",
            "end": "there is no item rest:nowhere",
        },
        {"start": "there is no item #4711", "end": f"there is no item #{2**70}"},
        {"end": "an item cannot relate to itself"},
        {"type": "runs_on does not join a server to a software_component"},
        {"group": "monitored_by has no impact, so it cannot join a redundancy group"},
        {"end": "there is no item rest:srv2"},
    ]
    assert_log_is_whole(register)


@pytest.mark.parametrize("source", ["person", "rest", "import:sheet"])
def test_what_only_discovery_can_see_is_written_by_nobody_else(
    register: Register, source: str
) -> None:
    access, core = register.imported("access", "switch"), register.imported("core", "switch")
    seen = relation(access, "uplinks_to", core)
    refused = one(register.relate(seen, source=source))
    assert refused.problems == {"type": "uplinks_to is written by discovery alone"}
    assert one(register.relate(seen, source="derived")).outcome is Outcome.CREATED


def test_the_same_relation_twice_in_a_batch_is_one(register: Register) -> None:
    app, srv = register.imported("app", "software_component"), register.imported("srv")
    seen = relation(app, "runs_on", srv)
    first, second = register.relate(seen, seen)
    assert (first.outcome, second.outcome) == (Outcome.CREATED, Outcome.UNCHANGED)
    assert first.relation_id == second.relation_id
    assert len(register.live()) == 1


def test_more_relations_than_one_batch_are_numbered_without_a_gap(register: Register) -> None:
    hub = register.imported("hub")
    leaves = [register.says("rest", f"leaf{n}", {"name": f"leaf{n}"}) for n in range(1500)]
    register.record(*leaves)
    results = register.relate(*(relation(f"leaf{n}", "depends_on", hub) for n in range(1500)))
    assert {result.outcome for result in results} == {Outcome.CREATED}
    assert_log_is_whole(register)


# Circles


def test_containment_never_leads_back_to_where_it_began(register: Register) -> None:
    kinds = ("site", "building", "room", "rack")
    site, building, room, rack = (register.imported(kind, kind) for kind in kinds)
    chain = (
        relation(rack, "located_in", room),
        relation(room, "located_in", building),
        relation(building, "located_in", site),
    )
    assert {r.outcome for r in register.relate(*chain)} == {Outcome.CREATED}
    refused = one(register.relate(relation(site, "located_in", rack)))
    assert refused.problems == {"end": "located_in would lead back to where it began"}
    assert {r.outcome for r in register.relate(*chain)} == {Outcome.UNCHANGED}


def test_a_circle_within_one_batch_loses_the_relation_that_closes_it(register: Register) -> None:
    one_, two, three = (register.imported(name, "room") for name in ("a", "b", "c"))
    results = register.relate(
        relation(one_, "contains", two),
        relation(two, "contains", three),
        relation(three, "contains", one_),
    )
    assert [result.outcome for result in results] == ["created", "created", "refused"]


def test_a_circle_across_sources_is_a_circle(register: Register) -> None:
    one_, two = register.imported("a", "room"), register.imported("b", "room")
    register.relate(relation(one_, "contains", two))
    refused = one(register.relate(relation(two, "contains", one_), source="person"))
    assert refused.outcome is Outcome.REFUSED


def test_an_ended_relation_closes_no_circle(register: Register) -> None:
    one_, two = register.imported("a", "room"), register.imported("b", "room")
    first = one(register.relate(relation(one_, "contains", two)))
    register.unrelate(first.relation_id or 0)
    assert one(register.relate(relation(two, "contains", one_))).outcome is Outcome.CREATED


def test_needing_each_other_is_allowed(register: Register) -> None:
    one_, two = register.imported("a"), register.imported("b")
    results = register.relate(relation(one_, "depends_on", two), relation(two, "depends_on", one_))
    assert {result.outcome for result in results} == {Outcome.CREATED}


EDGES = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(batches=st.lists(EDGES, max_size=3))
def test_whatever_is_written_containment_stays_a_forest_of_chains(
    register: Register, batches: list[list[tuple[int, int]]]
) -> None:
    rooms = [register.imported(f"room{number}", "room") for number in range(6)]
    for edges in batches:
        register.relate(*(relation(rooms[a], "contains", rooms[b]) for a, b in edges))
    below: dict[int, set[int]] = {}
    for row in register.live():
        below.setdefault(row.start_id, set()).add(row.end_id)
    for room in rooms:
        reached, frontier = set[int](), {room}
        while frontier:
            frontier = set[int]().union(*(below.get(r, set()) for r in frontier)) - reached
            reached |= frontier
        assert room not in reached
    assert_log_is_whole(register)


# Redundancy groups


def web(name: str = "web", threshold: float = 1.0, **terms: float | str) -> GroupMembership:
    return GroupMembership(name, threshold=threshold, **terms)  # type: ignore[arg-type]  # its fields


def test_members_share_a_group_of_their_dependant(register: Register) -> None:
    service = register.imported("shop", "business_service")
    hosts = [register.imported(f"web{n}") for n in (1, 2)]
    register.relate(*(relation(service, "depends_on", host, web()) for host in hosts))
    (group,) = register.rows(RedundancyGroup)
    assert (group.dependant_id, group.name, group.rule, group.threshold) == (
        service,
        "web",
        "at_least",
        1.0,
    )
    assert {row.group_id for row in register.live()} == {group.id}
    third = register.imported("web3")
    register.relate(relation(service, "depends_on", third, web()))
    assert len(register.rows(RedundancyGroup)) == 1
    assert_log_is_whole(register)


def test_the_dependant_is_at_the_end_where_the_provider_is_at_the_start(
    register: Register,
) -> None:
    cluster = register.imported("cluster", "compute_cluster")
    host = register.imported("host")
    seen = relation(host, "member_of", cluster, web("nodes", 50, rule="percent"))
    register.relate(seen)
    (group,) = register.rows(RedundancyGroup)
    assert (group.dependant_id, group.rule, group.threshold) == (cluster, "percent", 50.0)


def test_changed_terms_of_a_group_are_logged(register: Register) -> None:
    service, host = register.imported("shop", "business_service"), register.imported("web1")
    register.relate(relation(service, "depends_on", host, web()))
    register.relate(relation(service, "depends_on", host, web(threshold=2)))
    (group,) = register.rows(RedundancyGroup)
    assert group.threshold == 2
    assert ("group~", group.id) in {(op, row_id) for _, op, row_id in register.log()}
    assert_log_is_whole(register)


def test_a_group_ends_with_its_last_member(register: Register) -> None:
    service = register.imported("shop", "business_service")
    hosts = [register.imported(f"web{n}") for n in (1, 2)]
    first, second = register.relate(
        *(relation(service, "depends_on", host, web()) for host in hosts)
    )
    register.unrelate(first.relation_id or 0)
    assert register.rows(RedundancyGroup)[0].valid_to is None
    register.unrelate(second.relation_id or 0)
    assert register.rows(RedundancyGroup)[0].valid_to is not None
    register.relate(relation(service, "depends_on", hosts[0], web()))
    assert len(register.rows(RedundancyGroup)) == 2
    assert_log_is_whole(register)


def test_a_member_that_moves_on_leaves_no_empty_group(register: Register) -> None:
    service, host = register.imported("shop", "business_service"), register.imported("web1")
    register.relate(relation(service, "depends_on", host, web("old")))
    register.relate(relation(service, "depends_on", host, web("new")))
    ended = {group.name: group.valid_to is not None for group in register.rows(RedundancyGroup)}
    assert ended == {"old": True, "new": False}
    register.relate(relation(service, "depends_on", host))
    assert all(group.valid_to is not None for group in register.rows(RedundancyGroup))
    assert_log_is_whole(register)


# Ending


def test_an_ended_relation_stays_in_history_and_can_come_back(register: Register) -> None:
    app, srv = register.imported("app", "software_component"), register.imported("srv")
    first = one(register.relate(relation(app, "runs_on", srv)))
    assert register.unrelate(first.relation_id or 0) == 1
    assert register.unrelate(first.relation_id or 0, 4711) == 0
    assert register.live() == []
    assert [kind for kind, _, _ in register.history(app)] == ["created", "related", "unrelated"]
    again = one(register.relate(relation(app, "runs_on", srv)))
    assert again.outcome is Outcome.CREATED
    assert again.relation_id != first.relation_id
    assert_log_is_whole(register)


def test_items_and_relations_share_one_log(register: Register) -> None:
    app, srv = register.imported("app", "software_component"), register.imported("srv")
    register.relate(relation(app, "runs_on", srv))
    register.types(srv, {"stage": "retired"})
    register.types(srv, {"criticality": 2})
    register.types(srv, {"description": "nothing that fails"})
    register.record(register.says("rest", "srv", sections=(section("disks", [{"name": "a"}]),)))
    assert [(op, row_id) for _, op, row_id in register.log()] == [
        ("item+", app),
        ("item+", srv),
        ("relation+", register.live()[0].id),
        ("item~", srv),
        ("item~", srv),
    ]
