"""Links by which somebody who was asked decides once, without signing in.

A link holds 256 random bits of which only a hash is stored: it cannot be made up, it can be taken
back, and whoever reads the database cannot use it. It is good for one decision of one person about
exactly what stood there when it was made.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, NotFound
from server.desk.changes.actions.deciding import Decision, check_person, settle
from server.desk.changes.models import ApprovalLink, Change, ChangeApproval
from server.desk.changes.queries import members_of, names
from server.foundation.permissions import Actor
from server.people.authentication import load_actor
from server.people.rules.credentials import new_session_secret, secret_hash

#: How long a link is good.
LIFETIME = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link just made for somebody; ``secret`` is never to be seen again."""

    change: Change
    person_id: int
    expires_at: datetime
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class OpenLink:
    """What a link leads to while it is good."""

    change: Change
    approval: ChangeApproval
    actor: Actor
    expires_at: datetime


def invite(session: Session, change_id: int, now: datetime) -> list[Invitation]:
    """Make a link for everybody whose answer the present round of a change waits for.

    Author and implementer get none. Earlier links of the same person and approval end.
    """
    change = session.get_one(Change, change_id)
    out = {change.author_id, change.implementer_id}
    rows = session.scalars(
        select(ChangeApproval).where(
            ChangeApproval.change_id == change_id,
            ChangeApproval.round == change.approval_round,
            ChangeApproval.decision == "pending",
        )
    ).all()
    groups = members_of(session, sorted({row.group_id for row in rows if row.group_id}))
    found: list[Invitation] = []
    for row in rows:
        people = groups.get(row.group_id, set()) if row.group_id else {row.person_id}
        found += [
            _made(session, change, row, person_id, now)
            for person_id in sorted(one for one in people if one is not None)
            if person_id not in out
        ]
    session.flush()
    return found


def _made(
    session: Session, change: Change, row: ChangeApproval, person_id: int, now: datetime
) -> Invitation:
    for old in session.scalars(
        select(ApprovalLink).where(
            ApprovalLink.approval_id == row.id,
            ApprovalLink.person_id == person_id,
            ApprovalLink.used_at.is_(None),
            ApprovalLink.expires_at > now,
        )
    ):
        old.expires_at = now
    secret = new_session_secret()
    expires_at = now + LIFETIME
    session.add(
        ApprovalLink(
            approval_id=row.id,
            person_id=person_id,
            secret_hash=secret_hash(secret),
            created_at=now,
            expires_at=expires_at,
        )
    )
    return Invitation(change, person_id, expires_at, secret)


def open_link(session: Session, secret: str, now: datetime) -> OpenLink:
    """Return what a link leads to; looking does not use it up.

    Raises ``NotFound`` for one that never was, ``Conflict`` for one that was used, is too old, was
    made for a plan that has been edited or decided since, or for a member who left the group.
    """
    link = _link(session, secret)
    return _good(session, link, now)


def decide_by_link(session: Session, secret: str, given: Decision, now: datetime) -> Change:
    """Decide once. Raises what ``open_link`` and ``settle`` raise."""
    link = _link(session, secret)
    opened = _good(session, link, now)
    check_person(opened.actor, opened.change)
    said = Decision(given.decision, given.comment, way="link")
    settle(session, opened.actor, opened.change, [opened.approval], said, now)
    link.used_at = now
    session.flush()
    return opened.change


def _link(session: Session, secret: str) -> ApprovalLink:
    query = select(ApprovalLink).where(ApprovalLink.secret_hash == secret_hash(secret))
    found = session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise NotFound("link", "")
    return found


def _good(session: Session, link: ApprovalLink, now: datetime) -> OpenLink:
    if link.used_at is not None:
        raise Conflict("this link has been used")
    if link.expires_at <= now:
        raise Conflict("this link has expired")
    approval = session.get_one(ChangeApproval, link.approval_id)
    change = session.scalar(
        select(Change)
        .where(Change.id == approval.change_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    actor = load_actor(session, link.person_id)
    if change is None or actor is None:
        raise NotFound("link", "")
    current = approval.round == change.approval_round and approval.digest == change.digest
    if approval.decision != "pending" or change.state != "approval" or not current:
        raise Conflict("what this link was made for has been edited or decided since")
    theirs = select(ChangeApproval.id).where(ChangeApproval.id == approval.id, names(actor, now))
    if session.scalar(theirs) is None:
        raise Conflict("this is no longer yours to decide")
    return OpenLink(change, approval, actor, link.expires_at)
