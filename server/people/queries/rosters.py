"""Personnel lists and their deliveries, and who says what of somebody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, defer

from cmdb.errors import NotFound
from server.foundation.paging import Page, PageRequest, SortKey, fetch_page
from server.foundation.permissions import Actor, Permission, ScopeColumns, visible
from server.people.models import Roster, RosterRun
from server.people.queries.people import person
from server.people.rules.mapping import DETAILS
from server.people.rules.words import Word, decided, in_order
from server.people.words import as_word, standing_rosters, words_of

ROSTER_SORTS = {
    "code": SortKey(Roster.code),
    "updated_at": SortKey(Roster.updated_at, datetime.fromisoformat),
}
ROSTER_RUN_SORTS = {"started_at": SortKey(RosterRun.started_at, datetime.fromisoformat)}


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of one attribute. ``others``: (source, text) of whose word does not count."""

    attribute: str
    value: str
    source: str
    others: Sequence[tuple[str, str]]


def list_rosters(session: Session, actor: Actor, page: PageRequest) -> Page[Roster]:
    """Return one page of the personnel lists the actor administers."""
    actor.require(Permission.ADMIN_DIRECTORY)
    return fetch_page(session, select(Roster).where(_seen(actor)), page, ROSTER_SORTS, Roster.id)


def roster(session: Session, actor: Actor, roster_id: int) -> Roster:
    """Return a list the actor administers; raises ``NotFound`` for others."""
    actor.require(Permission.ADMIN_DIRECTORY)
    found = session.scalars(select(Roster).where(Roster.id == roster_id, _seen(actor))).first()
    if found is None:
        raise NotFound("personnel list", roster_id)
    return found


def list_roster_runs(
    session: Session, actor: Actor, roster_id: int, page: PageRequest
) -> Page[RosterRun]:
    """Return one page of a list's deliveries."""
    query = (
        select(RosterRun)
        .options(defer(RosterRun.packed))
        .where(RosterRun.roster_id == roster(session, actor, roster_id).id)
    )
    return fetch_page(session, query, page, ROSTER_RUN_SORTS, RosterRun.id)


def run_of_roster(session: Session, actor: Actor, roster_id: int, run_id: int) -> RosterRun:
    """Return one delivery of a list the actor administers, or raise ``NotFound``."""
    found = session.scalars(
        select(RosterRun).where(
            RosterRun.id == run_id,
            RosterRun.roster_id == roster(session, actor, roster_id).id,
        )
    ).first()
    if found is None:
        raise NotFound("delivery", run_id)
    return found


def who_says_what(session: Session, actor: Actor, person_id: int) -> list[Said]:
    """Return, attribute by attribute, what counts of somebody in sight, who says it, and who not.

    Of whom only one source speaks, all is that one's word.
    """
    found = person(session, actor, person_id)
    rosters = standing_rosters(session)
    words = [as_word(row) for row in words_of(session, person_id)]
    if not words:
        words = [Word(found.source, {name: getattr(found, name) for name in DETAILS})]
    said = []
    for name, (_, source) in decided(words, rosters).items():
        ordered = in_order(name, words, rosters)
        others = [
            (word.source, word.said[name])
            for word in ordered
            if word.said.get(name) and word.source != source
        ]
        said.append(Said(name, getattr(found, name), source, others))
    return said


def _seen(actor: Actor) -> ColumnElement[bool]:
    columns = ScopeColumns(organisation=Roster.organisation_id)
    return visible(actor, Permission.ADMIN_DIRECTORY, columns)
