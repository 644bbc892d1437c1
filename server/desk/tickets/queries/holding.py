"""Who had tickets when, and first answered: groups with their lines, suppliers, contracts."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.records.among import among
from cmdb.records.parties import Group, Membership
from server.assets.models import Contract, Supplier
from server.desk.routing.models import TicketHandover
from server.desk.routing.queries import desk_groups
from server.desk.sla.rules.holders import whoever
from server.desk.sla.rules.targets import SUPPLIER, Stay
from server.desk.tickets.rules.staying import Passing, Word, answered, stays


def answered_stays(
    session: Session,
    passings: Mapping[int, Sequence[Passing]],
    words: Mapping[int, Sequence[Word]],
) -> Mapping[int, tuple[Stay, ...]]:
    """Return who had each ticket and when they first answered; a statement more than ``stays_of``.

    That one is for words from before it was noted of which group their author was.
    """
    found = stays_of(session, passings)
    people = {one.author_id for said in words.values() for one in said if not one.noted}
    groups = {stay.group_id for stays in found.values() for stay in stays}
    members = _members(session, people - {None}, groups)
    return {key: answered(stays, words.get(key, ()), members) for key, stays in found.items()}


def _members(
    session: Session, people: Collection[int | None], groups: Collection[int]
) -> set[tuple[int | None, int]]:
    if not people or not groups:
        return set()
    query = select(Membership.person_id, Membership.group_id).where(
        among(session, Membership.person_id, [one for one in people if one is not None]),
        Membership.group_id.in_(groups),
    )
    return {(person_id, group_id) for person_id, group_id in session.execute(query)}


def stays_of(
    session: Session, passings: Mapping[int, Sequence[Passing]]
) -> Mapping[int, tuple[Stay, ...]]:
    """Return who had each ticket, by its id; one statement, two where a supplier had one."""
    lines = lines_of(session, {one.group_id for rows in passings.values() for one in rows} - {None})
    outside = [group_id for group_id, line in lines.items() if line == SUPPLIER]
    numbers = _numbers(session, passings, outside) if outside else {}
    return {
        ticket_id: stays(rows, lines, numbers.get(ticket_id, ()))
        for ticket_id, rows in passings.items()
    }


def lines_of(session: Session, group_ids: Collection[int | None]) -> Mapping[int, str]:
    """Return the lines of support of groups of which the desk knows one."""
    known = desk_groups(session, sorted(one for one in group_ids if one is not None))
    return {group_id: row.line for group_id, row in known.items()}


def _numbers(
    session: Session, ticket_ids: Collection[int], outside: Sequence[int]
) -> Mapping[int, set[tuple[int, datetime]]]:
    """Return the hand-overs that suppliers keep under a number, by ticket."""
    query = select(TicketHandover.ticket_id, TicketHandover.to_group_id, TicketHandover.at).where(
        among(session, TicketHandover.ticket_id, ticket_ids),
        TicketHandover.to_group_id.in_(outside),
        TicketHandover.supplier_reference != "",
    )
    found: dict[int, set[tuple[int, datetime]]] = {}
    for ticket_id, group_id, at in session.execute(query):
        if group_id is not None:
            found.setdefault(ticket_id, set()).add((group_id, at))
    return found


def terms_of(session: Session, contract_ids: Collection[int]) -> dict[int, tuple[date, date]]:
    """Return from when to when contracts run, by id; one that is gone never does."""
    query = select(Contract.id, Contract.starts_on, Contract.ends_on)
    rows = session.execute(query.where(Contract.id.in_(contract_ids)))
    return {contract_id: (starts_on, ends_on) for contract_id, starts_on, ends_on in rows}


def holder_names(session: Session, holders: Collection[str]) -> dict[str, str]:
    """Return what those are called whose clocks run: groups, suppliers, contracts.

    For who works on the ticket. A line is told by its number; what is gone has no name.
    """
    wanted: dict[str, set[int]] = {}
    for holder in holders:
        sort, _, number = whoever(holder).partition(":")
        if sort != "line":
            wanted.setdefault(sort, set()).add(int(number))
    queries = {
        "group": select(Group.id, Group.name).where(Group.id.in_(wanted.get("group", ()))),
        "supplier": select(Supplier.id, Supplier.name).where(
            Supplier.id.in_(wanted.get("supplier", ()))
        ),
        "contract": select(Contract.id, Contract.supplier + " · " + Contract.reference).where(
            Contract.id.in_(wanted.get("contract", ()))
        ),
    }
    known: dict[str, str] = {}
    for sort in wanted:
        known |= {f"{sort}:{key}": name for key, name in session.execute(queries[sort])}
    return {
        one: known.get(whoever(one)) or whoever(one).removeprefix("line:")
        for one in holders
        if one.startswith("line:") or whoever(one) in known
    }
