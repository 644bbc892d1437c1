"""Giving a ticket to whom the rules say, and within a group to whose turn it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.desk.routing.queries import lock_desk_group, members_of_group, rules_in_force
from server.desk.routing.rules.conditions import Decision, Rule, asked_fields, decide
from server.desk.routing.rules.turns import Choice, Wish, choose
from server.desk.tickets.actions.assessing import rank
from server.desk.tickets.events import TicketAssigned, TicketNoted
from server.desk.tickets.models import Ticket
from server.desk.tickets.queries.routing import facts_of_tickets
from server.desk.tickets.queries.team import candidates, wish_of
from server.desk.tickets.rules.words import Words
from server.foundation.events import publish

#: People passed over whom a line names; of a large group the rest is counted.
_NAMED = 20


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it was in a group, by which wish."""

    group_id: int
    wish: Wish
    choice: Choice

    @property
    def person_id(self) -> int | None:
        """Return who gets the ticket; None: nobody fits."""
        return self.choice.person_id


def route(
    session: Session, ticket: Ticket, words: Words, now: datetime
) -> tuple[Decision, Turn | None]:
    """Let the rules say whose a stored ticket is and how pressing; what a person said stays.

    Then, where the group takes turns and nobody is named, somebody of it gets the ticket.
    """
    decision = _decided(session, ticket, rules_in_force(session))
    _apply(ticket, decision, words)
    turn = None
    if ticket.group_id is not None and ticket.assignee_id is None:
        turn = next_in_turn(session, ticket.group_id, decision.outcome.skills, now)
        give(ticket, turn)
    return decision, turn


def give(ticket: Ticket, turn: Turn | None) -> None:
    """Let a ticket be whose turn it is; where nobody fits, it waits."""
    if turn is not None:
        ticket.assignee_id = turn.person_id
    ticket.waits_for_turn = turn is not None and turn.person_id is None


def note_route(
    session: Session, ticket: Ticket, decision: Decision, turn: Turn | None, now: datetime
) -> None:
    """Say on the ticket which rules had a say, and whose turn it was; no person did it."""
    if decision.rules:
        detail = {"rules": [rule.name for rule in decision.rules]}
        publish(session, TicketNoted(ticket.id, now, None, "routed", detail))
    note_turn(session, ticket, turn, now)


def note_turn(session: Session, ticket: Ticket, turn: Turn | None, now: datetime) -> None:
    """Say on the ticket why somebody was chosen, and why others were not."""
    if turn is not None:
        publish(session, TicketNoted(ticket.id, now, None, "chosen", turn_document(turn)))


def turn_document(turn: Turn) -> dict[str, Any]:
    """Return a turn as the conversation keeps it."""
    choice, wish = turn.choice, turn.wish
    return {
        "group_id": turn.group_id,
        "assignee_id": choice.person_id,
        "mode": wish.mode,
        "load": choice.load,
        "skills": dict(wish.skills),
        "passed": [[one.person_id, one.why, one.detail] for one in choice.passed[:_NAMED]],
        "more": max(len(choice.passed) - _NAMED, 0),
    }


def _decided(session: Session, ticket: Ticket, rules: tuple[Rule, ...]) -> Decision:
    if not rules:
        return Decision()
    facts = facts_of_tickets(session, [ticket], asked_fields(rules))
    return decide(rules, facts[ticket.id])


def _apply(ticket: Ticket, decision: Decision, words: Words) -> None:
    given = decision.outcome
    if ticket.group_id is None and ticket.assignee_id is None:
        ticket.group_id, ticket.assignee_id = given.group_id, given.assignee_id
    if given.priority in words.priorities:
        ticket.ruled_priority = given.priority
        rank(ticket, words)


def wanted_skills(session: Session, ticket: Ticket) -> Mapping[str, int]:
    """Return what rules want of whoever gets a stored ticket, as it is now."""
    rules = rules_in_force(session)
    if not any(rule.outcome.skills for rule in rules):
        return {}
    return _decided(session, ticket, rules).outcome.skills


def next_in_turn(
    session: Session, group_id: int, skills: Mapping[str, int], now: datetime
) -> Turn | None:
    """Return who of a group gets the next ticket, and remember it; None: it takes no turns."""
    group = lock_desk_group(session, group_id)
    if group is None or group.assignment == "none":
        return None
    wish = wish_of(group, skills)
    people = members_of_group(session, group_id, now)
    able = candidates(session, wish, group_id, people, now)
    choice = choose(wish, able, group.last_assigned_id)
    if choice is None:
        return None
    if choice.person_id is not None:
        group.last_assigned_id = choice.person_id
    return Turn(group_id, wish, choice)


def give_waiting(session: Session, group_id: int, now: datetime, most: int) -> int:
    """Look once more for somebody for tickets of a group that wait; return how many got one.

    It stops at the first that nobody fits again and that wants nothing of its own: the others
    would fare alike.
    """
    query = (
        select(Ticket)
        .where(
            Ticket.group_id == group_id,
            Ticket.is_open,
            Ticket.assignee_id.is_(None),
            Ticket.waits_for_turn,
        )
        .order_by(Ticket.priority, Ticket.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    given = 0
    for ticket in session.scalars(query).all():
        skills = wanted_skills(session, ticket)
        turn = next_in_turn(session, group_id, skills, now)
        if turn is not None and turn.person_id is None:
            if not skills:
                break
            continue
        hand(session, ticket, turn, now)
        given += turn is not None
    return given


def hand(session: Session, ticket: Ticket, turn: Turn | None, now: datetime) -> None:
    """Give a stored ticket to whose turn it is, and tell them; without a turn it waits no more."""
    give(ticket, turn)
    if turn is None:
        return
    ticket.updated_at = ticket.activity_at = now
    ticket.version += 1
    session.flush()
    event = TicketAssigned(ticket.id, now, None, ticket.assignee_id, ticket.group_id)
    publish(session, event)
    note_turn(session, ticket, turn, now)
