"""People and groups: what can be chosen about them, and what a form may change."""

from collections.abc import Iterable, Mapping
from typing import Any

from web.presenters.reader import Reader

#: Words of the address; without one a list shows who is here.
GONE = "gone"
EVERYBODY = "everybody"
ACTIVITIES = (GONE, EVERYBODY)

#: What the next synchronisation with a directory does not take back.
_OURS = ("language", "time_zone")


def is_active(activity: str) -> bool | None:
    """Return what a filter of a list means: True and False, None for no matter.

    >>> is_active(""), is_active("gone"), is_active("everybody")
    (True, False, None)
    """
    return {GONE: False, EVERYBODY: None}.get(activity, True)


def editable_fields(source: str, fields: Iterable[str]) -> tuple[str, ...]:
    """Return those of ``fields`` that may be changed by hand.

    >>> editable_fields("local", ["email", "language"])
    ('email', 'language')
    >>> editable_fields("company", ["email", "language"])
    ('language',)
    """
    return tuple(name for name in fields if source == "local" or name in _OURS)


def what_differs(values: Mapping[str, Any], stored: object) -> dict[str, Any]:
    """Return those ``values`` that are not what ``stored`` has under their name."""
    return {name: value for name, value in values.items() if getattr(stored, name) != value}


def field_labels(reader: Reader) -> dict[str, str]:
    """Return the names of what a form holds of a person or a group."""
    return {
        "display_name": reader.gettext("Name"),
        "name": reader.gettext("Name"),
        "description": reader.gettext("What it is for"),
        "given_name": reader.gettext("Given name"),
        "family_name": reader.gettext("Family name"),
        "email": reader.gettext("E-mail"),
        "phone": reader.gettext("Phone"),
        "title": reader.gettext("Job title"),
        "department": reader.gettext("Department"),
        "site": reader.gettext("Site"),
        "employee_number": reader.gettext("Employee number"),
        "language": reader.gettext("Language"),
        "time_zone": reader.gettext("Time zone"),
    }
