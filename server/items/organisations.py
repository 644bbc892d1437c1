"""Organisations that an actor may act in."""

from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue
from cmdb.records.parties import Organisation
from server.foundation.permissions import Actor, Permission


def require_organisation(
    session: Session, actor: Actor, permission: Permission, organisation_id: int
) -> None:
    """Raise unless the actor may do this in that organisation.

    ``PermissionDenied`` when they may do it nowhere; ``InvalidValue`` naming ``organisation_id``
    when it does not exist or is out of their reach, which are never told apart.
    """
    actor.require(permission)
    known = organisation_id < 2**63 and session.get(Organisation, organisation_id) is not None
    if not known or not actor.may(permission, organisation_id):
        raise InvalidValue({"organisation_id": f"there is no organisation {organisation_id}"})
