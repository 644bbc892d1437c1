"""Words of imports."""

import re
from collections.abc import Mapping

from cmdb.model import Model
from server.imports.mapping import CLASS, KEY
from web.presenters.faults import fault_text
from web.presenters.identity import reason_text
from web.presenters.reader import Reader


def outcome_name(outcome: str, reader: Reader) -> str:
    """Return what became of a line, in the reader's words."""
    names = {
        "created": reader.gettext("new"),
        "updated": reader.gettext("changed"),
        "unchanged": reader.gettext("unchanged"),
        "refused": reader.gettext("refused"),
        "review": reader.gettext("to decide"),
        "faulty": reader.gettext("with problems"),
        "deleted": reader.gettext("deleted again"),
        "restored": reader.gettext("put back"),
        "kept": reader.gettext("kept, others know of it"),
        "gone": reader.gettext("gone already"),
    }
    return names.get(outcome, outcome)


def state_name(state: str, reader: Reader) -> str:
    """Return how far an import is."""
    names = {
        "mapped": reader.gettext("not begun"),
        "running": reader.gettext("runs"),
        "done": reader.gettext("done"),
        "failed": reader.gettext("failed"),
        "undoing": reader.gettext("is being taken back"),
        "undone": reader.gettext("taken back"),
    }
    return names.get(state, state)


def field_name(name: str, columns: Mapping[str, str], model: Model, reader: Reader) -> str:
    """Return where a fault or a difference stands, as the owner of the file calls it.

    ``columns`` maps headers to meanings. What no column says has the model's name; what is about a
    whole line or file has none.
    """
    if name in {"", "line", "columns"}:
        return ""
    said = {meaning: header for header, meaning in columns.items() if meaning}
    column = said.get({"class": CLASS, "key": KEY}.get(name, name))
    if column:
        return column
    own = {"class": reader.gettext("Class"), "identifiers": reader.gettext("Identity")}
    found = model.attributes_named(name)
    return own.get(name) or (model.label(found[0], reader.language) if found else name)


def line_fault_text(fault: str, reader: Reader) -> str:
    """Return what is wrong with a line, a column or a file, in the reader's words."""
    gettext = reader.gettext
    patterns = (
        (r"must be CSV or XLSX", gettext("This is neither CSV nor XLSX.")),
        (r"is empty|has headers and no lines", gettext("The file is empty.")),
        (r"must not be empty", gettext("This must not be empty.")),
        (r"there is no class '(?P<code>.*)'", gettext("There is no class %(code)s.")),
        (r"there is no attribute '(?P<code>.*)'", gettext("There is no attribute %(code)s.")),
        (
            r"the file has no such column.*",
            gettext("The file has no such column; it may have been renamed."),
        ),
        (r"the column '(?P<other>.*)' is .*", gettext("The column %(other)s is that already.")),
        (
            r"say which class the lines are of.*",
            gettext("Say which class the lines are of, or which column tells."),
        ),
        (
            r"at least one column must be an attribute",
            gettext("At least one column must be an attribute."),
        ),
        (
            r"means the same thing as line (?P<line>\d+): .*",
            gettext("This means the same thing as line %(line)s."),
        ),
        (r"says nothing that is mapped", gettext("The line says nothing that is mapped.")),
        (
            r"has (?P<cells>\d+) cells under (?P<heads>\d+) headers",
            gettext("The line has %(cells)s cells under %(heads)s headers."),
        ),
        (r"expected one of (?P<words>[^;]+);.*", gettext("Expected one of %(words)s.")),
        (r"must be letters, digits and dashes", gettext("Letters, digits and dashes only.")),
        (r"cannot be read as a workbook.*", gettext("This cannot be read as a workbook.")),
    )
    for pattern, sentence in patterns:
        if found := re.fullmatch(pattern, fault, re.DOTALL):
            return sentence % found.groupdict()
    told = fault_text(fault, reader)
    return reason_text(fault, reader) if told == fault else told
