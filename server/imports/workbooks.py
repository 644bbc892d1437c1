"""Writes a workbook (Office Open XML, ECMA-376) row by row; nothing is held but one row.

Texts are written as inline texts, which no spreadsheet runs, whatever they begin with.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Any, BinaryIO, cast
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from server.imports.tables import MAX_CELL

#: The media type of a workbook.
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: More than these is on disk rather than in memory.
_IN_MEMORY_BYTES = 4 * 2**20
_PIECE_BYTES = 64 * 1024
#: More rows are not in one sheet, by the format.
_MOST_ROWS = 1_048_576
#: Whole numbers beyond this are rounded by spreadsheets.
_EXACT = 2**53
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET_TYPE}.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml"'
        f' ContentType="{_SHEET_TYPE}.worksheet+xml"/>'
        "</Types>"
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
        "</Relationships>"
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>"
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="Cadastre" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
}


def write_workbook(rows: Iterable[Sequence[Any]]) -> BinaryIO:
    """Return a file at its beginning with one sheet; rows beyond what a sheet holds are left out.

    Numbers stay numbers where a spreadsheet keeps them exactly; all else becomes text.
    """
    with ExitStack() as leaving:
        file = leaving.enter_context(SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES))
        with ZipFile(file, "w", ZIP_DEFLATED) as archive:
            for name, content in _PARTS.items():
                archive.writestr(name, _HEAD + content)
            with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
                _write_sheet(sheet, rows)
        file.seek(0)
        leaving.pop_all()  # it is the caller's now
        return cast("BinaryIO", file)


def pieces_of(file: BinaryIO) -> Iterator[bytes]:
    """Return a file piece by piece; it is closed at its end, or with whoever stops reading."""

    def pieces() -> Iterator[bytes]:
        with file:
            yield b""
            while piece := file.read(_PIECE_BYTES):
                yield piece

    found = pieces()
    next(found)  # from now on it closes the file, read or not
    return found


def _write_sheet(sheet: IO[bytes], rows: Iterable[Sequence[Any]]) -> None:
    sheet.write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
    for number, row in enumerate(rows, start=1):
        if number > _MOST_ROWS:
            break
        cells = "".join(cell_text(cell) for cell in row)
        sheet.write(f'<row r="{number}">{cells}</row>'.encode())
    sheet.write(b"</sheetData></worksheet>")


def cell_text(value: Any) -> str:
    """Return one cell as XML.

    >>> cell_text(7), cell_text("=1+1"), cell_text(None)
    ('<c><v>7</v></c>', '<c t="inlineStr"><is><t xml:space="preserve">=1+1</t></is></c>', '<c/>')
    """
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float) and abs(value) < _EXACT:
        return f"<c><v>{value}</v></c>"
    text = escape(_NO_XML.sub("\N{REPLACEMENT CHARACTER}", _told(value)[:MAX_CELL]))
    return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _told(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    return str(value)
