"""Who may write into the register what a change planned for it, and by whose word."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.query.items import find_items
from cmdb.records.items import Item
from cmdb.records.parties import Membership, OrganisationClosure, Person
from server.desk.changes.models import Change, ChangeApproval, PlannedDifference
from server.desk.changes.queries.changes import find_change
from server.desk.changes.queries.plan import differences_on
from server.desk.changes.queries.scope import visible_changes
from server.desk.changes.rules.authority import Word, items_agreed, items_written, word_on
from server.foundation.permissions import Actor, Permission
from server.items.scope import visible_items
from server.people.authentication import load_actor
from server.people.models import Role, RoleGrant
from server.people.queries.people import seen_people

#: People of whom it is asked whether they could, and who are then named.
_ASKED, _NAMED = 200, 20
#: From approval on: what nobody has agreed to stays out of the register.
WRITTEN_IN = ("scheduled", "implementing", "review", "closed")


@dataclass(frozen=True, slots=True)
class Authority:
    """For each planned line what lets it be written by the one who asks, in the plan's order."""

    lines: Sequence[tuple[PlannedDifference, Word]]
    #: The people whose agreement is relied upon, by the approval they gave.
    agreed: dict[int, Person] = field(default_factory=dict)

    @property
    def lacking(self) -> tuple[int, ...]:
        """Items about which nobody who may change them has spoken."""
        return tuple(sorted({one for _row, word in self.lines for one in word.lacking}))


def authority_over(session: Session, actor: Actor, change: Change) -> Authority:
    """Return what lets an actor write the lines of a change in sight. Five statements at most."""
    rows = differences_on(session, change.id)
    wanted = {one for row in rows for one in items_written(row.kind, row.item_id, row.other_id)}
    if not wanted:
        return Authority([])
    seen = find_items(session, sorted(wanted), visible_items(actor)).keys()
    writable = seen & writable_by(session, actor, wanted)
    agreed: dict[int, list[int]] = {}
    given = _given(session, change)
    for approval in given:
        for item_id in items_agreed(approval.decision, approval.spoke_as, approval.why) & seen:
            agreed.setdefault(item_id, []).append(approval.id)
    lines = [
        (row, word_on(items_written(row.kind, row.item_id, row.other_id), writable, agreed))
        for row in rows
    ]
    relied = {number for _row, word in lines for number in word.approvals}
    return Authority(lines, _people(session, [one for one in given if one.id in relied]))


def authority_of(session: Session, actor: Actor, reference: str | int) -> Authority:
    """Return ``authority_over`` a change found in sight, lines out of sight left out."""
    found = authority_over(session, actor, find_change(session, actor, reference))
    ends = {one for row, _word in found.lines for one in (row.item_id, row.other_id) if one}
    seen = find_items(session, sorted(ends), visible_items(actor)).keys() if ends else set()
    lines = [
        (row, word)
        for row, word in found.lines
        if row.item_id in seen and row.other_id in {None, *seen}
    ]
    return Authority(lines, found.agreed)


def writable_by(session: Session, actor: Actor, item_ids: Collection[int]) -> frozenset[int]:
    """Return those of the items that an actor may change by hand."""
    if not actor.may(Permission.ITEM_WRITE):
        return frozenset()
    wanted = visible_items(actor, Permission.ITEM_WRITE)
    return frozenset(find_items(session, sorted(item_ids), wanted))


def writers_for(session: Session, actor: Actor, change: Change) -> list[Person]:
    """Return people in sight who could write what the actor cannot, by name; at most twenty.

    They hold ``change:write`` over the change and ``item:write`` over whatever lacks a word.
    """
    lacking = authority_over(session, actor, change).lacking
    if not lacking:
        return []
    places = set(session.scalars(select(Item.organisation_id).where(Item.id.in_(lacking))))
    found: list[Person] = []
    for person in _holders(session, actor, places):
        if len(found) < _NAMED and could_write(session, person.id, change, lacking):
            found.append(person)
    return found


def could_write(session: Session, person_id: int, change: Change, lacking: Sequence[int]) -> bool:
    """Say whether somebody may work on a change and change these items by hand."""
    other = load_actor(session, person_id)
    if other is None:
        return False
    theirs = visible_changes(other, Permission.CHANGE_WRITE)
    if session.scalar(select(Change.id).where(Change.id == change.id, theirs)) is None:
        return False
    return writable_by(session, other, lacking) >= set(lacking)


def _holders(session: Session, actor: Actor, places: Collection[int]) -> Sequence[Person]:
    """Return people who hold ``item:write`` above one of the organisations, by name."""
    roles = session.execute(select(Role.id, Role.permissions))
    able = [row.id for row in roles if Permission.ITEM_WRITE.value in row.permissions]
    above = select(OrganisationClosure.ancestor_id).where(
        OrganisationClosure.descendant_id.in_(sorted(places))
    )
    given = RoleGrant.role_id.in_(able), RoleGrant.organisation_id.in_(above), ~RoleGrant.emergency
    alone = select(RoleGrant.person_id).where(*given, RoleGrant.person_id.is_not(None))
    together = (
        select(Membership.person_id)
        .join(RoleGrant, RoleGrant.group_id == Membership.group_id)
        .where(*given)
    )
    query = select(Person).where(
        Person.active, Person.id.in_(alone.union(together)), seen_people(actor)
    )
    return session.scalars(query.order_by(Person.display_name, Person.id).limit(_ASKED)).all()


def _given(session: Session, change: Change) -> Sequence[ChangeApproval]:
    """Return the yeses of the present round to exactly what stands there."""
    query = select(ChangeApproval).where(
        ChangeApproval.change_id == change.id,
        ChangeApproval.round == change.approval_round,
        ChangeApproval.decision == "approved",
        ChangeApproval.digest == change.digest,
    )
    return session.scalars(query.order_by(ChangeApproval.id)).all()


def _people(session: Session, given: Sequence[ChangeApproval]) -> dict[int, Person]:
    ids = {one.decided_by_id for one in given} - {None}
    query = select(Person).where(Person.id.in_(ids))
    known = {person.id: person for person in session.scalars(query)} if ids else {}
    return {one.id: known[one.decided_by_id] for one in given if one.decided_by_id in known}
