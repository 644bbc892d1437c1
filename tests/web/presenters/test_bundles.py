"""Too many items for one map stand in bundles until they are opened."""

from web.presenters.bundles import (
    MOST_SINGLE,
    SINGLE_LIMIT,
    Loose,
    bundle_items,
    read_opened,
    write_opened,
)


def _many(count: int, class_code: str = "server", site: int = 7) -> list[Loose]:
    return [Loose(number, class_code, site) for number in range(count)]


def test_what_fits_is_drawn_item_by_item() -> None:
    single, bundles = bundle_items(_many(SINGLE_LIMIT), set(), {})
    assert (len(single), bundles) == (SINGLE_LIMIT, [])


def test_beyond_that_each_class_and_site_is_one_node() -> None:
    items = [*_many(200), *(Loose(1000 + n, "switch", 7) for n in range(150))]
    items += [Loose(5000 + n, "switch", 8) for n in range(3)]
    single, bundles = bundle_items(items, set(), {})
    assert single == []
    assert [(b.key, len(b.members)) for b in bundles] == [
        ("server~7", 200),
        ("switch~7", 150),
        ("switch~8", 3),
    ]


def test_what_the_question_is_about_always_stands_alone() -> None:
    single, (bundle,) = bundle_items(_many(400), {17}, {})
    assert single == [17]
    assert 17 not in bundle.members


def test_a_bundle_of_one_is_that_item() -> None:
    items = [*_many(400), Loose(999, "router", 7)]
    single, bundles = bundle_items(items, set(), {})
    assert single == [999]
    assert [bundle.class_code for bundle in bundles] == ["server"]


def test_an_opened_bundle_lets_out_its_first_members_and_keeps_the_rest() -> None:
    single, (bundle,) = bundle_items(_many(400), set(), {"server~7": 100})
    assert single == list(range(100))
    assert bundle.members == tuple(range(100, 400))


def test_however_much_is_opened_the_map_stays_bounded() -> None:
    single, (bundle,) = bundle_items(_many(5000), {1, 2}, {"server~7": 4000})
    assert len(single) == MOST_SINGLE
    assert len(single) + len(bundle.members) == 5000


def test_grouping_can_be_asked_for_on_a_small_map() -> None:
    single, (bundle,) = bundle_items(_many(12), {3}, {}, limit=0)
    assert (single, len(bundle.members)) == ([3], 11)


def test_what_is_opened_survives_the_address() -> None:
    opened = {"server~7": 200, "switch~0": 100}
    assert read_opened(write_opened(opened)) == opened


def test_nonsense_in_the_address_opens_nothing() -> None:
    assert (
        read_opened(["", "server", "server~x~1", "~1~2", "server~1~-5", "a~1~9" + "9" * 30]) == {}
    )
