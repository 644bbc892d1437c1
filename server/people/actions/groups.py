"""Groups, and who belongs to them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, InvalidValue, NotFound
from cmdb.records.parties import Group, Membership, Organisation
from server.foundation.audit import record
from server.foundation.duplicates import refusing_duplicates
from server.foundation.permissions import Actor, Permission
from server.people.actions.rights import refuse_group_beyond, require_over
from server.people.queries.organisations import seen_organisations
from server.people.queries.people import person
from server.people.rules.logins import name_key
from server.people.rules.particulars import check_not_from_directory, check_particulars


def create_group(
    session: Session, actor: Actor, particulars: Mapping[str, Any], now: datetime
) -> Group:
    """Make a group and return it, with its id.

    ``particulars``: columns of ``Group``, ``organisation_id`` and ``name`` at least. Raises
    ``DuplicateName`` and ``InvalidValue``; needs ``group:write`` in the organisation.
    """
    organisation_id = particulars["organisation_id"]
    seen = select(Organisation.id).where(
        Organisation.id == organisation_id, seen_organisations(actor)
    )
    if session.scalar(seen) is None:
        raise InvalidValue({"organisation_id": "there is no such organisation"})
    require_over(actor, Permission.GROUP_WRITE, organisation_id)
    check_particulars(particulars)
    group = Group(source="local", active=True, created_at=now, updated_at=now)
    _fill(group, particulars)
    with refusing_duplicates(session, "group", "name", group.name):
        session.add(group)
    return group


def change_group(
    session: Session, actor: Actor, group: Group, changes: Mapping[str, Any], now: datetime
) -> Group:
    """Change a group from ``group_for_writing``. Raises ``DuplicateName`` and ``InvalidValue``.

    Whoever makes a group active again gives its members what it holds, so they must hold it too.
    """
    check_not_from_directory(group.source, changes)
    check_particulars(changes)
    if changes.get("active", group.active) != group.active:
        refuse_group_beyond(session, actor, group.id)
        record(session, actor, "group_changed", f"group:{group.id}", {"active": changes["active"]})
    with refusing_duplicates(session, "group", "name", str(changes.get("name", group.name))):
        _fill(group, changes)
        group.updated_at = now
        group.version += 1
    return group


def add_member(session: Session, actor: Actor, group: Group, person_id: int) -> None:
    """Put somebody into a group from ``group_for_writing``; who is in it already stays so.

    Raises ``InvalidValue`` for somebody out of sight and ``PermissionDenied`` when the group may do
    more than the actor.
    """
    try:
        member = person(session, actor, person_id)
    except NotFound as error:
        raise InvalidValue({"person_id": "there is no such person"}) from error
    refuse_group_beyond(session, actor, group.id)
    if session.get(Membership, (member.id, group.id)) is not None:
        return
    session.add(Membership(person_id=member.id, group_id=group.id, source="local"))
    session.flush()
    record(session, actor, "member_added", f"group:{group.id}", {"person": member.id})


def remove_member(session: Session, actor: Actor, group: Group, person_id: int) -> None:
    """Take somebody out of a group from ``group_for_writing``.

    Raises ``NotFound`` for who is not in it and ``Conflict`` for a membership of a directory's.
    """
    membership = session.get(Membership, (person_id, group.id))
    if membership is None:
        raise NotFound("member", person_id)
    if membership.source != "local":
        raise Conflict(f"this membership comes from the directory {membership.source}")
    session.delete(membership)
    session.flush()
    record(session, actor, "member_removed", f"group:{group.id}", {"person": person_id})


def _fill(group: Group, values: Mapping[str, Any]) -> None:
    for column, value in values.items():
        setattr(group, column, value)
    group.name_key = name_key(group.name)
