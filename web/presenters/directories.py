"""Directories and what their synchronisations did."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from web.presenters.reader import Reader

Run = TypeVar("Run")

#: The kinds of directories we know, under their own names.
FLAVOURS = (("openldap", "OpenLDAP"), ("active_directory", "Active Directory"))

_FIELDS = ("created", "changed", "deactivated")


@dataclass(frozen=True)
class RunCounts:
    """How many people and groups came, changed and left, and what could not be carried out."""

    seen: int
    created: int
    changed: int
    left: int
    conflicts: int


def run_counts(report: Mapping[str, Any]) -> RunCounts:
    """Sum up the report of a synchronisation (``SyncReport.document``); {} while it runs."""
    created, changed, left = (
        int(report.get(f"persons_{name}", 0)) + int(report.get(f"groups_{name}", 0))
        for name in _FIELDS
    )
    seen = int(report.get("persons_seen", 0)) + int(report.get("groups_seen", 0))
    return RunCounts(seen, created, changed, left, int(report.get("conflict_count", 0)))


def doubt_text(doubt: str, reader: Reader) -> str:
    """Return in the reader's words why a synchronisation is held back."""
    return _said(doubt, _doubts(reader))


def conflict_text(conflict: str, reader: Reader) -> str:
    """Return in the reader's words what could not be carried out."""
    return _said(conflict, _conflicts(reader))


def _said(text: str, patterns: Sequence[tuple[str, str]]) -> str:
    for pattern, sentence in patterns:
        match = re.fullmatch(pattern, text)
        if match is not None:
            return sentence % match.groupdict()
    return text


def _doubts(reader: Reader) -> list[tuple[str, str]]:
    return [
        (r"all (?P<all>\d+) people .+", reader.gettext("all %(all)s people would be disabled")),
        (r"all (?P<all>\d+) groups .+", reader.gettext("all %(all)s groups would be disabled")),
        (
            r"all (?P<all>\d+) computers .+",
            reader.gettext("all %(all)s computers would count as deleted"),
        ),
        (
            r"(?P<some>\d+) of (?P<all>\d+) computers .+",
            reader.gettext("%(some)s of %(all)s computers would count as deleted"),
        ),
        (
            r"(?P<some>\d+) of (?P<all>\d+) people .+",
            reader.gettext("%(some)s of %(all)s people would be disabled"),
        ),
        (
            r"(?P<some>\d+) of (?P<all>\d+) groups .+",
            reader.gettext("%(some)s of %(all)s groups would be disabled"),
        ),
    ]


def _conflicts(reader: Reader) -> list[tuple[str, str]]:
    return [
        (
            r"the login '(?P<login>.+)' of person (?P<person>\d+) is taken",
            reader.gettext("The login “%(login)s” of person %(person)s is taken."),
        ),
        (
            r"the photo of person (?P<person>\d+) .+",
            reader.gettext("The photo of person %(person)s is no picture that can be shown."),
        ),
        (
            r"the group name '(?P<name>.+)' is taken; it is called '(?P<other>.+)'",
            reader.gettext("The group name “%(name)s” is taken; it is called “%(other)s”."),
        ),
    ]


def way_text(way: str, reader: Reader) -> str:
    """Return how changes are learnt; "" before everything was read once."""
    words = {
        "dirsync": reader.gettext("by a cookie (DirSync)"),
        "numbers": reader.gettext("by the numbers of one controller (uSNChanged)"),
        "stamps": reader.gettext("by time stamps (modifyTimestamp)"),
    }
    return words.get(way, way)


def why_text(why: str, reader: Reader) -> str:
    """Return why changes are learnt by numbers, and what helps; "" where nothing is better."""
    words = {
        "right_missing": reader.gettext(
            "DirSync is refused to the account that reads: give it the right “Replicating "
            "Directory Changes” on the domain."
        ),
        "not_offered": reader.gettext("This controller does not offer DirSync."),
        "refused": reader.gettext("This controller does not answer DirSync as it should."),
        "other_identity": reader.gettext(
            "DirSync knows people by objectGUID, and the attributes name another unique id."
        ),
    }
    return words.get(why, why)


def last_run(runs: Sequence[Run]) -> Run | None:
    """Return the first of the latest runs; None when there has been none."""
    return runs[0] if runs else None


@dataclass(frozen=True)
class MappedField:
    """One line of the mapping: our field, and which attributes it is read from."""

    name: str
    label: str
    #: What this directory says instead of the usual; "" for the usual, "-" for nothing.
    given: str
    usual: str


def mapped_fields(
    mapping: Mapping[str, Any], usual: Mapping[str, Sequence[str]], reader: Reader
) -> list[MappedField]:
    """Return a line for each field, in the order in which people think of them."""
    return [
        MappedField(name, label, _given(mapping.get(name)), ", ".join(usual[name]))
        for name, label in _labels(reader).items()
        if name in usual
    ]


def given_mapping(form: Mapping[str, str], usual: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the mapping that somebody typed, as ``rules.mapping.attribute_map`` reads it.

    >>> given_mapping({"title": "title, employeeType", "phone": "-"}, {"title": (), "phone": ()})
    {'title': ['title', 'employeeType'], 'phone': []}
    """
    typed = {name: form.get(name, "").replace(",", " ").split() for name in usual}
    return {name: [] if texts == ["-"] else texts for name, texts in typed.items() if texts}


def _given(value: Any) -> str:
    if value is None:
        return ""
    return (", ".join(value) or "-") if isinstance(value, list) else str(value)


def _labels(reader: Reader) -> dict[str, str]:
    return {
        "display_name": reader.gettext("Name"),
        "given_name": reader.gettext("Given name"),
        "family_name": reader.gettext("Family name"),
        "login": reader.gettext("Login"),
        "principal": reader.gettext("Second login"),
        "email": reader.gettext("E-mail"),
        "phone": reader.gettext("Phone"),
        "title": reader.gettext("Job title"),
        "department": reader.gettext("Department"),
        "site": reader.gettext("Site"),
        "employee_number": reader.gettext("Employee number"),
        "manager": reader.gettext("Manager"),
        "photo": reader.gettext("Photo"),
        "disabled": reader.gettext("Disabled"),
        "group_name": reader.gettext("Group: name"),
        "group_description": reader.gettext("Group: description"),
        "group_email": reader.gettext("Group: e-mail"),
        "members": reader.gettext("Group: members"),
        "computer_name": reader.gettext("Computer: name"),
        "computer_fqdn": reader.gettext("Computer: full domain name"),
        "computer_os": reader.gettext("Computer: operating system"),
        "computer_os_version": reader.gettext("Computer: version of the system"),
        "computer_last_logon": reader.gettext("Computer: last log-on"),
        "computer_created": reader.gettext("Computer: created"),
        "computer_manager": reader.gettext("Computer: managed by"),
        "computer_description": reader.gettext("Computer: description"),
        "computer_location": reader.gettext("Computer: location"),
        "computer_disabled": reader.gettext("Computer: disabled"),
    }


def run_lines(report: Mapping[str, Any], reader: Reader) -> list[tuple[str, int]]:
    """Return what one synchronisation counted, in words; what is nought is left out."""
    words = {
        "persons_seen": reader.gettext("People read"),
        "persons_created": reader.gettext("People who are new"),
        "persons_changed": reader.gettext("People who changed or came back"),
        "persons_deactivated": reader.gettext("People who left"),
        "groups_seen": reader.gettext("Groups read"),
        "groups_created": reader.gettext("Groups that are new"),
        "groups_changed": reader.gettext("Groups that changed"),
        "groups_deactivated": reader.gettext("Groups that are gone"),
        "memberships_added": reader.gettext("Memberships added"),
        "memberships_removed": reader.gettext("Memberships ended"),
        "managers_changed": reader.gettext("Managers changed"),
        "logins_changed": reader.gettext("Log-ins given or renamed"),
        "roles_given": reader.gettext("Roles given by rules"),
        "roles_taken": reader.gettext("Roles taken by rules"),
        "organisations_changed": reader.gettext("People moved by rules"),
        "photos_changed": reader.gettext("Photos changed"),
        "computers_seen": reader.gettext("Computers read"),
        "computers_matched": reader.gettext("Computers that stand for an item"),
        "computers_created": reader.gettext("Items made of computers"),
        "computers_changed": reader.gettext("Items of computers that changed"),
        "computers_unmatched": reader.gettext("Computers without an item"),
        "computers_gone": reader.gettext("Computers that are gone"),
    }
    return [(text, int(report[name])) for name, text in words.items() if report.get(name)]
