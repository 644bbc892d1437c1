"""Checking from a ticket whether an affected item is there: asked here, done by a job."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, ItemNotFound
from cmdb.records.items import Item
from discovery.reach.values import KINDS, SNMP
from server.desk.tickets.actions.checking import Problems
from server.desk.tickets.events import EntryAdded
from server.desk.tickets.models import AffectedItem, Ticket, TicketEntry
from server.desk.tickets.queries import lock_ticket
from server.desk.tickets.queries.clocks import OF_GROUP
from server.desk.tickets.queries.remote import usable_addresses
from server.foundation.events import publish
from server.foundation.jobs.models import Job
from server.foundation.jobs.queue import enqueue
from server.foundation.permissions import Actor
from server.items.scope import visible_items
from server.scanning.collectors.asking import CHECK_ERRAND, ask_errand
from server.scanning.ladders import rungs_at
from server.scanning.nearness import collector_near

CHECK = "tickets.check"
#: So many checks may wait in all: nobody can make this server knock without end.
_MOST_WAITING = 50


@dataclass(frozen=True, slots=True)
class CheckDraft:
    """What to check: an affected item, by one of its own addresses, and for "tcp" a port.

    ``place`` is from where: "server", "site" (the collector that sweeps a range with the address),
    or "" for the site's collector where one is there now, else this server.
    """

    item_id: int
    kind: str
    port: int = 0
    address: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A check that was asked for, of a job here or of a collector by name."""

    job_id: int | None
    item_id: int
    kind: str
    address: str
    port: int
    collector: str = ""


def ask_check(
    session: Session, actor: Actor, reference: str | int, draft: CheckDraft, now: datetime
) -> Check:
    """Ask for a check; its answer becomes an internal note. Only who works on the ticket may.

    Only addresses that the item itself is known by are asked, never one that somebody types, and
    over SNMP only with what discovery keeps for that address: nobody types or sees a credential.
    Raises ``ItemNotFound`` for an item that is not on the ticket, ``InvalidValue``, ``Conflict``.
    """
    ticket, item = affected_item(session, actor, reference, draft.item_id)
    known = addresses_of(session, draft.item_id)
    problems = _misspelt(draft)
    if not known:
        problems.add("address", "the item has no address that could be asked")
    elif draft.address and draft.address not in known:
        problems.add("address", "must be an address of the item")
    address = draft.address or next(iter(known), "")
    near = None
    if address in known and draft.place != "server":
        near = collector_near(session, item.organisation_id, address, now)
    if draft.place == "site" and near is None:
        problems.add("place", "no collector that is there now sweeps its address")
    asks: dict[str, Any] = {"port": draft.port if draft.kind == "tcp" else 0}
    if draft.kind == SNMP and address in known:
        place = (item.organisation_id, near.id if near else None)
        asks |= _with_what(session, place, address, problems)
    problems.refuse()
    _check_crowd(session)
    port = int(asks["port"])
    payload = {
        "ticket_id": ticket.id,
        "item_id": draft.item_id,
        "kind": draft.kind,
        "address": address,
        "person_id": actor.person_id,
        **asks,
    }
    if near is not None:
        ask_errand(session, near.id, CHECK_ERRAND, payload, now)
        return Check(None, draft.item_id, draft.kind, address, port, near.name)
    key = f"check:{ticket.id}:{draft.kind}:{address}:{port}"
    return Check(
        enqueue(session, CHECK, payload, key=key), draft.item_id, draft.kind, address, port
    )


def _misspelt(draft: CheckDraft) -> Problems:
    problems = Problems()
    problems.add("kind", "" if draft.kind in KINDS else f"must be one of {', '.join(KINDS)}")
    if draft.kind == "tcp" and not 1 <= draft.port <= 65_535:
        problems.add("port", "must be from 1 to 65535")
    return problems


def _with_what(
    session: Session, place: tuple[int, int | None], address: str, problems: Problems
) -> dict[str, Any]:
    """Return port and credentials (by id) for an address, of (organisation, collector)."""
    rungs = rungs_at(session, *place, address)
    if rungs is None:
        problems.add("address", "discovery keeps no credential for it")
        return {}
    return asdict(rungs)


def affected_item(
    session: Session, actor: Actor, reference: str | int, item_id: int
) -> tuple[Ticket, Item]:
    """Return a ticket the actor works on, locked, and an item in sight that it is about.

    Raises ``NotFound``, ``PermissionDenied``, ``ItemNotFound``.
    """
    ticket = lock_ticket(session, actor, reference)
    named = session.get(AffectedItem, (ticket.id, item_id))
    item = session.scalar(select(Item).where(Item.id == item_id, visible_items(actor)))
    if named is None or item is None:
        raise ItemNotFound(item_id)
    return ticket, item


def _check_crowd(session: Session) -> None:
    waiting = select(func.count()).where(Job.kind == CHECK, Job.state == "queued")
    if (session.scalar(waiting) or 0) >= _MOST_WAITING:
        raise Conflict("too many checks wait already; try again in a minute")


def addresses_of(session: Session, item_id: int) -> list[str]:
    """Return the addresses under which an item can be asked from here, IPv4 first."""
    return usable_addresses(session, [item_id]).get(item_id, [])


def keep_answer(
    session: Session, ticket: Ticket, person_id: int | None, text: str, now: datetime
) -> TicketEntry:
    """Keep what a check said as an internal note of who asked for it."""
    return keep_note(session, ticket, person_id, text, now, {})


def keep_note(
    session: Session,
    ticket: Ticket,
    person_id: int | None,
    text: str,
    now: datetime,
    detail: Mapping[str, Any],
) -> TicketEntry:
    """Keep an internal note of who asked for something, with what finds it again."""
    entry = TicketEntry(
        ticket_id=ticket.id,
        at=now,
        author_id=person_id,
        kind="internal",
        text=text,
        # What a program found is nobody's answer.
        detail={OF_GROUP: None, **detail},
    )
    session.add(entry)
    ticket.activity_at = now
    session.flush()
    publish(session, EntryAdded(ticket.id, now, person_id, entry.id, entry.kind))
    return entry
