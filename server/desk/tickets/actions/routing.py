"""Giving a ticket to whom the rules say, and within a group to whose turn it is."""

from datetime import datetime

from sqlalchemy.orm import Session

from server.desk.routing.queries import lock_desk_group, members_present, rules_in_force
from server.desk.routing.rules.conditions import Decision, asked_fields, decide
from server.desk.routing.rules.turns import Candidate, choose
from server.desk.tickets.actions.assessing import rank
from server.desk.tickets.events import TicketNoted
from server.desk.tickets.models import Ticket
from server.desk.tickets.queries.routing import facts_of_tickets, open_loads
from server.desk.tickets.rules.words import Words
from server.foundation.events import publish


def route(session: Session, ticket: Ticket, words: Words, now: datetime) -> Decision:
    """Let the rules say whose a stored ticket is and how pressing; what a person said stays.

    Then, where the group takes turns and nobody is named, somebody of it gets the ticket.
    """
    rules = rules_in_force(session)
    decision = Decision()
    if rules:
        facts = facts_of_tickets(session, [ticket], asked_fields(rules))
        decision = decide(rules, facts[ticket.id])
        _apply(ticket, decision, words)
    if ticket.group_id is not None and ticket.assignee_id is None:
        ticket.assignee_id = next_in_turn(session, ticket.group_id, now)
    return decision


def note_route(session: Session, ticket: Ticket, decision: Decision, now: datetime) -> None:
    """Say on the ticket which rules had a say; no person did it."""
    if decision.rules:
        detail = {"rules": [rule.name for rule in decision.rules]}
        publish(session, TicketNoted(ticket.id, now, None, "routed", detail))


def _apply(ticket: Ticket, decision: Decision, words: Words) -> None:
    given = decision.outcome
    if ticket.group_id is None and ticket.assignee_id is None:
        ticket.group_id, ticket.assignee_id = given.group_id, given.assignee_id
    if given.priority in words.priorities:
        ticket.ruled_priority = given.priority
        rank(ticket, words)


def next_in_turn(session: Session, group_id: int, now: datetime) -> int | None:
    """Return who of a group gets the next ticket, and remember it; None: it takes no turns."""
    group = lock_desk_group(session, group_id)
    if group is None or group.assignment == "none":
        return None
    people = members_present(session, group_id, now)
    loads = open_loads(session, people)
    candidates = [Candidate(one, loads.get(one, 0)) for one in people]
    chosen = choose(group.assignment, candidates, group.last_assigned_id, group.most_open)
    if chosen is not None:
        group.last_assigned_id = chosen
    return chosen
