"""Setting up directories. Passwords go in and never come out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue, NotFound
from server.foundation.audit import record
from server.foundation.duplicates import refusing_duplicates
from server.foundation.permissions import Actor, Permission
from server.foundation.secrets import SecretBox
from server.people.actions.rights import require_over
from server.people.directory import is_filter, is_loopback
from server.people.models import Directory, Roster
from server.people.queries.organisations import organisation
from server.people.rules.logins import login_key
from server.people.rules.mapping import FLAVOURS, attribute_map
from server.people.sources import password_place

#: Whoever changes where a password is sent to must know it: it is blanked with these.
_WHERE_TO = {"url", "start_tls", "authority"}


def create_directory(
    session: Session,
    actor: Actor,
    particulars: Mapping[str, Any],
    secrets: SecretBox,
    now: datetime,
) -> Directory:
    """Add a directory and return it, with its id.

    ``particulars``: columns of ``Directory``, and ``password``. Filters left out are the flavour's.
    Needs ``admin:directory`` in the organisation. Raises ``DuplicateName`` and ``InvalidValue``.
    """
    values = dict(particulars)
    password = values.pop("password", "")
    _check_organisation(session, actor, values["organisation_id"])
    flavour = FLAVOURS[values.get("flavour", "openldap")]
    values.setdefault("person_filter", flavour.person_filter)
    values.setdefault("group_filter", flavour.group_filter)
    values["code"] = login_key(values["code"])
    if session.scalar(select(Roster.id).where(Roster.code == values["code"])) is not None:
        raise InvalidValue({"code": "another source of people has this code"})
    row = Directory(mapping={}, state={}, created_at=now, updated_at=now)
    _fill(row, values)
    _check(row)
    with refusing_duplicates(session, "directory", "code", row.code):
        session.add(row)
    row.sealed_password = secrets.seal(password, password_place(row.id))
    session.flush()
    record(session, actor, "directory_created", f"directory:{row.id}")
    return row


def change_directory(
    session: Session,
    actor: Actor,
    directory: Directory,
    changes: Mapping[str, Any],
    secrets: SecretBox,
    now: datetime,
) -> Directory:
    """Change a directory from ``queries.directories.directory``.

    Another address or trust blanks the password, unless the same call brings one.
    """
    values = dict(changes)
    password = values.pop("password", None)
    require_over(actor, Permission.ADMIN_DIRECTORY, directory.organisation_id)
    moved = any(
        getattr(directory, name) != values.get(name, getattr(directory, name)) for name in _WHERE_TO
    )
    _fill(directory, values)
    _check(directory)
    if moved or password is not None:
        directory.sealed_password = secrets.seal(password or "", password_place(directory.id))
    directory.updated_at = now
    directory.version += 1
    session.flush()
    touched = sorted({*values, *(("password",) if moved or password is not None else ())})
    record(session, actor, "directory_changed", f"directory:{directory.id}", {"fields": touched})
    return directory


def _fill(row: Directory, values: Mapping[str, Any]) -> None:
    for column, value in values.items():
        setattr(row, column, value)


def _check_organisation(session: Session, actor: Actor, organisation_id: int) -> None:
    try:
        organisation(session, actor, organisation_id)
    except NotFound as error:
        raise InvalidValue({"organisation_id": "there is no such organisation"}) from error
    require_over(actor, Permission.ADMIN_DIRECTORY, organisation_id)


def _check(row: Directory) -> None:
    faults = {
        name: "must be an LDAP search filter, as (objectClass=person)"
        for name in ("person_filter", "group_filter")
        if not is_filter(getattr(row, name))
    }
    if row.computer_filter and not is_filter(row.computer_filter):
        faults["computer_filter"] = "must be an LDAP search filter, as (objectClass=device)"
    if why := _url_fault(row):
        faults["url"] = why
    if faults:
        raise InvalidValue(faults)
    attribute_map(row.flavour or "openldap", row.mapping)


def _url_fault(row: Directory) -> str:
    faults = [_server_fault(url, start_tls=row.start_tls is not False) for url in row.url.split()]
    return next((fault for fault in faults if fault), "" if faults else "is needed")


def _server_fault(url: str, *, start_tls: bool) -> str:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "must be ldap://host:port or ldaps://host:port"
    if parts.scheme not in {"ldap", "ldaps"} or not parts.hostname or port == 0:
        return "must be ldap://host:port or ldaps://host:port"
    if parts.username or parts.password or parts.path.strip("/") or parts.query:
        return "must hold host and port only"
    if parts.scheme == "ldap" and not start_tls and not is_loopback(url):
        return "passwords need TLS: take ldaps://, or switch StartTLS on"
    return ""
