"""Worth, money, failures and contradictions: what is decided without a database."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmdb.errors import InvalidValue
from server.assets.rules.contradictions import Held, contradictions, strangers
from server.assets.rules.money import amount_text, hundredths
from server.assets.rules.reliability import Failure, reliability
from server.assets.rules.worth import Writedown, book_value, written_off_on

_DAYS = st.dates(date(1990, 1, 1), date(2090, 1, 1))
NOW = datetime(2026, 6, 1, tzinfo=UTC)


@given(
    st.integers(0, 10**12),
    st.integers(0, 10**12),
    st.integers(1, 600),
    _DAYS,
    st.integers(-40, 20000),
)
def test_worth_goes_from_the_price_down_to_the_rest_and_never_up(
    price: int, rest: int, months: int, bought_on: date, days: int
) -> None:
    plan = Writedown(max(price, rest), min(price, rest), months, bought_on)
    on = bought_on + timedelta(days=days)
    worth, later = book_value(plan, on), book_value(plan, on + timedelta(days=40))
    assert plan.residual <= later <= worth <= plan.price
    end = written_off_on(plan)
    assert book_value(plan, bought_on) == plan.price
    assert book_value(plan, end) == plan.residual
    if plan.price - plan.residual >= months:
        assert book_value(plan, end - timedelta(days=1)) > plan.residual


def test_after_a_third_of_the_months_a_third_is_gone() -> None:
    plan = Writedown(100_000, 10_000, 36, date(2024, 2, 29))
    assert book_value(plan, date(2025, 2, 28)) == 70_000
    assert book_value(plan, date(2025, 2, 27)) == 100_000 - 27_500


@pytest.mark.parametrize("amount", ["-1", "1.005", "abc", "1e30", "", "NaN", "٣٤x"])
def test_what_is_no_amount_is_refused_by_name(amount: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        hundredths("residual", amount, "EUR")
    assert set(refused.value.fields) == {"residual"}


def test_an_amount_needs_a_currency() -> None:
    with pytest.raises(InvalidValue) as refused:
        hundredths("price", "1", "euro")
    assert set(refused.value.fields) == {"currency"}


@given(st.integers(0, 10**15))
def test_amounts_come_back_as_they_were_written(value: int) -> None:
    assert hundredths("price", amount_text(value) or "", "eur") == value


def test_time_between_failures_counts_all_items_of_a_model_and_no_failure_outside() -> None:
    begin = NOW - timedelta(days=300)
    spans = [(1, begin, NOW), (2, begin, NOW), (3, NOW, NOW)]
    failures = [
        Failure(1, begin + timedelta(days=10), is_cause=True),
        Failure(2, begin + timedelta(days=20)),
        Failure(2, begin - timedelta(days=1)),
        Failure(9, begin + timedelta(days=5)),
    ]
    found = reliability(spans, failures)
    assert (found.item_count, found.days) == (2, 600.0)
    assert (found.failure_count, found.cause_count, found.mean_days) == (2, 1, 300.0)
    assert found.last_at == begin + timedelta(days=20)
    assert reliability(spans, []).mean_days is None


FITTING = Held(
    given_at=NOW - timedelta(days=60),
    accepted_at=NOW - timedelta(days=59),
    holder_active=True,
    accounts=frozenset({"ana"}),
    home="Oslo",
    stage="in_use",
    used_by=frozenset({"ana", "bo"}),
    site="oslo",
)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ({}, []),
        ({"used_by": {"bo"}}, ["used_by_other"]),
        ({"used_by": {"root"}}, []),
        ({"used_by": {"bo"}, "accounts": set()}, []),
        ({"site": "Bergen"}, ["elsewhere"]),
        ({"site": ""}, []),
        ({"home": ""}, []),
        ({"stage": "in_stock"}, ["not_in_use"]),
        ({"stage": "retired", "holder_active": False}, ["holder_left", "not_in_use"]),
        ({"accepted_at": None}, ["not_accepted"]),
        ({"accepted_at": None, "given_at": NOW - timedelta(days=14)}, []),
    ],
)
def test_what_contradicts_custody(other: dict[str, object], expected: list[str]) -> None:
    assert contradictions(replace(FITTING, **other), NOW) == expected  # type: ignore[arg-type]


def test_who_uses_it_instead_is_named_without_accounts_of_the_machine() -> None:
    held = replace(FITTING, used_by={"root", "cy", "bo"})
    assert strangers(held) == ["bo", "cy"]
