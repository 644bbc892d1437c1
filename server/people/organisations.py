"""The tree of organisations, and the closure table that makes a subtree one look-up."""

from datetime import datetime

from sqlalchemy import insert, literal, select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict
from cmdb.records.parties import Organisation, OrganisationClosure
from server.foundation.duplicates import refusing_duplicates


def create_organisation(
    session: Session, parent: Organisation | None, code: str, name: str, now: datetime
) -> Organisation:
    """Add an organisation below ``parent`` and return it, with its id.

    There is one root, made by the installation: whoever holds a grant on it sees everything.
    Raises ``DuplicateName`` for a taken code and ``Conflict`` for a second root.
    """
    if parent is None and root_organisation(session) is not None:
        raise Conflict("there is one root organisation; name a parent")
    organisation = Organisation(
        parent_id=None if parent is None else parent.id, code=code, name=name, created_at=now
    )
    with refusing_duplicates(session, "organisation", "code", code):
        session.add(organisation)
    _close_over(session, organisation)
    return organisation


def root_organisation(session: Session) -> Organisation | None:
    """Return the organisation at the top, or None before the installation made it."""
    return session.scalars(
        select(Organisation).where(Organisation.parent_id.is_(None)).limit(1)
    ).first()


def _close_over(session: Session, organisation: Organisation) -> None:
    """Write the pairs of a new leaf: itself, and every ancestor of its parent."""
    session.add(
        OrganisationClosure(ancestor_id=organisation.id, descendant_id=organisation.id, depth=0)
    )
    session.flush()
    if organisation.parent_id is None:
        return
    above = select(
        OrganisationClosure.ancestor_id,
        literal(organisation.id),
        OrganisationClosure.depth + 1,
    ).where(OrganisationClosure.descendant_id == organisation.parent_id)
    session.execute(
        insert(OrganisationClosure).from_select(["ancestor_id", "descendant_id", "depth"], above)
    )
