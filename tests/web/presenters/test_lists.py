from web.presenters.lists import Sorting
from web.presenters.urls import with_query


def test_a_click_on_the_sorted_column_turns_it_around() -> None:
    assert Sorting.parse("name").after_click("name") == "-name"
    assert Sorting.parse("-name").after_click("name") == "name"
    assert Sorting.parse("-name").after_click("age") == "age"


def test_only_the_sorted_column_says_its_direction() -> None:
    sorting = Sorting.parse("-age")
    assert sorting.direction("age") == "descending"
    assert sorting.direction("name") == "none"
    assert sorting.direction(None) == "none"


def test_an_address_keeps_what_was_not_changed() -> None:
    query = {"q": ["db"], "class": ["server", "switch"], "after": ["x"]}
    changed = with_query("/items", query, {"after": None, "sort": "-name"})
    assert changed == "/items?q=db&class=server&class=switch&sort=-name"


def test_an_address_without_parameters_has_no_question_mark() -> None:
    assert with_query("/items", {"q": ["db"]}, {"q": ""}) == "/items"


def test_values_from_outside_cannot_break_out_of_an_address() -> None:
    assert with_query("/items", {}, {"q": 'a&b="<'}) == "/items?q=a%26b%3D%22%3C"
