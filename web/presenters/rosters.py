"""Personnel lists, what their deliveries did, and who says what of somebody."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from web.presenters.reader import Reader

#: Fields of a list in the order in which people think of them; in all but the last it may win.
_LEAVES_ON = "leaves_on"


@dataclass(frozen=True)
class RosterField:
    """One line of the form: our field, the header of its column, and whether the list wins."""

    name: str
    label: str
    header: str
    wins: bool
    may_win: bool


def roster_fields(
    columns: Mapping[str, Any], wins: Sequence[str], reader: Reader
) -> list[RosterField]:
    """Return a line for each field of a list."""
    return [
        RosterField(name, label, str(columns.get(name, "")), name in wins, name != _LEAVES_ON)
        for name, label in attribute_labels(reader).items()
    ]


def given_columns(form: Mapping[str, str], names: Sequence[str]) -> dict[str, str]:
    """Return the headers that somebody typed, by field.

    >>> given_columns({"column_title": " Position ", "column_site": ""}, ["title", "site"])
    {'title': 'Position'}
    """
    typed = {name: form.get(f"column_{name}", "").strip() for name in names}
    return {name: header for name, header in typed.items() if header}


def attribute_labels(reader: Reader) -> dict[str, str]:
    """Return the names of what a list may say of somebody."""
    return {
        "employee_number": reader.gettext("Employee number"),
        "display_name": reader.gettext("Name"),
        "given_name": reader.gettext("Given name"),
        "family_name": reader.gettext("Family name"),
        "email": reader.gettext("E-mail"),
        "phone": reader.gettext("Phone"),
        "title": reader.gettext("Job title"),
        "department": reader.gettext("Department"),
        "site": reader.gettext("Site"),
        "manager": reader.gettext("Manager"),
        _LEAVES_ON: reader.gettext("Last day"),
    }


def delivery_lines(report: Mapping[str, Any], reader: Reader) -> list[tuple[str, int]]:
    """Return what one delivery counted, in words; what is nought is left out."""
    words = {
        "lines_read": reader.gettext("Lines read"),
        "persons_created": reader.gettext("People who are new"),
        "persons_joined": reader.gettext("People whom another source knew"),
        "persons_changed": reader.gettext("People who changed or came back"),
        "persons_deactivated": reader.gettext("People who left"),
        "persons_reactivated": reader.gettext("People who came back"),
        "managers_changed": reader.gettext("Managers changed"),
    }
    return [(text, int(report[name])) for name, text in words.items() if report.get(name)]


def line_fault_text(fault: str, reader: Reader) -> str:
    """Return in the reader's words what is wrong with a delivery or one of its lines."""
    for pattern, sentence in _faults(reader):
        match = re.fullmatch(pattern, fault)
        if match is not None:
            return sentence % match.groupdict()
    return fault


def _faults(reader: Reader) -> list[tuple[str, str]]:
    line = r"line (?P<line>\d+): "
    return [
        (
            line + r"(?P<some>\d+) people have that number or address",
            reader.gettext("Line %(line)s: %(some)s people have that number or address."),
        ),
        (
            line + "another line is about the person with that address",
            reader.gettext("Line %(line)s: another line is about the person with that address."),
        ),
        (
            line + r"line (?P<other>\d+) is about the same person",
            reader.gettext("Line %(line)s: line %(other)s is about the same person."),
        ),
        (
            line + "nobody of that number or address is known",
            reader.gettext("Line %(line)s: nobody of that number or address is known."),
        ),
        (line + "it has no name", reader.gettext("Line %(line)s: it has no name.")),
        (
            line + "it has neither employee number nor e-mail address",
            reader.gettext("Line %(line)s: neither employee number nor e-mail address."),
        ),
        (
            line + r"leaves_on must be a day as 2027-03-31, not '(?P<text>.*)'",
            reader.gettext(
                "Line %(line)s: the last day must look like 2027-03-31, not “%(text)s”."
            ),
        ),
        (
            line + r"(?P<field>\w+) is longer than (?P<most>\d+) characters",
            reader.gettext("Line %(line)s: %(field)s is longer than %(most)s characters."),
        ),
        (
            "no column holds employee numbers or e-mail addresses",
            reader.gettext("No column holds employee numbers or e-mail addresses."),
        ),
        ("it broke off; the log says why", reader.gettext("It broke off; the log says why.")),
        ("it holds no lines", reader.gettext("The file holds no lines.")),
        ("it is not text", reader.gettext("The file is not text.")),
        (
            "it must begin with a line of headers",
            reader.gettext("The first line must name columns."),
        ),
        (r"it is not CSV: .*", reader.gettext("The file is not CSV.")),
        (
            r"it holds more than (?P<most>\d+) lines",
            reader.gettext("The file holds more than %(most)s lines."),
        ),
    ]
