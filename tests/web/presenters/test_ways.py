"""Ways between items. Pairs are (provider, dependant).

san ──> db ──> app ──> orders
          └──────────> reports        dns ──> app
"""

from web.presenters.ways import items_between, shortest_way

SAN, DB, APP, ORDERS, REPORTS, DNS = range(1, 7)
PAIRS = [(SAN, DB), (DB, APP), (APP, ORDERS), (DB, REPORTS), (DNS, APP)]


def test_everything_on_any_way_is_found_whichever_end_was_asked() -> None:
    assert items_between(PAIRS, {SAN}, ORDERS) == {SAN, DB, APP, ORDERS}
    assert items_between(PAIRS, {ORDERS}, SAN) == {SAN, DB, APP, ORDERS}


def test_two_ways_are_both_found() -> None:
    pairs = [(1, 2), (1, 3), (2, 4), (3, 4), (4, 5), (1, 9)]
    assert items_between(pairs, {1}, 5) == {1, 2, 3, 4, 5}


def test_there_may_be_no_way() -> None:
    assert items_between(PAIRS, {DNS}, REPORTS) == set()
    assert shortest_way(PAIRS, {DNS}, REPORTS) == []


def test_a_way_is_told_from_what_is_needed_to_what_needs_it() -> None:
    assert shortest_way(PAIRS, {ORDERS}, SAN) == [SAN, DB, APP, ORDERS]
    assert shortest_way(PAIRS, {SAN}, ORDERS) == [SAN, DB, APP, ORDERS]


def test_the_shortest_way_wins() -> None:
    pairs = [(1, 2), (2, 3), (3, 4), (1, 4)]
    assert shortest_way(pairs, {4}, 1) == [1, 4]


def test_a_circle_does_not_hold_the_search() -> None:
    pairs = [(1, 2), (2, 3), (3, 1), (3, 4)]
    assert items_between(pairs, {1}, 4) == {1, 2, 3, 4}
    assert shortest_way(pairs, {1}, 4) == [1, 2, 3, 4]
