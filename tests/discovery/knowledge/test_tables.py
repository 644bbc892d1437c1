"""Tables of makes as data: the shipped ones are sound, and an administrator adds his own."""

from pathlib import Path

import pytest

from discovery.knowledge.rules import BadKnowledge, load_knowledge
from discovery.knowledge.tables import ROWS

_CISCO = (1, 3, 6, 1, 4, 1, 9, 1, 1069)
_ENTERPRISES = (1, 3, 6, 1, 4, 1)
_SOUND = """
[[table]]
object_id = "1.3.6.1.4.1.99"
rows = "components"
entry = "1.3.6.1.4.1.99.1.1"
[table.fields]
model = 3
"""


def test_the_shipped_tables_stand_below_an_enterprise_and_say_what_tells_rows_apart() -> None:
    tables = load_knowledge().tables
    assert {one.rows for one in tables} == set(ROWS)
    for table in tables:
        assert table.entry[:6] == _ENTERPRISES
        assert all(one[:6] == _ENTERPRISES for one in table.object_ids)
        wanted = {
            "components": {"serial"},
            "access_points": {"mac", "name"},
            "stations": {"mac"},
        }
        assert wanted.get(table.rows, set()) <= set(table.places), table.entry
        if table.rows == "transceivers":
            assert {"interface_index", "entity_index"} & set(table.places)


def test_a_table_is_asked_of_its_devices_alone() -> None:
    knowledge = load_knowledge()
    controller = knowledge.tables_of(_CISCO, "Cisco Controller")
    assert {one.rows for one in controller} == {"access_points", "stations"}
    assert knowledge.tables_of(_CISCO, "Cisco IOS Software, C2960X") == []
    assert knowledge.tables_of((1, 3, 6, 1, 4, 1, 98_765), "anything") == []


def test_a_table_of_an_administrator_is_asked_too(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(_SOUND)
    (found,) = load_knowledge([tmp_path / "own.toml"]).tables_of((*_ENTERPRISES, 99, 7), "")
    assert found.columns == [(*_ENTERPRISES, 99, 1, 1, 3)]


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ("rows", "row", "table 1: unknown key 'row'"),
        ('"components"', '"cables"', "rows are access_points, components"),
        ("model = 3", "colour = 3", "components have no 'colour'"),
        ("model = 3", "model = 0", "are no columns"),
        ("model = 3", "model = 'three'", "is no place"),
        ("model = 3", "model = { columns = 3 }", "unknown key 'columns' in a field"),
        ("model = 3", "model = { factor = 3 }", "has a column, an index or a value"),
        ("model = 3", "model = { column = 3, value = 'x' }", "has a column, an index or a value"),
        ("model = 3", "model = { index = '0-2' }", "no part of an index"),
        ("model = 3", "model = { column = 3, words = [['(', 'x']] }", "table 1"),
        ('entry = "1.3.6.1.4.1.99.1.1"', "", "'entry' is missing"),
        ('entry = "1.3', 'entry = "1.x', "is not an OID"),
    ],
)
def test_a_table_that_cannot_be_used_says_where(
    tmp_path: Path, before: str, after: str, why: str
) -> None:
    path = tmp_path / "own.toml"
    path.write_text(_SOUND.replace(before, after, 1))
    with pytest.raises(BadKnowledge, match=why):
        load_knowledge([path])
