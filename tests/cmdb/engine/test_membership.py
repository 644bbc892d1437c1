"""What may belong to a service, layer by layer, and how it would be needed."""

from hypothesis import given
from hypothesis import strategies as st

from cmdb.engine.membership import Kind, Member, Need, NeedGroup, propose_members


def need(dependant: int, provider: int, kind: Kind = "soft", key: str = "") -> Need:
    keys = frozenset({key} if key else ())
    return Need(dependant, provider, dependant * 100 + provider, kind, keys=keys)


kinds = st.sampled_from(["hard", "soft"])
edges = st.lists(
    st.builds(
        need,
        st.integers(1, 9),
        st.integers(1, 9),
        kinds,
        st.sampled_from(["", "80 nginx", "5432 postgres"]),
    ),
    max_size=25,
)


def told(found: list[Member]) -> dict[int, tuple[int, str, str]]:
    return {one.item: (one.layer, one.stand, one.need) for one in found}


def test_what_was_merely_seen_is_open_and_what_it_stands_on_follows() -> None:
    """web ─soft→ app ─soft→ db ─hard→ host"""
    found = propose_members(1, [need(1, 2), need(2, 3), need(3, 4, "hard")])
    assert told(found) == {
        2: (1, "open", "hard"),
        3: (2, "open", "hard"),
        4: (3, "follows", "hard"),
    }


def test_what_falls_with_the_service_anyway_needs_no_tick() -> None:
    """component ─hard→ host ─hard→ hypervisor, and the host was seen to call a database."""
    found = propose_members(1, [need(1, 2, "hard"), need(2, 3, "hard"), need(2, 4)])
    assert told(found) == {
        2: (1, "along", "hard"),
        3: (2, "along", "hard"),
        4: (2, "open", "hard"),
    }


def pool() -> tuple[list[Need], list[NeedGroup]]:
    r"""One of 2 and 3 is enough for the balancer 1; both call 4, only 3 calls 5.

          1
         / \     group, 1 of 2
        2   3
         \ / \
          4   5
    """
    members = [Need(1, 2, 12, "member", 7), Need(1, 3, 13, "member", 7)]
    calls = [need(2, 4), need(3, 4), need(3, 5)]
    return [*members, *calls], [NeedGroup(7, 1, "pool", "at_least", 1)]


def test_behind_a_pool_only_what_every_member_calls_can_stop_the_service() -> None:
    found = propose_members(1, *pool())
    assert told(found) == {
        2: (1, "along", "hard"),
        3: (1, "along", "hard"),
        4: (2, "open", "hard"),
        5: (2, "open", "soft"),
    }
    assert [one.group_id for one in found] == [7, 7, None, None]


def test_several_servers_called_alike_are_suggested_as_a_group() -> None:
    directories = [need(1, n, key="389 slapd") for n in (2, 3)]
    found = propose_members(1, [*directories, need(1, 4, key="5432 postgres")])
    assert told(found) == {
        2: (1, "open", "group"),
        3: (1, "open", "group"),
        4: (1, "open", "hard"),
    }
    (suggested,) = {one.suggestion for one in found if one.suggestion}
    assert (suggested.name, suggested.threshold, suggested.members) == ("slapd 389", 1, (2, 3))


def test_what_votes_needs_a_majority_and_a_port_without_a_program_joins_nobody() -> None:
    voters = [need(1, n, key="2379 etcd") for n in (2, 3, 4)]
    silent = [need(1, n, key="443") for n in (5, 6)]
    found = {one.item: one.suggestion for one in propose_members(1, [*voters, *silent])}
    assert {item: one.threshold if one else None for item, one in found.items()} == {
        2: 2,
        3: 2,
        4: 2,
        5: None,
        6: None,
    }


def test_what_is_settled_is_not_open_and_brings_its_own_along() -> None:
    needs = [need(1, 2), need(2, 3, "hard"), need(3, 4)]
    assert told(propose_members(1, needs, settled=[2])) == {
        2: (1, "along", "hard"),
        3: (2, "along", "hard"),
        4: (3, "open", "hard"),
    }


@given(edges)
def test_everything_below_is_told_once_nearest_first_over_a_relation_that_is_there(
    needs: list[Need],
) -> None:
    found = propose_members(1, needs)
    reached, waiting = {1}, [1]
    while waiting:
        here = waiting.pop()
        fresh = {one.provider for one in needs if one.dependant == here} - reached
        reached |= fresh
        waiting += fresh
    assert sorted(one.item for one in found) == sorted(reached - {1})
    assert [one.layer for one in found] == sorted(one.layer for one in found)
    there = {(one.dependant, one.provider) for one in needs}
    assert all((one.via, one.item) in there for one in found)


@given(edges, st.sets(st.integers(2, 9)))
def test_deciding_never_opens_what_was_closed(needs: list[Need], settled: set[int]) -> None:
    before = {one.item for one in propose_members(1, needs) if one.stand == "along"}
    after = {one.item for one in propose_members(1, needs, settled=settled) if one.stand == "along"}
    assert before <= after
    still_open = {
        one.item for one in propose_members(1, needs, settled=settled) if one.stand == "open"
    }
    assert not still_open & settled


@given(edges, st.randoms())
def test_the_order_of_needs_changes_nothing(needs: list[Need], chance: object) -> None:
    shuffled = sorted(needs, key=lambda _: chance.random())  # type: ignore[attr-defined]
    assert propose_members(1, shuffled) == propose_members(1, needs)
