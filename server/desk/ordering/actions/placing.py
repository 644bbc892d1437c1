"""Placing an order: answers are checked against the form that was filled in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue
from cmdb.model.values import label_of
from cmdb.records.parties import Group, Person
from server.desk.catalogue.queries import Offered, find_offered
from server.desk.catalogue.rules.answers import read_answers
from server.desk.catalogue.rules.offering import FormField, OfferingForm
from server.desk.ordering.actions.asking import ask_from
from server.desk.ordering.actions.filing import attach_kept
from server.desk.ordering.actions.lending import lent
from server.desk.ordering.models import ServiceOrder
from server.desk.ordering.queries.naming import (
    files_of,
    is_item_for,
    nameable,
    names_in,
    orderable_for,
)
from server.desk.ordering.rules.telling import description
from server.desk.tickets.actions.opening import TicketDraft, open_ticket
from server.desk.tickets.queries.words import words_of
from server.desk.tickets.rules.words import Words
from server.foundation.permissions import Actor, Permission

#: The kind of ticket that an order is, if the desk's words have it.
_KIND = "request"


@dataclass(frozen=True, slots=True)
class OrderDraft:
    """An order as somebody places it.

    ``version`` is that of the form which was filled in, the newest when none is named; without
    ``for_person_id`` it is for oneself.
    """

    answers: Mapping[str, Any] = field(default_factory=dict)
    version: int | None = None
    for_person_id: int | None = None
    channel: str = "portal"


def place_order(
    session: Session, actor: Actor, code: str, draft: OrderDraft, now: datetime
) -> ServiceOrder:
    """Order what is offered. Whoever must agree is asked at once; else its tasks begin.

    Raises ``InvalidValue`` naming every answer that is wrong (``answers.model``) and
    ``for_person_id``, ``OfferingWithdrawn`` where the form no longer holds, ``NotFound`` for what
    is not offered to the actor, ``PermissionDenied``.
    """
    actor.require(Permission.TICKET_OPEN)
    offered = find_offered(session, actor, code, draft.version)
    faults: dict[str, str] = {}
    person = _for_whom(session, actor, draft.for_person_id, faults)
    answers = _answers(session, actor, offered.form, draft, person, faults)
    if faults or person is None:
        raise InvalidValue(faults)
    wanted = _ticket(session, offered, person, answers, draft.channel)
    ticket = open_ticket(session, lent(actor), wanted, now)
    order = ServiceOrder(
        ticket_id=ticket.id,
        offering_id=offered.offering.id,
        version=offered.version,
        answers=answers,
        state="fulfilment",
        step=None,
        ordered_by_id=actor.person_id,
        at=now,
    )
    session.add(order)
    session.flush()
    files = _answered(offered.form, answers, "file")
    attach_kept(session, actor, ticket, files_of(session, actor, files, now), now)
    ask_from(session, actor, ticket, order, 0, now)
    return order


def _for_whom(
    session: Session, actor: Actor, person_id: int | None, faults: dict[str, str]
) -> Person | None:
    wanted = person_id if person_id is not None else actor.person_id
    if wanted is None:
        faults["for_person_id"] = "say for whom it is"
        return None
    query = select(Person).where(Person.id == wanted, Person.active, orderable_for(actor))
    found = session.scalar(query)
    if found is None:
        faults["for_person_id"] = f"there is no active person {wanted} for whom you may order"
    return found


def _answers(
    session: Session,
    actor: Actor,
    form: OfferingForm,
    draft: OrderDraft,
    person: Person | None,
    faults: dict[str, str],
) -> dict[str, Any]:
    """Return what was answered; what it names must be there, in sight and the actor's to name."""
    answers, wrong = read_answers(form, draft.answers)
    for one in form.fields:
        value = answers.get(one.code)
        if value is not None and one.code not in wrong:
            fault = _absent(session, actor, one, person, value)
            if fault:
                wrong[one.code] = fault
    faults |= {f"answers.{code}": fault for code, fault in wrong.items()}
    return answers


def _absent(
    session: Session, actor: Actor, asked: FormField, person: Person | None, value: Any
) -> str:
    """Return what is wrong with the thing that an answer names; "" where it is there."""
    if asked.type == "item":
        known = person is None or is_item_for(session, actor, asked, person.id, value)
        return "" if known else f"there is no item {value} that fits"
    if asked.type == "person":
        query = select(Person.id).where(Person.id == value, Person.active, nameable(actor))
        known = session.scalar(query) is not None
        return "" if known else f"there is no active person {value}"
    if asked.type == "file":
        known = bool(files_of(session, actor, [value]))
        return "" if known else "the file is not here any more; choose it again"
    return ""


def _ticket(
    session: Session, offered: Offered, person: Person, answers: Mapping[str, Any], channel: str
) -> TicketDraft:
    """Return the ticket of an order, in the language of whom it is for."""
    form, words = offered.form, words_of(session)
    names = names_in(session, form, answers)
    return TicketDraft(
        title=label_of(form.names, person.language),
        kind=_kind(words),
        description=description(form, answers, names, person.language),
        urgency=_known(form.ticket.urgency, list(words.urgencies), "medium"),
        affected_item_ids=tuple(dict.fromkeys(_answered(form, answers, "item"))),
        requester_id=person.id,
        organisation_id=person.organisation_id,
        group_id=_group(session, form.ticket.group_id),
        channel=_known(channel, list(words.channels), next(iter(words.channels))),
        category=form.ticket.category if form.ticket.category in words.categories else "",
        asked_elsewhere=True,
    )


def _answered(form: OfferingForm, answers: Mapping[str, Any], sort: str) -> list[int]:
    """Return the ids that were answered to the questions of one type."""
    return [answers[one.code] for one in form.fields if one.type == sort and one.code in answers]


def _kind(words: Words) -> str:
    """Return the kind of an order's ticket: nothing has failed."""
    if _KIND in words.kinds:
        return _KIND
    calm = [kind.code for kind in words.kinds.values() if not kind.failure]
    return next(iter(calm or words.kinds))


def _known(wanted: str, known: list[str], otherwise: str) -> str:
    """Return a word of the desk; people may have changed them since the offering was published."""
    if wanted in known:
        return wanted
    return otherwise if otherwise in known else known[0]


def _group(session: Session, group_id: int | None) -> int | None:
    if group_id is None:
        return None
    return session.scalar(select(Group.id).where(Group.id == group_id, Group.active))
