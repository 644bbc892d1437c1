"""What follows from sightings, whatever they are."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmdb.engine.derivation import DerivationRule, Derived, Keep, Sighting, decide, shipped_rules
from cmdb.engine.derivation.deciding import MOST_TOLD, End
from cmdb.model import shipped_model
from cmdb.vocabulary import RelationTypeCode

MODEL = shipped_model()
CALLS = shipped_rules()["calls"]
POOL = shipped_rules()["pool"]
CLASSES = ("server", "virtual_machine", "switch", "rack", "pdu", "compute_cluster", "database")

ends = st.integers(1, 8).map(lambda number: End(number, CLASSES[number % len(CLASSES)]))
sightings = st.lists(
    st.builds(
        Sighting,
        ends,
        ends,
        st.sampled_from(["", "80", "5432 postgres"]),
        st.dictionaries(st.sampled_from(["port", "client"]), st.integers(1, 9), max_size=2),
        st.booleans(),
    ),
    max_size=30,
)
rules = st.sampled_from(list(shipped_rules().values()))


def talk(client: int, server: int, port: int = 80, **more: str) -> Sighting:
    told = {"port": port, **more}
    return Sighting(End(client, "server"), End(server, "server"), str(port), told)


@given(rules, sightings)
def test_only_pairs_that_the_type_joins_follow_each_once_and_never_an_item_with_itself(
    rule: DerivationRule, seen: list[Sighting]
) -> None:
    derived = decide(rule, seen, MODEL)
    classes = {end.item_id: end.class_code for one in seen for end in (one.near, one.far)}
    for one in derived:
        assert one.start != one.end
        assert MODEL.allows(one.type, classes[one.start], classes[one.end])
    assert len({one.key for one in derived}) == len(derived)


@given(rules, sightings, st.randoms())
def test_the_order_of_sightings_changes_nothing(
    rule: DerivationRule, seen: list[Sighting], chance: Random
) -> None:
    shuffled = list(seen)
    chance.shuffle(shuffled)
    assert decide(rule, shuffled, MODEL) == decide(rule, seen, MODEL)


@given(rules, sightings)
def test_what_is_seen_twice_counts_once(rule: DerivationRule, seen: list[Sighting]) -> None:
    assert decide(rule, seen + seen, MODEL) == decide(rule, seen, MODEL)


@given(rules, sightings)
def test_a_group_never_needs_more_than_it_has(rule: DerivationRule, seen: list[Sighting]) -> None:
    derived = decide(rule, [replace(one, stale=False) for one in seen], MODEL)
    members: dict[tuple[int, str], list[Derived]] = {}
    for one in derived:
        if one.group is not None:
            provider_first = MODEL.relation_type(one.type).provider == "start"
            dependant = one.end if provider_first else one.start
            members.setdefault((dependant, one.group.name), []).append(one)
    for group in members.values():
        (terms,) = {one.group for one in group}
        assert terms is not None
        assert len(group) >= 2
        assert 1 <= terms.threshold <= len(group)


@pytest.mark.parametrize(
    ("keep", "members", "terms"),
    [
        (Keep("g", "at_least", 1), 2, ("at_least", 1)),
        (Keep("g", "at_least", 5), 2, ("at_least", 2)),
        (Keep("g", "all_but", 1), 2, ("at_least", 1)),
        (Keep("g", "all_but", 9), 2, ("at_least", 1)),
        (Keep("g", "majority"), 3, ("at_least", 2)),
        (Keep("g", "majority"), 4, ("at_least", 3)),
        (Keep("g", "percent", 60), 5, ("percent", 60)),
    ],
)
def test_how_many_must_stay(keep: Keep, members: int, terms: tuple[str, float]) -> None:
    assert keep.terms(members) == terms


def test_a_balancer_with_two_servers_at_one_port_gets_a_pool_and_one_server_is_none() -> None:
    """1 spreads over 2 and 3 at port 80, and talks to 4 at port 25.

      ┌─80─ 2
    1 ├─80─ 3
      └─25─ 4
    """
    seen = [talk(1, 2), talk(1, 3), talk(1, 4, 25)]
    pool = decide(POOL, seen, MODEL)
    assert [(one.end, one.group and one.group.name) for one in pool] == [
        (2, "pool 80"),
        (3, "pool 80"),
    ]
    assert decide(POOL, [talk(1, 2), talk(1, 4, 25)], MODEL) == []


def test_a_member_not_seen_lately_counts_in_its_group_and_is_not_confirmed() -> None:
    seen = [talk(1, 2), replace(talk(1, 3), stale=True)]
    (only,) = decide(POOL, seen, MODEL)
    assert (only.end, only.group and only.group.threshold) == (2, 1)


def test_the_providers_of_a_cluster_are_its_members() -> None:
    """Hosts 1, 2, 3 are members of cluster 9, which lives from all but one of them."""
    rule = shipped_rules()["cluster_hosts"]
    seen = [Sighting(End(n, "server"), End(9, "compute_cluster")) for n in (1, 2, 3)]
    derived = decide(rule, seen, MODEL)
    assert [(one.start, one.end) for one in derived] == [(1, 9), (2, 9), (3, 9)]
    assert {one.group and one.group.threshold for one in derived} == {2}


def test_a_rule_can_turn_the_relation_round() -> None:
    reverse = replace(CALLS, direction="reverse", type=RelationTypeCode("depends_on"))
    (one,) = decide(reverse, [talk(1, 2)], MODEL)
    assert (one.start, one.end) == (2, 1)


def test_a_chatty_pair_keeps_some_of_its_evidence_and_says_how_much_more_there_is() -> None:
    (one,) = decide(CALLS, [talk(1, 2, port) for port in range(1, 31)], MODEL)
    assert one.evidence["rule"] == "calls"
    assert len(one.evidence["connections"]) == MOST_TOLD
    assert one.evidence["more"] == 30 - MOST_TOLD
