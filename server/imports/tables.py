"""Tables out of files, row by row: CSV in whatever encoding and with whatever separator, XLSX.

Nothing is read whole but the shared texts of a workbook, which are bounded. A cell that holds a
formula counts as the value that was saved with it.
"""

import codecs
import csv
import io
import re
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, BinaryIO
from zipfile import BadZipFile, ZipFile

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, iterparse

from cmdb.errors import InvalidValue

#: Wider tables, longer cells and bigger sheets are mistakes, or attacks.
MAX_COLUMNS = 500
MAX_CELL = 32_767
MAX_LINES = 1_000_000
_MAX_SHEET_BYTES = 2_000_000_000
_MAX_TEXTS = 2_000_000

_SAMPLE = 64 * 1024
_SEPARATORS = ",;\t|"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_EXCEL_TEXT = re.compile(r'^="(.*)"$', re.DOTALL)
_CELL = re.compile(r"([A-Z]{1,3})(\d+)")
_SPREADSHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@dataclass(frozen=True, slots=True)
class Row:
    """One line: where it stands in the file, its cells by header, and what is wrong with it."""

    number: int
    cells: Mapping[str, str]
    problems: Mapping[str, str] = field(default_factory=dict)


def read_table(file: BinaryIO, name: str) -> Generator[Row, None, None]:
    """Yield the rows of a CSV or XLSX file. Raises ``InvalidValue`` for a file that is none.

    Whoever does not read to the end closes this before the file.
    """
    start = file.read(4)
    file.seek(0)
    if start.startswith(b"PK\x03\x04"):
        return _named(_workbook(file))
    if name.casefold().endswith((".xls", ".ods", ".pdf", ".zip")) or b"\0\0\0" in start:
        raise InvalidValue({"file": "must be CSV or XLSX"})
    return _named(_csv(file))


def encoding_of(sample: bytes) -> str:
    """Return how a text is encoded, told from its first bytes.

    A broken byte among many that are right does not make another encoding of it.

    >>> encoding_of("name;Büro".encode("utf-16")), encoding_of("Büro".encode("cp1252"))
    ('utf-16', 'cp1252')
    """
    for mark, name in _BOMS:
        if sample.startswith(mark):
            return name
    if len(sample) > 3 and sample[1::2].count(0) > len(sample) // 4:
        return "utf-16-le"
    if len(sample) > 3 and sample[::2].count(0) > len(sample) // 4:
        return "utf-16-be"
    text = codecs.getincrementaldecoder("utf-8")("replace").decode(sample)
    broken, foreign = text.count("\ufffd"), sum(not sign.isascii() for sign in text)
    return "cp1252" if broken and 2 * broken >= foreign else "utf-8"


def _csv(file: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    sample = file.read(_SAMPLE)
    file.seek(0)
    encoding = encoding_of(sample)
    text = io.TextIOWrapper(file, encoding, errors="replace", newline="")
    first = sample.decode(encoding, "replace").lstrip("\ufeff").splitlines()[:1]
    head = first[0] if first else ""
    if head.casefold().startswith("sep=") and len(head) == len("sep=;"):
        text.readline()
        separator = head[-1]
    else:
        separator = max(_SEPARATORS, key=head.count)
    csv.field_size_limit(MAX_CELL * 4)
    reader = csv.reader(text, delimiter=separator)
    try:
        for cells in reader:
            yield reader.line_num, [_plain(cell.lstrip("\ufeff")) for cell in cells]
    except csv.Error as error:
        raise InvalidValue({"file": f"line {reader.line_num}: {error}"}) from error
    finally:
        text.detach()


def _plain(cell: str) -> str:
    """Return a cell without what spreadsheets wrap around text that looks like a number."""
    found = _EXCEL_TEXT.match(cell)
    text = (found[1] if found else cell).strip()
    # What our own export puts before a text that a spreadsheet would run.
    return text[1:] if text[:1] == "'" and text[1:2] in set("=+-@") else text


def _named(lines: Iterator[tuple[int, list[str]]]) -> Generator[Row, None, None]:
    headers: list[str] = []
    count = 0
    for number, cells in lines:
        if not any(cells):
            continue
        if not headers:
            headers = _headers(cells)
            continue
        count += 1
        if count > MAX_LINES:
            raise InvalidValue({"file": f"has more than {MAX_LINES} lines"})
        yield _row(number, headers, cells)
    if not headers:
        raise InvalidValue({"file": "is empty"})


def _headers(cells: list[str]) -> list[str]:
    if len(cells) > MAX_COLUMNS:
        raise InvalidValue({"file": f"has more than {MAX_COLUMNS} columns"})
    found: list[str] = []
    for position, cell in enumerate(cells, start=1):
        name = cell[:100] or f"column {position}"
        found.append(f"{name} ({position})" if name in found else name)
    return found


def _row(number: int, headers: list[str], cells: list[str]) -> Row:
    problems: dict[str, str] = {}
    if len(cells) > len(headers):
        problems["line"] = f"has {len(cells)} cells under {len(headers)} headers"
    named = dict(zip(headers, cells, strict=False))
    for header, cell in named.items():
        if len(cell) > MAX_CELL:
            problems[header] = f"holds more than {MAX_CELL} characters"
        elif "\ufffd" in cell:
            problems[header] = "holds characters that cannot be read"
    return Row(number, named, problems)


def _workbook(file: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    try:
        with ZipFile(file) as archive:
            names = archive.namelist()
            sheets = sorted(n for n in names if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", n))
            if not sheets:
                raise InvalidValue({"file": "is no workbook"})
            if archive.getinfo(sheets[0]).file_size > _MAX_SHEET_BYTES:
                raise InvalidValue({"file": "its first sheet is too large"})
            texts = _texts(archive) if "xl/sharedStrings.xml" in names else []
            with archive.open(sheets[0]) as sheet:
                yield from _sheet_rows(sheet, texts)
    except (BadZipFile, ParseError, DefusedXmlException, KeyError) as error:
        raise InvalidValue({"file": f"cannot be read as a workbook: {error}"}) from error


def _texts(archive: ZipFile) -> list[str]:
    found: list[str] = []
    with archive.open("xl/sharedStrings.xml") as stream:
        for _, element in iterparse(stream, forbid_dtd=True):
            if element.tag == f"{_SPREADSHEET}si":
                found.append("".join(part.text or "" for part in element.iter(f"{_SPREADSHEET}t")))
                element.clear()
            if len(found) > _MAX_TEXTS:
                raise InvalidValue({"file": "holds too many texts"})
    return found


def _sheet_rows(sheet: IO[bytes], texts: list[str]) -> Iterator[tuple[int, list[str]]]:
    for _, element in iterparse(sheet, forbid_dtd=True):
        if element.tag != f"{_SPREADSHEET}row":
            continue
        cells: list[str] = []
        for cell in element:
            place = _CELL.match(cell.get("r", ""))
            position = _column(place[1]) if place else len(cells)
            if position >= MAX_COLUMNS:
                raise InvalidValue({"file": f"has more than {MAX_COLUMNS} columns"})
            cells += [""] * (position - len(cells))
            cells.append(_plain(_cell_text(cell, texts)))
        yield int(element.get("r") or 0), cells
        element.clear()


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _cell_text(cell: object, texts: list[str]) -> str:
    kind = cell.get("t", "n")  # type: ignore[attr-defined]  # an element of defusedxml
    if kind == "inlineStr":
        return "".join(part.text or "" for part in cell.iter(f"{_SPREADSHEET}t"))  # type: ignore[attr-defined]
    value = cell.find(f"{_SPREADSHEET}v")  # type: ignore[attr-defined]
    text = "" if value is None else value.text or ""
    if kind == "s":
        return texts[int(text)] if text.isdigit() and int(text) < len(texts) else ""
    if kind == "b":
        return "true" if text == "1" else "false"
    if kind == "e":
        return ""
    if re.fullmatch(r"-?\d+\.0+", text):
        return text.partition(".")[0]
    return text
