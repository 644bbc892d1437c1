from datetime import date

import pytest

from cmdb.errors import InvalidValue
from server.people.rules.roster_lines import (
    MOST_LINES,
    check_columns,
    read_lines,
    rows_of_csv,
)
from server.people.rules.words import Word, decided, is_here, manager_of

TODAY = date(2027, 4, 1)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_csv_is_read_in_every_usual_shape(encoding: str, separator: str) -> None:
    content = separator.join(("Name", "E-Mail")) + "\r\n" + separator.join(("Zoë", "z@x")) + "\r\n"
    assert rows_of_csv(content.encode(encoding)) == [{"Name": "Zoë", "E-Mail": "z@x"}]


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"a," * 300 + b"\n1", b"a\n" + b"1\n" * (MOST_LINES + 1)]
)
def test_what_is_no_list_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidValue) as refused:
        rows_of_csv(content)
    assert list(refused.value.fields) == ["file"]


def test_a_line_says_who_it_is_about_and_when_they_leave() -> None:
    rows = [
        {"Personnel number": "17", "First name": "Ada", "Surname": "L", "Leaving date": ""},
        {
            "Personnel number": "18",
            "First name": "Bob",
            "Surname": "B",
            "Leaving date": "2027-03-31",
        },
        {
            "Personnel number": "19",
            "First name": "Eve",
            "Surname": "E",
            "Leaving date": "2027-04-01",
        },
    ]
    lines, faults = read_lines(rows, {}, TODAY)
    assert faults == []
    assert [(line.key, line.said["display_name"], line.gone) for line in lines] == [
        ("17", "Ada L", False),
        ("18", "Bob B", True),
        ("19", "Eve E", False),
    ]


def test_wrong_lines_are_named_and_the_others_are_read() -> None:
    rows = [
        {"email": "a@x", "name": "A"},
        {"email": "A@x", "name": "A again"},
        {"email": "", "name": "Nobody"},
        {"email": "d@x", "name": "D", "leaves_on": "31.03.2027"},
        {"email": "e@x", "name": "E" * 600},
    ]
    lines, faults = read_lines(rows, {}, TODAY)
    assert [line.key for line in lines] == ["a@x"]
    assert [fault.partition(":")[0] for fault in faults] == [f"line {n}" for n in (2, 3, 4, 5)]


def test_without_a_column_that_tells_who_nothing_is_read() -> None:
    with pytest.raises(InvalidValue, match="no column holds"):
        read_lines([{"name": "Ada"}], {}, TODAY)


def test_columns_and_precedence_name_what_they_cannot_be() -> None:
    with pytest.raises(InvalidValue) as refused:
        check_columns({"shoe_size": "S", "title": 3}, ["title", "active"])
    assert sorted(refused.value.fields) == ["columns.shoe_size", "columns.title", "wins"]


def test_each_attribute_has_its_own_winner_and_silence_passes_it_on() -> None:
    words = [
        Word("local", {"phone": "1", "site": "Oslo"}),
        Word("ldap", {"title": "Clerk", "email": "a@x", "phone": "2"}),
        Word("hr", {"title": "Head", "email": "b@x", "department": "Sales"}),
    ]
    found = decided(words, {"hr": frozenset({"title", "phone"})})
    assert found["title"] == ("Head", "hr")
    assert found["email"] == ("a@x", "ldap")
    assert found["phone"] == ("2", "ldap")
    assert found["department"] == ("Sales", "hr")
    assert found["site"] == ("Oslo", "local")
    assert found["given_name"] == ("", "")


def test_one_source_that_says_somebody_is_gone_is_enough() -> None:
    assert is_here([Word("ldap"), Word("hr")])
    assert not is_here([Word("ldap"), Word("hr", gone=True)])
    assert not is_here([Word("ldap", gone=True), Word("hr")])


def test_a_list_says_the_manager_where_it_wins_or_no_directory_does() -> None:
    hr, ldap = Word("hr", manager_id=5), Word("ldap")
    wins, silent = {"hr": frozenset({"manager"})}, {"hr": frozenset[str]()}
    assert manager_of([ldap, hr], wins) == (5, "hr")
    assert manager_of([ldap, hr], silent) is None
    assert manager_of([hr], silent) == (5, "hr")
