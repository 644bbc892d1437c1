"""Who wrote a letter, and what a mailbox lets them do."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.records.parties import OrganisationClosure, Person
from server.foundation.permissions import Actor, Grant, Permission, Reach
from server.people.grants import standing_of
from server.people.rules.logins import login_key

#: What who may write to a desk may do there with what is their own: as much as in the portal.
_OF_SENDERS = frozenset({Permission.TICKET_OPEN, Permission.TICKET_READ, Permission.ITEM_READ})


def people_with(session: Session, addresses: Sequence[str]) -> list[Person]:
    """Return who has one of the addresses, disabled people included, by id."""
    keys = {login_key(one) for one in addresses} - {""}
    if not keys:
        return []
    query = select(Person).where(Person.email_key.in_(sorted(keys))).order_by(Person.id)
    return list(session.scalars(query))


def organisations_below(session: Session, organisation_id: int) -> frozenset[int]:
    """Return an organisation and all below it."""
    query = select(OrganisationClosure.descendant_id).where(
        OrganisationClosure.ancestor_id == organisation_id
    )
    return frozenset(session.scalars(query))


def sender_actor(session: Session, person: Person, organisation_id: int) -> Actor:
    """Return whoever wrote a letter, as they act through a mailbox of an organisation.

    With their own rights, and those that everybody has who may write there. What is for
    emergencies does not count: no letter proves who sits at the keyboard.
    """
    groups, grants = standing_of(session, person.id, in_person=False)
    below = organisations_below(session, organisation_id)
    mailbox = Grant(_OF_SENDERS, organisation_id, below, reach=Reach.OWN)
    return Actor(
        name=person.display_name,
        person_id=person.id,
        organisation_id=person.organisation_id,
        group_ids=groups,
        grants=(*grants, mailbox),
        language=person.language,
        time_zone=person.time_zone,
    )
