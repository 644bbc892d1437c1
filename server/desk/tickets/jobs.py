"""Work behind tickets: sweeping their clocks, reckoning them anew, and tidying files."""

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.records.parties import Person
from discovery.reach.checking import check
from discovery.reach.values import SNMP, CannotCheck
from discovery.snmp.credentials import Ladder
from server.assets.documents.queries import kept_files
from server.desk.sla.actions.agreeing import RECKON
from server.desk.tickets.actions.absences import pass_on_begun
from server.desk.tickets.actions.clocks import reckon_clocks, sweep_clocks
from server.desk.tickets.actions.indexing import fill_tickets
from server.desk.tickets.actions.likening import keep_likenesses, next_to_compare, pass_compared
from server.desk.tickets.actions.reaching import CHECK, keep_answer
from server.desk.tickets.actions.reassessing import keep_position, look_at_changes, reassess
from server.desk.tickets.actions.tending import groups_to_tend, tend_group
from server.desk.tickets.models import Ticket, TicketAttachment
from server.desk.tickets.queries.likeness import find_likenesses
from server.desk.tickets.reactions.likening import COMPARE
from server.desk.tickets.rules.reaching import note_of, refusal_of
from server.foundation.clock import utc_now
from server.foundation.errors import SecretUnreadable
from server.foundation.jobs.handler import HopelessJob, JobContext
from server.foundation.secrets import SecretBox
from server.foundation.storage import attachments_at
from server.foundation.translation import Language
from server.scanning.earlier import ports_before
from server.scanning.ladders import NO_CREDENTIAL, open_ladder

__all__ = [
    "CHECK",
    "COMPARE",
    "COMPARE_OLD",
    "INDEX_TICKETS",
    "PASS_ON",
    "REASSESS",
    "RECKON",
    "SWEEP_CLOCKS",
    "TIDY_FILES",
    "run_check",
    "run_comparing",
    "run_comparing_old",
    "run_passing_on",
    "run_reassessment",
    "run_reckoning",
    "run_sweep",
    "run_ticket_indexing",
    "run_tidying",
]

SWEEP_CLOCKS = "sla.sweep"
TIDY_FILES = "tickets.tidy_files"
PASS_ON = "tickets.pass_on"  # noqa: S105 - a kind of job
COMPARE_OLD = "tickets.compare_old"
INDEX_TICKETS = "search.tickets"
REASSESS = "tickets.reassess"
#: Tickets that one run computes anew; the others wait for the next minute.
_MOST_REASSESSED = 2_000
#: A file without a row is somebody's upload that is not committed yet, or was never.
_YOUNG = timedelta(hours=24)


def run_sweep(context: JobContext) -> Mapping[str, Any]:
    """Tell of each level that a clock has reached, a batch in each transaction."""
    told = 0
    while True:
        context.go_on()
        with context.database.writing() as session:
            found = sweep_clocks(session, utc_now())
        told += found
        if not found:
            return {"clocks": told}


def run_reckoning(context: JobContext) -> Mapping[str, Any]:
    """Reckon every open clock anew, because calendars or targets changed."""
    last: int | None = 0
    batches = 0
    while last is not None:
        context.go_on()
        with context.database.writing() as session:
            last = reckon_clocks(session, last, utc_now())
        batches += 1
    return {"batches": batches}


def run_reassessment(context: JobContext) -> Mapping[str, Any]:
    """Compute the open tickets anew that a change of the graph can reach, each by itself.

    A run that is cut off leaves nothing half-done: a ticket knows how far it has come, and how far
    the log has been read is kept only when all before it is done.
    """
    looked = differ = 0
    after: int | None = None
    while True:
        context.go_on()
        with context.database.reading() as session:
            look = look_at_changes(session, after)
        for ticket_id, change in look.stale:
            if looked >= _MOST_REASSESSED:
                return {"tickets": looked, "changed": differ}
            context.go_on()
            with context.database.writing() as session:
                differ += reassess(session, ticket_id, change, utc_now())
            looked += 1
        with context.database.writing() as session:
            keep_position(session, look.upto, utc_now())
        if look.upto >= look.newest:
            return {"tickets": looked, "changed": differ}
        after = look.upto


def run_check(context: JobContext) -> Mapping[str, Any]:
    """Check an address outside any transaction, and keep what it said on the ticket.

    Payload: ``ticket_id``, ``item_id``, ``kind``, ``address``, ``port``, ``person_id`` (whose
    language it is); for SNMP also ``credential_ids`` and ``fitted`` (see ``scanning.ladders``).
    """
    asked = context.payload
    with context.database.reading() as session:
        person = session.get(Person, asked["person_id"]) if asked["person_id"] else None
        language = Language(person.language if person is not None else "en")
        before = ports_before(session, asked["item_id"]) if asked["kind"] == SNMP else None
    try:
        answer = check(asked["kind"], asked["address"], asked["port"], _ladder(context))
        text = note_of(answer, language, before)
    except (CannotCheck, SecretUnreadable) as error:
        text = refusal_of(str(error), language)
    with context.database.writing() as session:
        ticket = session.get(Ticket, asked["ticket_id"])
        if ticket is None:
            raise HopelessJob("the ticket is gone")
        entry = keep_answer(session, ticket, asked["person_id"], text, utc_now())
        return {"entry": entry.id}


def _ladder(context: JobContext) -> Ladder:
    """Open the credentials of a check over SNMP. Raises CannotCheck, SecretUnreadable."""
    asked = context.payload
    if asked["kind"] != SNMP:
        return Ladder(())
    ids, secrets = asked["credential_ids"], SecretBox(context.settings.key_file)
    with context.database.reading() as session:
        ladder = open_ladder(session, ids, asked["address"], secrets, fitted=asked["fitted"])
    if not ladder:
        raise CannotCheck(NO_CREDENTIAL)
    return ladder


def run_tidying(
    context: JobContext, *, others: Collection[Callable[[Session], set[str]]] = ()
) -> Mapping[str, Any]:
    """Remove files that no ticket and no document knows: of what failed, or was taken off.

    ``others`` return the names of what features above keep.
    """
    storage = attachments_at(context.settings.home)
    with context.database.reading() as session:
        known = set(session.scalars(select(TicketAttachment.stored_name))) | kept_files(session)
        known = known.union(*(kept(session) for kept in others))
    oldest = (utc_now() - _YOUNG).timestamp()
    removed = 0
    for name in storage.names():
        path = storage.folder / storage.relative(name)
        if name not in known and path.stat().st_mtime < oldest:
            storage.remove(name)
            removed += 1
    return {"removed": removed}


def run_ticket_indexing(context: JobContext) -> Mapping[str, Any]:
    """Take the tickets into the index of words that are not in it, a batch in each transaction."""
    done = 0
    while True:
        context.go_on()
        with context.database.writing() as session:
            taken = fill_tickets(session)
        done += taken
        if not taken:
            return {"tickets": done}


def run_comparing(context: JobContext) -> Mapping[str, Any]:
    """Find what is like a ticket, and store it. Payload: ``ticket_id``."""
    return {"found": _compare(context, context.payload["ticket_id"])}


def run_comparing_old(context: JobContext) -> Mapping[str, Any]:
    """Compare the open tickets that nobody touched since tickets are compared, newest first."""
    done = 0
    while True:
        with context.database.writing() as session:
            ids = next_to_compare(session)
        for ticket_id in ids:
            context.go_on()
            _compare(context, ticket_id)
        with context.database.writing() as session:
            pass_compared(session, ids)
        done += len(ids)
        if not ids:
            return {"tickets": done}


def _compare(context: JobContext, ticket_id: int) -> int:
    """Compare outside a writing transaction: nobody who saves waits for it."""
    with context.database.reading() as session:
        found = find_likenesses(session, ticket_id)
    with context.database.writing() as session:
        keep_likenesses(session, ticket_id, found)
    return len(found)


def run_passing_on(context: JobContext) -> Mapping[str, Any]:
    """Pass on what people have who are away or whose shift ended, then give what waits.

    One absence, or one group, in each transaction.
    """
    passed = 0
    while True:
        context.go_on()
        with context.database.writing() as session:
            found = pass_on_begun(session, utc_now())
        if found is None:
            break
        passed += found
    with context.database.reading() as session:
        groups = groups_to_tend(session)
    for group_id in groups:
        context.go_on()
        with context.database.writing() as session:
            passed += tend_group(session, group_id, utc_now())
    return {"tickets": passed}
