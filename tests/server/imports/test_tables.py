"""Files as tables: encodings, separators, formulas, workbooks, and files that are none."""

import io
from zipfile import ZipFile

import pytest

from cmdb.errors import InvalidValue
from cmdb.model import shipped_model
from server.foundation.sheets import safe_cell
from server.imports.mapping import guess_mapping, line_of
from server.imports.presets import presets
from server.imports.tables import Row, read_table

_TEXT = "Name;Serial number\nBüro-1;S1\n"


def _cells(data: bytes, name: str = "list.csv") -> list[dict[str, str]]:
    return [dict(row.cells) for row in read_table(io.BytesIO(data), name)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_any_encoding_and_separator_reads_the_same(encoding: str, separator: str) -> None:
    data = _TEXT.replace(";", separator).encode(encoding)
    assert _cells(data) == [{"Name": "Büro-1", "Serial number": "S1"}]


def test_a_broken_byte_makes_no_other_encoding_of_the_others() -> None:
    data = "name;maker\nBüro-1;Größe\nüber;Acm".encode() + b"\xff\n"
    broken = list(read_table(io.BytesIO(data), "list.csv"))[-1]
    assert (broken.cells["name"], list(broken.problems)) == ("über", ["maker"])


def test_what_excel_wraps_around_numbers_and_what_we_put_before_formulas_is_taken_off() -> None:
    data = b'sep=;\nname;tag\n="00123";\'=1+1\n'
    assert _cells(data) == [{"name": "00123", "tag": "=1+1"}]


def test_headers_that_repeat_or_are_empty_stay_apart() -> None:
    (row,) = read_table(io.BytesIO(b"mac,mac,\na,b,c\n"), "x.csv")
    assert row.cells == {"mac": "a", "mac (2)": "b", "column 3": "c"}


def test_a_line_with_too_many_cells_is_named() -> None:
    (row,) = read_table(io.BytesIO(b"a,b\n1,2,3\n"), "x.csv")
    assert row.problems == {"line": "has 3 cells under 2 headers"}


def workbook(*rows: str, shared: str = "") -> bytes:
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    data = io.BytesIO()
    with ZipFile(data, "w") as archive:
        body = "".join(f"<row r='{n}'>{row}</row>" for n, row in enumerate(rows, start=1))
        sheet = f"<worksheet {main}><sheetData>{body}</sheetData></worksheet>"
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
        archive.writestr("xl/sharedStrings.xml", f"<sst {main}>{shared}</sst>")
    return data.getvalue()


def test_a_workbook_reads_as_its_first_sheet() -> None:
    data = workbook(
        "<c r='A1' t='s'><v>0</v></c><c r='C1' t='inlineStr'><is><t>cores</t></is></c>",
        "<c r='A2' t='str'><f>1+1</f><v>db-1</v></c><c r='C2'><v>4.0</v></c>",
        shared="<si><t>name</t></si>",
    )
    assert _cells(data, "x.xlsx") == [{"name": "db-1", "column 2": "", "cores": "4"}]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "x.csv"),
        (b"PK\x03\x04broken", "x.xlsx"),
        (b"%PDF", "x.pdf"),
        (workbook("<!DOCTYPE x>"), "x.xlsx"),
    ],
)
def test_what_is_no_table_is_refused(data: bytes, name: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        _cells(data, name)
    assert "file" in refused.value.fields


@pytest.mark.parametrize(
    ("headers", "cells", "class_code", "values"),
    [
        (
            ["Name", "Status", "Tenant", "Site", "Role", "Manufacturer", "Type", "Serial number"],
            ["sw1", "Active", "", "DM-Akron", "Access Switch", "Cisco", "C9200", "FOC1"],
            "switch",
            {
                "name": "sw1",
                "stage": "in_use",
                "vendor": "Cisco",
                "model": "C9200",
                "serial": "FOC1",
            },
        ),
        (
            [
                "Name",
                "Status",
                "Manufacturers",
                "Serial number",
                "Types",
                "Operating System - Name",
            ],
            ["pc-1", "In stock", "Dell", "ABC", "Notebook", "Windows 11"],
            "laptop",
            {"name": "pc-1", "stage": "in_stock", "os_name": "Windows 11"},
        ),
        (
            ["Id", "Name", "Organization->Name", "Status", "Business criticity", "Serial number"],
            ["7", "srv-1", "Demo", "production", "high", "S7"],
            "server",
            {"name": "srv-1", "stage": "in_use", "criticality": "1", "serial": "S7"},
        ),
        (
            ["Asset Tag", "Asset Name", "Model", "Category", "Manufacturer", "Serial", "Status"],
            ["A-1", "", "T14", "Laptops", "Lenovo", "PF1", "Deployed"],
            "laptop",
            {"asset_tag": "A-1", "model": "T14", "serial": "PF1", "stage": "in_use"},
        ),
    ],
)
def test_exports_of_other_tools_are_known_by_their_headers(
    headers: list[str], cells: list[str], class_code: str, values: dict[str, str]
) -> None:
    mapping = guess_mapping(headers, shipped_model())
    row = Row(2, dict(zip(headers, cells, strict=True)))
    line = line_of(row, mapping, shipped_model()).decode()
    assert f'"class": "{class_code}"' in line
    for name, value in values.items():
        assert f'"{name}": "{value}"' in line


def test_every_export_speaks_of_classes_and_attributes_there_are() -> None:
    model = shipped_model()
    for preset in presets():
        for code in (*preset.classes.values(), preset.class_code):
            assert not model.item_class(code).abstract, (preset.name, code)
        for meaning in preset.columns.values():
            assert meaning.startswith("@") or model.attributes_named(meaning), meaning


@pytest.mark.parametrize("text", ["=cmd()", "+1", "-1+2", "@SUM(A1)", "\t=1"])
def test_no_spreadsheet_runs_what_we_export(text: str) -> None:
    assert safe_cell(text) == f"'{text}"
