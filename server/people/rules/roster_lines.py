"""Reading a personnel list: which column is what, and what a line says. Pure."""

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from cmdb.errors import InvalidValue
from server.people.rules.logins import login_key
from server.people.rules.mapping import DETAILS

MANAGER = "manager"
LEAVES_ON = "leaves_on"
#: What a column of a list may be.
FIELDS = (*DETAILS, MANAGER, LEAVES_ON)
#: In which a list may win over directories.
WINNABLE = (*DETAILS, MANAGER)
#: In which it does unless somebody says otherwise.
USUALLY_WINS = ("title", "department", "site", "employee_number", MANAGER)
#: Headers that are understood without being told, in lower case without blanks and marks.
_HEADERS: Mapping[str, str] = {
    **{name.replace("_", ""): name for name in FIELDS},
    "name": "display_name",
    "fullname": "display_name",
    "firstname": "given_name",
    "lastname": "family_name",
    "surname": "family_name",
    "mail": "email",
    "telephone": "phone",
    "jobtitle": "title",
    "position": "title",
    "location": "site",
    "personnelnumber": "employee_number",
    "employeeid": "employee_number",
    "leavingdate": LEAVES_ON,
    "enddate": LEAVES_ON,
    "exitdate": LEAVES_ON,
}

MOST_LINES = 250_000
MOST_COLUMNS = 200
_LONGEST = 500
_SEPARATORS = ",;\t|"


@dataclass(frozen=True, slots=True)
class Line:
    """What a list says of one person. ``key``: by which the list knows them."""

    number: int
    key: str
    said: Mapping[str, str]
    manager: str = ""
    gone: bool = False

    @property
    def digest(self) -> str:
        """Return what tells two states of a line apart."""
        texts = (*(self.said.get(name, "") for name in DETAILS), self.manager, str(self.gone))
        return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def rows_of_csv(content: bytes) -> list[dict[str, str]]:
    r"""Return the lines of a CSV file by header; separators , ; tab and | and any usual encoding.

    Raises ``InvalidValue`` naming ``file``.

    >>> rows_of_csv("Name;E-mail\nAda;ada@example.test\n".encode())
    [{'Name': 'Ada', 'E-mail': 'ada@example.test'}]
    """
    text = _decoded(content)
    head = text.partition("\n")[0]
    separator = max(_SEPARATORS, key=head.count)
    try:
        lines = [row for row in csv.reader(io.StringIO(text), delimiter=separator) if any(row)]
    except csv.Error as error:
        raise InvalidValue({"file": f"it is not CSV: {error}"}) from error
    if not lines or len(lines[0]) > MOST_COLUMNS:
        raise InvalidValue({"file": "it must begin with a line of headers"})
    if len(lines) - 1 > MOST_LINES:
        raise InvalidValue({"file": f"it holds more than {MOST_LINES} lines"})
    headers = [header.strip() for header in lines[0]]
    return [dict(zip(headers, (cell.strip() for cell in row), strict=False)) for row in lines[1:]]


def check_columns(columns: Mapping[str, object], wins: Sequence[str]) -> None:
    """Raise ``InvalidValue`` naming each field that no column can be."""
    faults = {
        f"columns.{name}": f"must be one of {', '.join(FIELDS)}"
        for name in columns
        if name not in FIELDS
    }
    faults |= {
        f"columns.{name}": "must be the header of a column"
        for name, header in columns.items()
        if name in FIELDS and not isinstance(header, str)
    }
    if unknown := sorted(set(wins) - set(WINNABLE)):
        faults["wins"] = f"must be among {', '.join(WINNABLE)}, not {unknown[0]}"
    if faults:
        raise InvalidValue(faults)


def chosen_columns(headers: Iterable[str], columns: Mapping[str, str]) -> dict[str, str]:
    """Return field to header: as it was said, or as the header says itself.

    >>> chosen_columns(["First name", "E-Mail", "Kst"], {"department": "kst"})
    {'given_name': 'First name', 'email': 'E-Mail', 'department': 'Kst'}
    """
    told = {_plain(header): name for name, header in columns.items() if header}
    found: dict[str, str] = {}
    for header in headers:
        plain = _plain(header)
        name = told.get(plain) or _HEADERS.get(plain)
        if name and name not in found and (plain in told or name not in columns):
            found[name] = header
    return found


def read_lines(
    rows: Sequence[Mapping[str, str]], columns: Mapping[str, str], today: date
) -> tuple[list[Line], list[str]]:
    """Return the lines of a list, and in English what is wrong with others, which are left out.

    ``columns`` as ``Roster.columns`` holds them. Somebody is gone once the day in ``leaves_on`` is
    over. Raises ``InvalidValue`` when no column tells who a line is about.
    """
    if not rows:
        raise InvalidValue({"file": "it holds no lines"})
    headers = dict.fromkeys(header for row in rows for header in row)
    chosen = chosen_columns(headers, columns)
    if not {"employee_number", "email"} & chosen.keys():
        raise InvalidValue({"file": "no column holds employee numbers or e-mail addresses"})
    lines: list[Line] = []
    faults: list[str] = []
    seen: dict[str, int] = {}
    for number, row in enumerate(rows, 1):
        read = _line(number, {name: row.get(header, "") for name, header in chosen.items()}, today)
        if isinstance(read, str):
            faults.append(f"line {number}: {read}")
        elif read.key in seen:
            faults.append(f"line {number}: line {seen[read.key]} is about the same person")
        else:
            seen[read.key] = number
            lines.append(read)
    return lines, faults


def _line(number: int, cells: Mapping[str, str], today: date) -> Line | str:
    texts = {name: _clean(text) for name, text in cells.items()}
    if long := next((name for name, text in texts.items() if len(text) > _LONGEST), ""):
        return f"{long} is longer than {_LONGEST} characters"
    if not texts.get("display_name"):
        names = (texts.get("given_name", ""), texts.get("family_name", ""))
        texts["display_name"] = " ".join(name for name in names if name)
    key = texts.get("employee_number") or login_key(texts.get("email", ""))
    if not key:
        return "it has neither employee number nor e-mail address"
    day = _day(texts.pop(LEAVES_ON, ""))
    if isinstance(day, str):
        return day
    manager = texts.pop(MANAGER, "")
    said = {name: text for name, text in texts.items() if text}
    return Line(number, key, said, manager, gone=day is not None and day < today)


def _day(text: str) -> date | str | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return f"leaves_on must be a day as 2027-03-31, not {text[:20]!r}"


def _clean(text: str) -> str:
    plain = "".join(char for char in text if char.isprintable()).strip()
    # What exports put before a text that a spreadsheet would run.
    return plain[1:] if plain[:1] == "'" and plain[1:2] in set("=+-@") else plain


def _plain(header: str) -> str:
    return "".join(char for char in header.casefold() if char.isalnum())


def _decoded(content: bytes) -> str:
    candidates: Iterator[str] = iter(
        ("utf-16",) if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else ("utf-8-sig", "cp1252")
    )
    for encoding in candidates:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidValue({"file": "it is not text"})
