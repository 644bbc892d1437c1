"""Changing what a ticket says, and whose it is."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from cmdb.model.text import text_key
from server.desk.tickets.actions.assessing import assess_ticket, rank
from server.desk.tickets.actions.checking import (
    Problems,
    check_group,
    check_person,
    check_words,
    own_fields,
    text_of,
    title_of,
)
from server.desk.tickets.actions.routing import Turn, next_in_turn, note_turn, wanted_skills
from server.desk.tickets.events import TicketAssigned, TicketEdited
from server.desk.tickets.models import Ticket
from server.desk.tickets.queries import lock_ticket
from server.desk.tickets.queries.words import words_of
from server.foundation.events import publish
from server.foundation.permissions import Actor

#: What may be edited. ``impact`` of None goes back to what the graph suggests.
FIELDS = (
    "title",
    "description",
    "kind",
    "urgency",
    "impact",
    "impact_reason",
    "requester_id",
    "assignee_id",
    "group_id",
    "channel",
    "category",
    "occurred_at",
    "fields",
)
_WEIGHING = ("urgency", "impact")
_ASSIGNMENT = ("assignee_id", "group_id")
_NEVER_EMPTY = (
    "title",
    "description",
    "kind",
    "urgency",
    "channel",
    "category",
    "impact_reason",
    "fields",
)


def edit_ticket(
    session: Session,
    actor: Actor,
    reference: str | int,
    values: Mapping[str, Any],
    now: datetime,
) -> Ticket:
    """Change some of ``FIELDS``; what is not named stays. The priority follows.

    Raises ``InvalidValue`` naming every field that is wrong, ``NotFound``, ``PermissionDenied``.
    """
    ticket = lock_ticket(session, actor, reference)
    wanted = _checked(session, actor, ticket, values, now)
    turn = _take_turns(session, ticket, wanted, now)
    changes = {
        name: [getattr(ticket, name), value]
        for name, value in wanted.items()
        if getattr(ticket, name) != value
    }
    if not changes:
        return ticket
    for name, (_, value) in changes.items():
        setattr(ticket, name, value)
    ticket.title_key = text_key(ticket.title)
    if not changes.keys().isdisjoint(_ASSIGNMENT):
        ticket.waits_for_turn = turn is not None and turn.person_id is None
    words = words_of(session)
    if not changes.keys().isdisjoint(_WEIGHING):
        # From here on a person has said how pressing it is.
        ticket.ruled_priority = None
    if "kind" in changes:
        assess_ticket(session, ticket, words)
    rank(ticket, words)
    ticket.updated_at = ticket.activity_at = now
    ticket.version += 1
    session.flush()
    _tell(session, actor, ticket, changes, now)
    note_turn(session, ticket, turn, now)
    return ticket


def assign(
    session: Session,
    actor: Actor,
    reference: str | int,
    assignee_id: int | None,
    group_id: int | None,
    now: datetime,
) -> Ticket:
    """Give a ticket to a person, a group, both or nobody."""
    values = {"assignee_id": assignee_id, "group_id": group_id}
    return edit_ticket(session, actor, reference, values, now)


def _checked(
    session: Session, actor: Actor, ticket: Ticket, values: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """Return the columns to be set, or raise for everything that is wrong at once."""
    problems = Problems()
    for name in values:
        problems.add(name, "" if name in FIELDS else "cannot be edited")
    for name in _NEVER_EMPTY:
        if name in values and values[name] is None:
            problems.add(name, "must not be null")
    problems.refuse()
    check_words(problems, words_of(session), values)
    _check_parties(session, actor, problems, ticket, values)
    wanted = dict(values) | _texts(problems, values)
    occurred_at = values.get("occurred_at")
    if occurred_at is not None and occurred_at > now:
        problems.add("occurred_at", "must not lie in the future")
    if "fields" in values or "category" in values:
        wanted["fields"] = _own(session, problems, ticket, values)
    _override(problems, ticket, wanted)
    problems.refuse()
    return wanted


def _texts(problems: Problems, values: Mapping[str, Any]) -> dict[str, str]:
    """Return title and texts as they are stored."""
    found: dict[str, str] = {}
    if "title" in values:
        found["title"] = title_of(problems, values["title"])
    for name in ("description", "impact_reason"):
        if name in values:
            found[name] = text_of(problems, name, values[name])
    return found


def _own(
    session: Session, problems: Problems, ticket: Ticket, values: Mapping[str, Any]
) -> dict[str, Any]:
    """Return all of the category's own fields after the edit; those not named stay.

    What another category does not ask for is left behind with the old one. A field that the new
    category needs is not asked of somebody who only sorts the ticket anew.
    """
    words = words_of(session)
    category = values.get("category", ticket.category)
    asked = {field.code for field in words.fields_of(category)}
    kept = {code: value for code, value in ticket.fields.items() if code in asked}
    if "fields" not in values:
        return kept
    return own_fields(problems, words, category, kept | dict(values["fields"]))


def _check_parties(
    session: Session,
    actor: Actor,
    problems: Problems,
    ticket: Ticket,
    values: Mapping[str, Any],
) -> None:
    """Check who is newly named; somebody who has left since may stay where they are."""
    for name in ("requester_id", "assignee_id"):
        if name in values and values[name] != getattr(ticket, name):
            check_person(session, actor, problems, name, values[name])
    if "group_id" in values and values["group_id"] != ticket.group_id:
        check_group(session, actor, problems, "group_id", values["group_id"])


def _override(problems: Problems, ticket: Ticket, wanted: dict[str, Any]) -> None:
    """Turn a given impact into an override with its reason, or take the override back."""
    if "impact" not in wanted:
        return
    if wanted["impact"] is None:
        wanted |= {"impact": ticket.suggested_impact, "impact_overridden": False}
        wanted["impact_reason"] = ""
        return
    wanted["impact_overridden"] = True
    if not wanted.get("impact_reason", ticket.impact_reason).strip():
        problems.add("impact_reason", "say why the graph's suggestion does not fit")


def _take_turns(
    session: Session, ticket: Ticket, wanted: dict[str, Any], now: datetime
) -> Turn | None:
    """Let somebody of another group get the ticket, where that group takes turns."""
    group_id = wanted.get("group_id")
    if group_id is None or group_id == ticket.group_id or wanted.get("assignee_id") is not None:
        return None
    if "assignee_id" not in wanted and ticket.assignee_id is not None:
        return None
    turn = next_in_turn(session, group_id, wanted_skills(session, ticket), now)
    wanted["assignee_id"] = turn.person_id if turn is not None else None
    return turn


def _tell(
    session: Session,
    actor: Actor,
    ticket: Ticket,
    changes: Mapping[str, list[Any]],
    now: datetime,
) -> None:
    edited = {name: both for name, both in changes.items() if name not in _ASSIGNMENT}
    if edited:
        publish(session, TicketEdited(ticket.id, now, actor.person_id, edited))
    if len(edited) < len(changes):
        event = TicketAssigned(ticket.id, now, actor.person_id, ticket.assignee_id, ticket.group_id)
        publish(session, event)
