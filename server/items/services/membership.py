"""Who belongs to a service: read, and changed as a whole by a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from cmdb.engine.membership import How
from cmdb.errors import InvalidValue, NotFound
from cmdb.inventory.door import Inventory
from cmdb.model import standing_model
from cmdb.observation import GroupMembership, ItemReference, SeenRelation
from cmdb.query.items import find_item, find_items
from cmdb.records.bulk import insert_rows
from cmdb.records.items import Item
from cmdb.records.relations import RedundancyGroup, Relation
from cmdb.vocabulary import DEPENDS_ON, PERSON, SERVICE
from server.foundation.errors import PermissionDenied
from server.foundation.permissions import Actor, Permission
from server.items.actions import author_of
from server.items.deriving.models import ServiceRejection
from server.items.scope import visible_items
from server.items.services.proposals import Proposal, propose_for_service, refused_of

#: How much a service leans on a member that it suffers without.
SOFT = 0.5
MOST_MEMBERS = 1000


@dataclass(frozen=True, slots=True)
class MemberDraft:
    """A member as a person wants it. ``group`` and ``threshold`` go with the need "group"."""

    item_id: int
    need: How = "hard"
    group: str = ""
    threshold: float = 1.0


@dataclass(frozen=True, slots=True)
class ServiceMember:
    """A member that a service has."""

    item: Item
    need: How
    relation: Relation
    group: RedundancyGroup | None


@dataclass(frozen=True, slots=True)
class Refused:
    """An item that a person left out, and when."""

    item: Item
    at: datetime


@dataclass(frozen=True, slots=True)
class Membership:
    """A service with its members, what lies below it, and what was left out; all in sight."""

    service: Item
    members: Sequence[ServiceMember]
    below: Sequence[Proposal]
    refused: Sequence[Refused]

    @property
    def proposals(self) -> list[Proposal]:
        """Return what waits for a person."""
        return [one for one in self.below if one.open]


def find_service(session: Session, actor: Actor, service_id: int) -> Item:
    """Return a service. Raises ``NotFound`` for another item, or one out of sight."""
    service = find_item(session, service_id, visible_items(actor))
    if service.class_code not in standing_model().descendants(SERVICE):
        raise NotFound("service", service_id)
    return service


def membership_of(session: Session, actor: Actor, service_id: int) -> Membership:
    """Return who belongs to a service and who might. Raises ``NotFound``."""
    actor.require(Permission.ITEM_READ)
    service = find_service(session, actor, service_id)
    rows = _member_rows(session, service_id)
    settled = [row.end_id for row, _ in rows]
    left_out = refused_of(session, [service_id]).get(service_id, {})
    below = propose_for_service(session, actor, service_id, settled, left_out)
    items = find_items(session, sorted({*settled, *left_out}), visible_items(actor))
    return Membership(
        service,
        [
            ServiceMember(items[row.end_id], need_of(row), row, group)
            for row, group in rows
            if row.end_id in items
        ],
        [one for one in below if one.item.id not in settled],
        [Refused(items[i], at) for i, at in sorted(left_out.items()) if i in items],
    )


def need_of(relation: Relation) -> How:
    """Say how a service needs the end of one of its relations."""
    if relation.group_id is not None:
        return "group"
    return "soft" if relation.weight < 1 else "hard"


def _member_rows(
    session: Session, service_id: int
) -> list[tuple[Relation, RedundancyGroup | None]]:
    """Return the relations that make members, one for each item: what a person said comes first."""
    query = (
        select(Relation, RedundancyGroup)
        .outerjoin(RedundancyGroup, RedundancyGroup.id == Relation.group_id)
        .where(
            Relation.start_id == service_id,
            Relation.type_code == DEPENDS_ON,
            Relation.valid_to.is_(None),
        )
        .order_by(Relation.id)
    )
    found: dict[int, tuple[Relation, RedundancyGroup | None]] = {}
    for relation, group in session.execute(query):
        if relation.end_id not in found or relation.source == PERSON:
            found[relation.end_id] = (relation, group)
    return list(found.values())


def change_members(
    session: Session,
    actor: Actor,
    service_id: int,
    members: Sequence[MemberDraft],
    refused_ids: Sequence[int],
    now: datetime,
) -> Membership:
    """Make ``members`` the members of a service, and remember who was left out.

    Members out of the actor's sight stay as they are. Raises ``NotFound`` or ``InvalidValue``;
    nothing is half-written.
    """
    actor.require(Permission.SERVICE_CREATE)
    service = find_service(session, actor, service_id)
    may_write = visible_items(actor, Permission.SERVICE_CREATE)
    if not find_items(session, [service_id], may_write):
        raise PermissionDenied(Permission.SERVICE_CREATE)
    known = {row.end_id: (row, group) for row, group in _member_rows(session, service_id)}
    in_sight = find_items(session, sorted(known), visible_items(actor))
    wanted = {draft.item_id for draft in members}
    if not wanted | (known.keys() - in_sight.keys()):
        raise InvalidValue({"members": "a service needs at least one item to depend on"})
    _end(session, actor, service_id, [i for i in in_sight if i not in wanted], now)
    fresh = [draft for draft in members if not _stands(draft, known.get(draft.item_id))]
    told = [i for i in known if i in {draft.item_id for draft in fresh}]
    _end(session, actor, service_id, told, now, sparing=PERSON)
    relate_members(session, actor, service, fresh, now)
    remember_refused(session, actor, service_id, refused_ids, wanted, now)
    session.expire_all()
    return membership_of(session, actor, service_id)


def _stands(draft: MemberDraft, known: tuple[Relation, RedundancyGroup | None] | None) -> bool:
    """Say whether a member is already needed in the way that is wanted."""
    if known is None or need_of(known[0]) != draft.need:
        return False
    group = known[1]
    return group is None or (group.name, group.threshold) == (draft.group, draft.threshold)


def _end(
    session: Session,
    actor: Actor,
    service_id: int,
    item_ids: Sequence[int],
    now: datetime,
    sparing: str = "",
) -> None:
    """End every source's word that the items belong to the service, but that of ``sparing``."""
    query = select(Relation.id).where(
        Relation.start_id == service_id,
        Relation.end_id.in_(item_ids),
        Relation.type_code == DEPENDS_ON,
        Relation.valid_to.is_(None),
        Relation.source != sparing,
    )
    if ids := session.scalars(query).all():
        Inventory(session, now, author_of(actor)).unrelate(ids, PERSON)


def relate_members(
    session: Session, actor: Actor, service: Item, members: Sequence[MemberDraft], now: datetime
) -> None:
    """Relate a service to its members. Raises ``InvalidValue`` naming the members that may not."""
    _refuse_unseen(session, actor, members)
    seen = [
        SeenRelation(
            DEPENDS_ON,
            ItemReference(item_id=service.id),
            ItemReference(item_id=draft.item_id),
            group=_group(draft),
            weight=SOFT if draft.need == "soft" else 1.0,
        )
        for draft in members
    ]
    results = Inventory(session, now, author_of(actor)).relate(
        seen, PERSON, service.organisation_id
    )
    problems = {
        f"members.{number}": "; ".join(result.problems.values())
        for number, result in enumerate(results)
        if result.problems
    }
    if problems:
        raise InvalidValue(problems)


def _group(draft: MemberDraft) -> GroupMembership | None:
    if draft.need != "group":
        return None
    return GroupMembership(draft.group, "at_least", draft.threshold)


def _refuse_unseen(session: Session, actor: Actor, members: Sequence[MemberDraft]) -> None:
    problems: dict[str, str] = {}
    seen = find_items(session, [draft.item_id for draft in members], visible_items(actor))
    for number, draft in enumerate(members):
        if draft.item_id not in seen:
            problems[f"members.{number}"] = f"there is no item {draft.item_id}"
        elif draft.need == "group" and not draft.group.strip():
            problems[f"members.{number}.group"] = "must name the group of which some are enough"
    if problems:
        raise InvalidValue(problems)


def remember_refused(
    session: Session,
    actor: Actor,
    service_id: int,
    refused_ids: Sequence[int],
    members: set[int],
    now: datetime,
) -> None:
    """Make ``refused_ids`` what was left out of a service; what is no longer named is open again.

    Items out of sight stay left out; a member is never left out.
    """
    known: Mapping[int, datetime] = refused_of(session, [service_id]).get(service_id, {})
    asked = find_items(session, sorted({*refused_ids, *known}), visible_items(actor))
    wanted = {i for i in refused_ids if i in asked} - members - {service_id}
    gone = {i for i in known if i in asked and i not in wanted} | (known.keys() & members)
    mine = ServiceRejection.service_id == service_id
    session.execute(delete(ServiceRejection).where(mine, ServiceRejection.item_id.in_(gone)))
    who = {"service_id": service_id, "person_id": actor.person_id, "at": now}
    fresh = [who | {"item_id": item_id} for item_id in sorted(wanted - known.keys())]
    insert_rows(session, ServiceRejection, fresh)
