"""Deputies: who approves for whom while they are away."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue, NotFound
from cmdb.records.parties import Membership, Person
from server.desk.changes.models import ApprovalDeputy
from server.desk.tickets.actions.checking import Problems, check_person
from server.foundation.audit import record
from server.foundation.permissions import Actor, Permission
from server.people.queries.people import seen_people
from server.people.rules.logins import login_key


@dataclass(frozen=True, slots=True)
class DeputyDraft:
    """Who answers for whom, from when to when; without a person it is oneself.

    The deputy is named by number, or by the mail address of a colleague (of one's organisation or
    one's groups): who may see nobody can still say who stands in for them.
    """

    deputy_id: int | None
    starts_at: datetime
    ends_at: datetime
    person_id: int | None = None
    email: str = ""


def name_deputy(
    session: Session, actor: Actor, draft: DeputyDraft, now: datetime
) -> ApprovalDeputy:
    """Name one's own deputy, or with ``change:approve`` somebody's. Raises ``InvalidValue``."""
    person_id = draft.person_id or actor.person_id
    if person_id is None:
        raise InvalidValue({"person_id": "say who is away"})
    if person_id != actor.person_id:
        actor.require(Permission.CHANGE_APPROVE)
    problems = Problems()
    check_person(session, actor, problems, "person_id", person_id)
    deputy_id = _deputy(session, actor, problems, draft)
    if deputy_id == person_id:
        problems.add("deputy_id", "must be somebody else")
    if draft.ends_at <= draft.starts_at:
        problems.add("ends_at", "must be later than starts_at")
    elif draft.ends_at <= now:
        problems.add("ends_at", "has passed")
    problems.refuse()
    deputy = ApprovalDeputy(
        person_id=person_id,
        deputy_id=deputy_id,
        starts_at=draft.starts_at,
        ends_at=draft.ends_at,
        by_themselves=person_id == actor.person_id,
    )
    session.add(deputy)
    session.flush()
    detail = {"deputy": deputy_id}
    record(session, actor, "approval_deputy_named", f"person:{person_id}", detail)
    return deputy


def _deputy(session: Session, actor: Actor, problems: Problems, draft: DeputyDraft) -> int | None:
    """Return the person that a draft names, by number or by address."""
    if draft.deputy_id is not None:
        check_person(session, actor, problems, "deputy_id", draft.deputy_id)
        return draft.deputy_id
    address = draft.email.strip()
    if not address:
        problems.add("deputy_id", "must not be empty")
        return None
    mates = select(Membership.person_id).where(Membership.group_id.in_(sorted(actor.group_ids)))
    query = select(Person.id).where(
        Person.email_key == login_key(address),
        Person.active,
        or_(
            seen_people(actor),
            Person.organisation_id == actor.organisation_id,
            Person.id.in_(mates),
        ),
    )
    found = session.scalars(query.limit(2)).all()
    problems.add("email", "" if len(found) == 1 else "there is no colleague with this address")
    return found[0] if found else None


def dismiss_deputy(session: Session, actor: Actor, deputy_id: int) -> None:
    """Take a deputy's say away at once. Raises ``NotFound`` for one that is not the actor's."""
    row = session.scalar(
        select(ApprovalDeputy)
        .join(Person, Person.id == ApprovalDeputy.person_id)
        .where(
            ApprovalDeputy.id == deputy_id, or_(seen_people(actor), Person.id == actor.person_id)
        )
    )
    if row is None:
        actor.require(Permission.CHANGE_APPROVE)
        raise NotFound("deputy", deputy_id)
    if row.person_id != actor.person_id:
        actor.require(Permission.CHANGE_APPROVE)
    session.delete(row)
    session.flush()
    record(session, actor, "approval_deputy_dismissed", f"person:{row.person_id}")
