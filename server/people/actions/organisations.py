"""Adding organisations, by people."""

from datetime import datetime

from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue, NotFound
from cmdb.records.parties import Organisation
from server.foundation.audit import record
from server.foundation.permissions import Actor, Permission
from server.people import organisations
from server.people.actions.rights import require_over
from server.people.queries.organisations import organisation
from server.people.rules.logins import login_key


def add_organisation(
    session: Session, actor: Actor, parent_id: int, code: str, name: str, now: datetime
) -> Organisation:
    """Add one below ``parent_id``. Needs ``admin:users`` there.

    Raises ``DuplicateName`` for a taken code, ``InvalidValue`` for an unknown parent.
    """
    try:
        parent = organisation(session, actor, parent_id)
    except NotFound as error:
        raise InvalidValue({"parent_id": "there is no such organisation"}) from error
    require_over(actor, Permission.ADMIN_USERS, parent_id)
    made = organisations.create_organisation(session, parent, login_key(code), name.strip(), now)
    record(session, actor, "organisation_created", f"organisation:{made.id}")
    return made
