"""Where the desk's stories play: the company's teams, people and items, and who acts."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from cmdb.records.parties import OrganisationClosure, Person
from server.desk.changes.jobs import INVITE
from server.desk.changes.models import Change
from server.desk.tickets.jobs import COMPARE
from server.desk.tickets.models import Ticket
from server.foundation.events import Reactions, drain
from server.foundation.jobs.models import Job
from server.foundation.permissions import Actor, system_actor
from server.notify.actions import DELIVER
from server.notify.models import Notification

_QUEUED = Job.state == "queued"


@dataclass(frozen=True, slots=True)
class Stage:
    """What is known while stories are written. ``items`` maps "lt", "app", "acc" … to ids."""

    organisation_id: int
    teams: Mapping[str, int]
    members: Mapping[int, Sequence[int]]
    people: Sequence[int]
    items: Mapping[str, Sequence[int]]
    now: datetime
    chance: random.Random
    reactions: Reactions

    def settle(self, session: Session) -> None:
        """Let what was just done leave its line at once, so that lines stand in their order."""
        session.flush()
        drain(session, self.reactions)

    def keep_quiet(self, session: Session) -> None:
        """Let nobody be written to: this happened long ago, to people who do not exist."""
        self.settle(session)
        within = select(OrganisationClosure.descendant_id).where(
            OrganisationClosure.ancestor_id == self.organisation_id
        )
        people = select(Person.id).where(Person.organisation_id.in_(within))
        waiting = Notification.mail_state == "waiting"
        told = update(Notification).where(waiting, Notification.person_id.in_(people))
        session.execute(told.values(mail_state="off"))
        changes = select(Change.id).where(Change.organisation_id.in_(within))
        asked = Job.payload["change_id"].as_integer().in_(changes)
        session.execute(delete(Job).where(Job.kind == INVITE, _QUEUED, asked))
        tickets = select(Ticket.id).where(Ticket.organisation_id.in_(within))
        alike = Job.payload["ticket_id"].as_integer().in_(tickets)
        # Those that are open are compared all the same, a batch at a time, as tickets from before.
        session.execute(delete(Job).where(Job.kind == COMPARE, _QUEUED, alike))
        if session.scalar(select(Notification.id).where(waiting).limit(1)) is None:
            session.execute(delete(Job).where(Job.kind == DELIVER, _QUEUED))

    def member_of(self, group_id: int, number: int = 0) -> Actor:
        """Return a member of a team as an actor who may do what the desk asks of them."""
        members = self.members[group_id]
        return replace(
            system_actor("demo"),
            kind="person",
            person_id=members[number % len(members)],
            group_ids=frozenset({group_id}),
            organisation_id=self.organisation_id,
        )
