"""The guard against gaining rights through what one may administer."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from server.foundation.errors import PermissionDenied
from server.foundation.permissions import Actor, Grant, Permission, Reach
from server.people.grants import grants_of_group, grants_of_person
from server.people.rules.escalation import missing


def refuse_more_than_own(session: Session, actor: Actor, person_id: int) -> None:
    """Raise ``PermissionDenied`` when the person may do something the actor may not."""
    if person_id != actor.person_id:
        refuse_beyond(actor, grants_of_person(session, person_id))


def refuse_group_beyond(session: Session, actor: Actor, group_id: int) -> None:
    """Raise ``PermissionDenied`` when membership in the group gives more than the actor has."""
    refuse_beyond(actor, grants_of_group(session, group_id))


def refuse_beyond(actor: Actor, grants: Iterable[Grant]) -> None:
    """Raise ``PermissionDenied`` naming the first permission the actor does not hold there."""
    beyond = missing(actor, grants)
    if beyond is not None:
        raise PermissionDenied(beyond)


def require_over(actor: Actor, permission: Permission, organisation_id: int) -> None:
    """Raise ``PermissionDenied`` unless the actor holds ``permission`` there without narrowing.

    A grant for one class of item, or for one's own things, does not let anybody make new things.
    """
    held = actor.grants_for(permission)
    if not any(_whole(grant, organisation_id) for grant in held):
        raise PermissionDenied(permission)


def require_everywhere(actor: Actor, permission: Permission) -> None:
    """Raise ``PermissionDenied`` unless the actor holds ``permission`` on the whole tree."""
    if not holds_everywhere(actor, permission):
        raise PermissionDenied(permission)


def holds_everywhere(actor: Actor, permission: Permission) -> bool:
    """Say whether the actor holds ``permission`` on the whole tree."""
    held = actor.grants_for(permission)
    return any(grant.organisation_ids is None and _unnarrowed(grant) for grant in held)


def _whole(grant: Grant, organisation_id: int) -> bool:
    inside = grant.organisation_ids is None or organisation_id in grant.organisation_ids
    return inside and _unnarrowed(grant)


def _unnarrowed(grant: Grant) -> bool:
    return grant.class_codes is None and grant.reach is Reach.ALL
