"""Whose a promise is: what binds lines, groups and suppliers, and when their clocks run."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmdb.errors import InvalidValue
from server.desk.sla.rules.agreements import Agreements, read_agreements
from server.desk.sla.rules.calendars import Calendar, working_time
from server.desk.sla.rules.clocks import Stretch
from server.desk.sla.rules.facts import Facts, promises_of
from server.desk.sla.rules.targets import Case, Stay, Target, whose_of
from server.desk.tickets.rules.staying import Passing, stays

ALWAYS = Calendar(ZoneInfo("UTC"), (((0, 1440),),) * 7)
NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
CASE = Case("incident", 2, 1)
LINES = {7: "1", 8: "2", 9: "2", 10: "3", 20: "supplier"}


def at(minutes: float) -> datetime:
    return NINE + timedelta(minutes=minutes)


def agreed(*targets: Target) -> Agreements:
    return Agreements({"always": ALWAYS}, {"always": {"en": "Always"}}, targets, 70)


def happened(*passings: tuple[float, int | None], solved: float | None = None) -> Facts:
    told = [Passing(at(minutes), group_id) for minutes, group_id in passings]
    numbers = {(20, one.at) for one in told}
    solved_at = None if solved is None else at(solved)
    return Facts(1, CASE, NINE, solved_at=solved_at, stays=stays(told, LINES, numbers))


def ran(agreements: Agreements, facts: Facts) -> dict[str, list[Stretch]]:
    return {one.holder: one.ran for one in promises_of(agreements, facts) if one.holder}


def document(**target: Any) -> dict[str, Any]:
    hours = {"mon": ["09:00-17:00"]}
    office = {"labels": {"en": "Office"}, "zone": "UTC", "hours": hours}
    first = {"measure": "resolve", "minutes": 60, "calendar": "office"}
    return {"calendars": {"office": office}, "targets": [first | target]}


def test_a_line_is_asked_for_all_its_groups_together_and_a_group_for_itself() -> None:
    line = Target("resolve", 60, "always", whose="group", lines=("2",))
    own = Target("resolve", 30, "always", whose="group", groups=(9,))
    facts = happened((0, 7), (10, 8), (30, 9), (40, 8), (70, 10), solved=100)
    assert ran(agreed(line), facts) == {
        "line:2": [Stretch(at(10), at(30)), Stretch(at(30), at(40)), Stretch(at(40), at(70))]
    }
    # The first target that fits binds: what group 9 promised is not the line's.
    assert ran(agreed(own, line), facts) == {
        "line:2": [Stretch(at(10), at(30)), Stretch(at(40), at(70))],
        "group:9": [Stretch(at(30), at(40))],
    }
    away = {one.holder: one.away for one in promises_of(agreed(line), facts)}
    assert away == {"line:2": True}


def test_a_group_waits_with_the_ticket_and_a_supplier_does_not() -> None:
    inside = Target("resolve", 60, "always", whose="group")
    outside = Target("resolve", 60, "always", whose="supplier", supplier=4)
    facts = happened((0, 7), (60, 20))
    waits = ((at(20), False), (at(40), True), (at(70), False))
    paused = Facts(
        1,
        CASE,
        NINE,
        runs=waits,
        opens=tuple((moment, True) for moment, _ in waits),
        stays=facts.stays,
    )
    assert ran(agreed(inside, outside), paused) == {
        "group:7": [Stretch(NINE, at(20)), Stretch(at(40), at(60))],
        "supplier:4": [Stretch(at(60), None)],
    }


def test_a_supplier_is_bound_by_its_number_and_while_its_contract_runs() -> None:
    uc = Target("resolve", 60, "always", whose="supplier", contract=9)
    after = Target("resolve", 90, "always", whose="supplier", supplier=4)
    facts = happened((0, 7), (60, 20))
    assert ran(agreed(uc), facts) == {}
    runs = {9: (date(2026, 1, 1), date(2026, 3, 2))}
    known = Facts(1, CASE, NINE, stays=facts.stays, terms=runs)
    assert ran(agreed(uc, after), known) == {"contract:9": [Stretch(at(60), None)]}
    over = Facts(1, CASE, NINE, stays=facts.stays, terms={9: (date(2025, 1, 1), date(2026, 3, 1))})
    assert ran(agreed(uc, after), over) == {"supplier:4": [Stretch(at(60), None)]}
    unnumbered = Stay(at(60), None, 20, "supplier")
    assert ran(agreed(after), Facts(1, CASE, NINE, stays=(unnumbered,))) == {}


def test_a_hand_over_is_promised_by_whom_it_was_handed_to() -> None:
    third = Target("handover", 15, "always", whose="group", lines=("3",))
    others = Target("handover", 120, "always", whose="group")
    asked = agreed(third, others)

    def promised(group_id: int) -> int:
        facts = happened((0, 7), (30, group_id))
        handed = Facts(1, CASE, NINE, handed_at=at(30), stays=facts.stays)
        (one,) = promises_of(asked, handed)
        assert (one.holder, whose_of(one.measure, one.holder)) == ("", "group")
        return one.target.minutes

    assert (promised(10), promised(8)) == (15, 120)


groups = st.lists(
    st.tuples(st.integers(0, 600), st.sampled_from([None, 7, 8, 9, 10])), min_size=1, max_size=12
)


@given(groups, st.lists(st.integers(0, 600), max_size=6), st.integers(0, 700))
def test_what_groups_used_together_is_what_ran_while_somebody_had_it(
    passed: list[tuple[int, int | None]], pauses: list[int], now: int
) -> None:
    told = sorted(passed, key=lambda one: one[0])
    runs = tuple((at(minute), number % 2 == 1) for number, minute in enumerate(sorted(pauses)))
    facts = Facts(1, CASE, NINE, runs=runs, stays=happened(*told).stays)
    everyone = agreed(Target("resolve", 60, "always", whose="group"))

    def used(stretches: list[Stretch]) -> timedelta:
        return sum(
            (
                working_time(ALWAYS, one.start, min(one.end or at(now), at(now)))
                for one in stretches
            ),
            timedelta(),
        )

    together = sum((used(one) for one in ran(everyone, facts).values()), timedelta())
    owned = [(at(minute), group_id) for minute, group_id in told]
    ends = [*(moment for moment, _ in owned[1:]), at(now)]
    expected = timedelta()
    for (start, group_id), end in zip(owned, ends, strict=True):
        if group_id is not None:
            for one in facts.ran("resolve"):
                low, high = max(one.start, start), min(one.end or at(now), end, at(now))
                expected += max(high - low, timedelta())
    assert together == expected
    assert all(
        one.end == other.start or one.end < other.start  # type: ignore[operator]  # only the last has no end
        for one, other in pairwise(facts.stays)
    )


@pytest.mark.parametrize(
    ("target", "place"),
    [
        ({"whose": "nobody"}, "whose"),
        ({"measure": "respond", "whose": "supplier"}, "supplier"),
        ({"measure": "update", "whose": "supplier"}, "whose"),
        ({"lines": ["2"]}, "lines"),
        ({"groups": [3]}, "groups"),
        ({"supplier": 3}, "supplier"),
        ({"whose": "group", "lines": ["4"]}, "lines"),
        ({"whose": "group", "lines": "2"}, "lines"),
        ({"whose": "group", "supplier": 3}, "supplier"),
        ({"whose": "supplier"}, "supplier"),
        ({"whose": "supplier", "contract": "CTR-1"}, "contract"),
    ],
)
def test_a_target_that_cannot_be_kept_by_whom_it_names_is_refused(
    target: dict[str, Any], place: str
) -> None:
    with pytest.raises(InvalidValue) as refused:
        read_agreements(document(**target))
    assert refused.value.fields.keys() == {f"targets.0.{place}"}


def test_targets_from_before_are_promised_to_the_requester_and_hand_overs_by_groups() -> None:
    (one,) = read_agreements(document()).targets
    assert one.whose == "requester"
    (one,) = read_agreements(document(measure="handover")).targets
    assert one.whose == "group"
    assert not read_agreements(document(measure="handover")).about_holders
    assert read_agreements(document(whose="group")).about_holders


@pytest.mark.parametrize("share", [{"percent": 0}, {"percent": 101}, {"percent": "70"}, {}, 70])
def test_the_share_of_the_first_line_is_a_whole_number_of_a_hundred(share: Any) -> None:
    with pytest.raises(InvalidValue) as refused:
        read_agreements(document() | {"first_line": share})
    assert refused.value.fields.keys() == {"first_line"}
    assert read_agreements(document() | {"first_line": {"percent": 65}}).first_line == 65
    assert read_agreements(document()).first_line == 70
