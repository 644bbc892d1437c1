"""Organisations, as the actor may see them: wherever they hold anything, and their own."""

from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from cmdb.records.parties import Organisation, OrganisationClosure
from server.foundation.paging import Page, PageRequest, SortKey, fetch_page
from server.foundation.permissions import Actor
from server.people.rules.logins import login_key

ORGANISATION_SORTS = {
    "name": SortKey(Organisation.name),
    "code": SortKey(Organisation.code),
    "created_at": SortKey(Organisation.created_at, datetime.fromisoformat),
}


def seen_organisations(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``Organisation`` under which the actor may know of it."""
    if any(grant.organisation_ids is None for grant in actor.grants):
        return true()
    roots = {grant.organisation_id for grant in actor.grants}
    below = select(OrganisationClosure.descendant_id).where(
        OrganisationClosure.ancestor_id.in_(roots)
    )
    return or_(Organisation.id == actor.organisation_id, Organisation.id.in_(below))


def list_organisations(
    session: Session, actor: Actor, q: str, page: PageRequest
) -> Page[Organisation]:
    """Return one page; ``q`` is part of a name or code."""
    query = select(Organisation).where(seen_organisations(actor))
    if q:
        query = query.where(
            or_(
                Organisation.name.icontains(q, autoescape=True),
                Organisation.code.contains(login_key(q), autoescape=True),
            )
        )
    return fetch_page(session, query, page, ORGANISATION_SORTS, Organisation.id)


def organisation(session: Session, actor: Actor, organisation_id: int) -> Organisation:
    """Return one; raises ``NotFound`` when there is none or the actor may not see it."""
    found = session.scalars(
        select(Organisation).where(Organisation.id == organisation_id, seen_organisations(actor))
    ).first()
    if found is None:
        raise NotFound("organisation", organisation_id)
    return found
