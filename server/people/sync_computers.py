"""Bringing a directory's accounts of computers into the register: read, decide, hand in.

They go through the one door under the source "directory", known by the directory's own unique id.
Which item one stands for the door decides; here it is decided only in which organisation to ask,
and whether one that nobody knows may become an item.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from cmdb.engine.identity import Decision
from cmdb.engine.identity import Outcome as Decided
from cmdb.inventory.door import Inventory
from cmdb.inventory.outcomes import Outcome, Recorded
from cmdb.observation import Observation, Origin, SeenParty
from cmdb.vocabulary import COMPUTER, DIRECTORY, PartyRole
from server.people.computer_places import Places, places_of
from server.people.directory import OpenDirectory
from server.people.models import DirectoryComputer, DirectoryEntry
from server.people.rules.computers import (
    DELETED,
    DISABLED,
    NO_MATCH,
    REFUSED,
    REVIEW,
    ComputerSeen,
    why_unmatched,
)
from server.people.rules.logins import name_key
from server.people.rules.sync_plan import doubt_about
from server.people.sources import Source, read_computers
from server.people.sync_parties import ROWS_AT_ONCE, STEP, Work, in_steps

#: What a report says was held back, when it was not the people.
HELD = "computers"
_OUTCOMES = {Outcome.REVIEW: REVIEW, Outcome.REFUSED: REFUSED}


@dataclass(frozen=True, slots=True)
class _Stored:
    """What is held of one account."""

    id: int
    gone: bool
    seen_at: datetime


def synchronise_computers(work: Work, directory: OpenDirectory, *, confirm: bool) -> None:
    """Read all accounts of computers and hand them in; nothing where the directory reads none.

    When too many of those known are missing, nothing is written, and the report is "held" until
    somebody's word (``confirm``). Raises ``DirectoryUnavailable`` unless all of it arrived.
    """
    source, report = work.source, work.report
    if not source.computer_filter:
        return
    seen = {one.external_id: one for one in read_computers(source, directory)}
    report.computers_seen = len(seen)
    with work.database.reading() as session:
        stored = _stored(session, source)
    there = [key for key, one in stored.items() if not one.gone]
    gone = [key for key in there if key not in seen]
    doubt = doubt_about("computers", len(there), len(gone), "would count as deleted")
    if doubt and not confirm:
        report.state, report.doubt, report.held_part = "held", doubt, HELD
        return
    # Before what is there: of a computer that joined anew, the new account has the last word.
    for keys in in_steps(gone):
        with work.database.writing() as session:
            _leave(session, work, {key: stored[key] for key in keys})
    report.computers_gone = len(gone)
    for step in in_steps(list(seen.values())):
        with work.database.writing() as session:
            _hand_in(session, work, step, stored)


def _stored(session: Session, source: Source) -> dict[str, _Stored]:
    rows = session.execute(
        select(
            DirectoryComputer.external_id,
            DirectoryComputer.id,
            DirectoryComputer.gone_at,
            DirectoryComputer.seen_at,
        )
        .where(DirectoryComputer.directory_id == source.directory_id)
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    return {
        key: _Stored(row_id, gone_at is not None, seen_at) for key, row_id, gone_at, seen_at in rows
    }


def _leave(session: Session, work: Work, gone: Mapping[str, _Stored]) -> None:
    """Note that accounts are missing, on their items too; no item is retired by that."""
    places = places_of(session, work.source.organisation_id, list(gone), ())
    Inventory(session, work.now).record_many(
        [
            Observation(
                origin=Origin(DIRECTORY, key),
                class_code=COMPUTER,
                organisation_id=places.known[key],
                # Its word is as old as it is: a newer account of the same computer counts more.
                observed_at=one.seen_at,
                values={"directory_account": DELETED},
            )
            for key, one in gone.items()
            if key in places.known
        ]
    )
    session.execute(
        update(DirectoryComputer)
        .where(DirectoryComputer.id.in_([one.id for one in gone.values()]))
        .values(gone_at=work.now)
    )


def _hand_in(
    session: Session, work: Work, seen: Sequence[ComputerSeen], stored: Mapping[str, _Stored]
) -> None:
    source = work.source
    names = sorted({one.fqdn for one in seen if one.fqdn})
    places = places_of(session, source.organisation_id, [one.external_id for one in seen], names)
    parties = _managers(session, source, seen)
    asked = [_observation(work, places, parties, one) for one in seen]
    door = Inventory(session, work.now)
    whys = [
        _why(work, places, one, decision)
        for one, decision in zip(seen, door.identify_many(asked), strict=True)
    ]
    makes = source.computer_items
    taken = [n for n, why in enumerate(whys) if not why or (makes and why == NO_MATCH)]
    for number, recorded in zip(taken, door.record_many([asked[n] for n in taken]), strict=True):
        whys[number] = _OUTCOMES.get(recorded.outcome, "")
        _count(work, recorded)
    for one, why in zip(seen, whys, strict=True):
        if why:
            work.report.note_unmatched(one.name)
    _write(
        session, work, stored, [_row(work, places, *told) for told in zip(seen, whys, strict=True)]
    )


def _why(work: Work, places: Places, seen: ComputerSeen, decision: Decision | None) -> str:
    """Return why an account stands for no item; ``NO_MATCH`` alone may make one."""
    namesakes = places.holders.get(seen.fqdn, ())
    found = decision is not None and decision.outcome is not Decided.CREATE
    # Of several the door may see one alone: the others are in other organisations.
    if found and (seen.external_id in places.known or len(namesakes) < 2):
        return ""
    why = why_unmatched(seen, namesakes)
    return DISABLED if why == NO_MATCH and seen.disabled and work.source.computer_items else why


def _count(work: Work, recorded: Recorded) -> None:
    if recorded.item_id is not None:
        work.report.computers_matched += 1
    work.report.computers_created += recorded.outcome is Outcome.CREATED
    work.report.computers_changed += recorded.outcome is Outcome.UPDATED


def _observation(
    work: Work,
    places: Places,
    parties: Mapping[str, tuple[SeenParty, ...]],
    seen: ComputerSeen,
) -> Observation:
    return Observation(
        origin=Origin(DIRECTORY, seen.external_id),
        class_code=seen.class_code,
        organisation_id=places.of(seen.external_id, seen.fqdn),
        observed_at=work.now,
        identifiers=seen.evidence,
        values=seen.values,
        readings=seen.readings,
        parties=parties.get(seen.manager_dn, ()),
    )


def _managers(
    session: Session, source: Source, seen: Sequence[ComputerSeen]
) -> dict[str, tuple[SeenParty, ...]]:
    """Return who manages computers, as owners, by the name that the directory calls them."""
    names = {one.manager_dn for one in seen} - {""}
    rows = session.execute(
        select(DirectoryEntry.dn, DirectoryEntry.person_id, DirectoryEntry.group_id).where(
            DirectoryEntry.directory_id == source.directory_id, DirectoryEntry.dn.in_(names)
        )
    )
    return {dn: (SeenParty(PartyRole.OWNER, person_id, group),) for dn, person_id, group in rows}


def _row(work: Work, places: Places, seen: ComputerSeen, why: str) -> dict[str, Any]:
    return {
        "external_id": seen.external_id,
        "organisation_id": places.of(seen.external_id, seen.fqdn),
        "dn": seen.dn,
        "name": seen.name,
        "name_key": name_key(seen.name),
        "fqdn": seen.fqdn,
        "os": seen.os,
        "os_version": seen.os_version,
        "last_logon": seen.last_logon,
        "created_on": seen.created_on,
        "disabled": seen.disabled,
        "why": why,
        "seen_at": work.now,
        "gone_at": None,
    }


def _write(
    session: Session, work: Work, stored: Mapping[str, _Stored], rows: Sequence[dict[str, Any]]
) -> None:
    first = {"directory_id": work.source.directory_id, "first_seen_at": work.now}
    new = [first | row for row in rows if row["external_id"] not in stored]
    known = [
        {"id": stored[row["external_id"]].id} | row for row in rows if row["external_id"] in stored
    ]
    for part in in_steps(new, STEP):
        session.execute(insert(DirectoryComputer), part)
    for part in in_steps(known, STEP):
        session.execute(update(DirectoryComputer), part)
