import pytest

from server.people.rules.mapping import GroupSeen, PersonSeen
from server.people.rules.sync_plan import (
    Snapshot,
    StoredEntry,
    SyncPlan,
    group_digest,
    managers_of,
    members_of,
    person_digest,
    plan_sync,
)


def _person(key: str, *, disabled: bool = False, name: str = "", manager: str = "") -> PersonSeen:
    details = (name or key, *[""] * 8)
    return PersonSeen(key, f"uid={key},dc=x", key, "\0".join(details), manager, disabled)


def _group(key: str, *members: str) -> GroupSeen:
    return GroupSeen(key, f"cn={key},dc=x", key, members=members)


def _snapshot(*seen: PersonSeen | GroupSeen) -> Snapshot:
    return Snapshot(
        {one.external_id: one for one in seen if isinstance(one, PersonSeen)},
        {one.external_id: one for one in seen if isinstance(one, GroupSeen)},
    )


def _stored(*seen: PersonSeen | GroupSeen, active: bool = True) -> dict[str, StoredEntry]:
    return {
        one.external_id: StoredEntry(
            number,
            one.external_id,
            number,
            person_digest(one) if isinstance(one, PersonSeen) else group_digest(one),
            active,
        )
        for number, one in enumerate(seen, 1)
    }


def test_an_unchanged_directory_changes_nothing() -> None:
    people, group = [_person("a"), _person("b")], _group("g", "uid=a,dc=x")
    plan = plan_sync(_snapshot(*people, group), _stored(*people), _stored(group))
    assert plan == SyncPlan([], [], [], [], [], [])


def test_who_moved_or_was_renamed_is_the_same_person() -> None:
    stored = _stored(_person("a"))
    moved = PersonSeen("a", "uid=other,ou=elsewhere,dc=x", "other", "Other" + "\0" * 8)
    plan = plan_sync(_snapshot(moved), stored, {})
    assert plan == SyncPlan([], [(stored["a"], moved)], [], [], [], [])


def test_who_is_disabled_leaves_and_who_is_enabled_again_comes_back() -> None:
    people = [_person(f"p{number}") for number in range(5)]
    stored = _stored(*people)
    disabled = _person("p0", disabled=True)
    plan = plan_sync(_snapshot(disabled, *people[1:]), stored, {})
    assert plan.leaving_persons == [stored["p0"]]
    gone = _stored(people[0], active=False)
    assert plan_sync(_snapshot(people[0]), gone, {}).changed_persons == [(gone["p0"], people[0])]
    assert not plan_sync(_snapshot(disabled), gone, {}).leaving_persons


def test_who_was_disabled_before_we_knew_them_is_not_written_down() -> None:
    assert not plan_sync(_snapshot(_person("a", disabled=True)), {}, {}).new_persons


@pytest.mark.parametrize(
    ("people", "leaving", "held"),
    [
        (1, 1, True),
        (3, 2, False),
        (3, 3, True),
        (20, 2, False),
        (20, 3, True),
        (400, 20, False),
        (400, 21, True),
        (5000, 50, False),
        (5000, 51, True),
    ],
)
def test_too_many_at_once_wait_for_somebodys_word(people: int, leaving: int, held: bool) -> None:
    everybody = [_person(f"p{number}") for number in range(people)]
    plan = plan_sync(_snapshot(*everybody[leaving:]), _stored(*everybody), {})
    assert bool(plan.doubt) is held
    groups = [_group(f"g{number}") for number in range(people)]
    plan = plan_sync(_snapshot(*groups[leaving:]), {}, _stored(*groups))
    assert bool(plan.doubt) is held


def test_members_of_groups_inside_count_and_circles_end() -> None:
    r"""Read upwards: outer holds middle and c; middle holds inner and b; inner holds a and outer.

    outer -> middle -> inner -> outer
      |        |         |
      c        b         a
    """
    people = [_person(key) for key in "abc"]
    groups = [
        _group("outer", "CN=middle, dc=x", "uid=c,dc=x"),
        _group("middle", "cn=inner,dc=x", "uid=b,dc=x"),
        _group("inner", "uid=a,dc=x", "cn=outer,dc=x"),
        _group("apart", "uid=a,dc=x", "uid=stranger,dc=x"),
    ]
    members = members_of(_snapshot(*people, *groups))
    assert members["outer"] == members["middle"] == members["inner"] == {"a", "b", "c"}
    assert members["apart"] == {"a"}


def test_members_may_be_given_by_login() -> None:
    assert members_of(_snapshot(_person("ada"), _group("g", "ADA", "bob")))["g"] == {"ada"}


def test_who_is_disabled_belongs_to_no_group() -> None:
    seen = _snapshot(_person("a", disabled=True), _group("g", "uid=a,dc=x", "a"))
    assert members_of(seen)["g"] == set()


def test_managers_are_found_by_their_name() -> None:
    seen = _snapshot(_person("a", manager="UID=b, DC=x"), _person("b", manager="uid=z,dc=x"))
    assert managers_of(seen) == {"a": "b", "b": None}
