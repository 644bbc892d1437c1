"""How one item is judged: what is missing, what is old, and what two witnesses agree on."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cmdb.engine.health import ItemHealth, Said, Subject, Wanted, comparable, judge

NOW = datetime(2026, 5, 1, tzinfo=UTC)
LIMITS = {"agent": timedelta(days=30), "snmp": timedelta(days=30), "derived": timedelta(days=60)}


def said(source: str, days_ago: float = 0, **words: Any) -> Said:
    return Said(source, words, NOW - timedelta(days=days_ago))


def judged(values: dict[str, Any], *words: Said, **more: Any) -> ItemHealth:
    return judge(
        Subject(values, words, **more), Wanted(("name",), ("location", "label")), LIMITS, NOW
    )


def test_empty_texts_and_lists_are_missing_but_zero_and_no_are_not() -> None:
    found = judged({"name": "", "label": [], "location": 0})
    assert found.missing_required == ("name",)
    assert found.missing_recommended == ("label",)
    assert (found.required, found.recommended) == (1, 2)


def test_only_sources_that_grow_stale_say_how_fresh_an_item_is() -> None:
    assert not judged({}, said("person", 1000)).watched
    late = judged({}, said("agent", 31), said("person", 1))
    assert (late.watched, late.fresh) == (True, False)
    assert late.sources == {"agent": False, "person": True}
    assert judged({}, said("agent", 31), said("snmp", 29)).fresh


def test_two_keys_of_one_source_are_as_fresh_as_the_fresher_one() -> None:
    assert judged({}, said("agent", 1), said("agent", 90)).sources == {"agent": True}


@pytest.mark.parametrize(
    ("words", "confirmed"),
    [
        ((said("agent", vendor="HP"),), False),
        ((said("agent", vendor="HP"), said("snmp", vendor=" hp ")), True),
        # Two sheets are no two witnesses, and one that speaks no more is none.
        ((said("import:a", vendor="HP"), said("import:b", vendor="HP")), False),
        ((said("agent", vendor="HP"), said("snmp", 31, vendor="HP")), False),
        ((said("agent", vendor="HP"), said("person", 400, vendor="HP")), False),
        ((said("agent", vendor="HP"), said("derived", vendor="HP")), False),
        ((said("agent", vendor="HP"), said("person", 300, vendor="HP")), True),
    ],
)
def test_a_value_is_confirmed_by_a_fresh_independent_source(
    words: tuple[Said, ...], confirmed: bool
) -> None:
    found = judged({"vendor": "HP"}, *words)
    assert (found.values, bool(found.confirmed)) == (1, confirmed)
    assert not found.contradicted


def test_a_fresh_word_that_says_otherwise_contradicts() -> None:
    held = {"vendor": "HP"}
    assert judged(held, said("agent", vendor="HP"), said("snmp", vendor="Dell")).contradicted
    assert not judged(
        held, said("agent", vendor="HP"), said("snmp", 31, vendor="Dell")
    ).contradicted
    three = (said("agent", vendor="HP"), said("person", vendor="HP"), said("snmp", vendor="Dell"))
    assert judged(held, *three).confirmed == ("vendor",)


def test_an_owners_word_is_one_witness() -> None:
    held = {"vendor": "HP", "model": "DL"}
    words = said("agent", vendor="HP", model="DL")
    found = judged(held, words, attested=frozenset({"vendor"}))
    assert found.confirmed == ("vendor",)
    assert not judged(
        held, said("agent", 40, vendor="HP"), attested=frozenset({"vendor"})
    ).confirmed


def test_stage_is_ours_and_what_nobody_says_is_no_claim() -> None:
    assert judged({"stage": "in_use", "model": "DL"}, said("agent", stage="in_use")).values == 0


def test_an_item_at_a_place_is_no_orphan() -> None:
    assert judged({}).orphan
    assert not judged({}, located=True).orphan
    assert not judged({}, related=1).orphan


def test_lists_are_compared_without_order_and_documents_by_their_content() -> None:
    assert comparable(["b", "A"]) == comparable(["a", "B"])
    assert comparable({"a": 1, "b": ["x"]}) == comparable({"b": ["X"], "a": 1})
    assert comparable(1) != comparable("1")
