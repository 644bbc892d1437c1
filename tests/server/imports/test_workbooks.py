"""Lists go out as workbooks, and come back as they were."""

import tracemalloc
from zipfile import ZipFile

from hypothesis import given
from hypothesis import strategies as st

from server.imports.tables import read_table
from server.imports.workbooks import write_workbook

#: What a spreadsheet keeps: text without the blanks around it and without what XML cannot say.
_TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=0xD7FF)).map(str.strip)


@given(st.lists(st.tuples(_TEXT, _TEXT, st.integers(-(2**52), 2**52)), max_size=5))
def test_what_is_written_is_read_again(rows: list[tuple[str, str, int]]) -> None:
    kept = [row for row in rows if not row[0].startswith(("'", '="'))]
    kept = [row for row in kept if not row[1].startswith(("'", '="'))]
    with write_workbook([("name", "note", "number"), *kept]) as book:
        found = [tuple(row.cells.values()) for row in read_table(book, "list.xlsx")]
    assert found == [(name, note, str(number)) for name, note, number in kept]


def test_no_cell_is_a_formula_and_nothing_breaks_out_of_its_cell() -> None:
    evil = ["=cmd|'/c calc'!A1", "+1", "@SUM(A1)", "</t></is></c><c><f>1</f></c>", "a\0b\x1f"]
    with write_workbook([evil]) as book:
        sheet = ZipFile(book).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert sheet.count('t="inlineStr"') == len(evil)
    assert "a\N{REPLACEMENT CHARACTER}b" in sheet


def test_memory_does_not_grow_with_the_list() -> None:
    tracemalloc.start()
    with write_workbook((n, f"item-{n}", "x" * 200) for n in range(40_000)):
        peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12 * 2**20
