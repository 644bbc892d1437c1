"""Members proposed for a service: from its entry point, or as found since it was drawn."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.engine.membership import How, Member, Stand, propose_members
from cmdb.query.items import find_item, find_items
from cmdb.records.items import Item
from cmdb.records.relations import Relation
from server.foundation.permissions import Actor, Permission
from server.items.deriving.explaining import Explanation, explain_relations
from server.items.deriving.models import ServiceRejection
from server.items.scope import visible_items
from server.items.services.needs import Below, read_needs


@dataclass(frozen=True, slots=True)
class ProposedGroup:
    """Items of which some are enough: seen as a redundancy group, or suggested as one."""

    name: str
    rule: str
    threshold: float
    members: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """An item that may belong to a service: how far down, over what, and how it is needed.

    ``stand``: "entry", "open" (a person decides), "along" (falls with the service anyway) or
    "follows" (comes with one that is open). ``via`` is None where it is out of sight.
    """

    item: Item
    layer: int
    stand: Stand | str
    need: How
    via: Item | None = None
    why: Explanation | None = None
    group: ProposedGroup | None = None

    @property
    def open(self) -> bool:
        """Say whether a person has to decide."""
        return self.stand == "open"


def propose_for_entry(session: Session, actor: Actor, entry_item_id: int) -> list[Proposal]:
    """Return the entry item and what it was seen to need, nearest first.

    Raises ``ItemNotFound``. Items out of sight are left out; what they carry is not.
    """
    actor.require(Permission.SERVICE_CREATE)
    entry = find_item(session, entry_item_id, visible_items(actor))
    below = read_needs(session, [entry_item_id])
    members = propose_members(entry_item_id, *below.of(entry_item_id))
    return [Proposal(entry, 0, "entry", "hard"), *_named(session, actor, members, below)]


def propose_for_service(
    session: Session, actor: Actor, service_id: int, settled: Sequence[int], refused: Iterable[int]
) -> list[Proposal]:
    """Return what lies below a service; neither ``settled`` nor ``refused`` items are open."""
    below = read_needs(session, [service_id])
    members = _found(below, service_id, settled, set(refused))
    return _named(session, actor, members, below)


def _found(
    below: Below, service_id: int, settled: Sequence[int], refused: set[int]
) -> list[Member]:
    """Return what is below a service; below what was refused, nothing is offered either."""
    needs, groups = below.of(service_id)
    kept = [n for n in needs if n.kind != "soft" or not {n.dependant, n.provider} & refused]
    return propose_members(service_id, kept, groups, settled)


def count_open(session: Session, service_ids: Sequence[int]) -> dict[int, int]:
    """Return how many members are proposed for each of some services, for those that have any.

    A few statements for all of them together. Counts what is out of the reader's sight too: the
    number says that somebody should look, not at what.
    """
    below = read_needs(session, service_ids)
    refused = refused_of(session, service_ids)
    found: dict[int, int] = {}
    for service_id in service_ids:
        settled = [n.provider for n in below.needs if n.dependant == service_id]
        members = _found(below, service_id, settled, set(refused.get(service_id, ())))
        if number := sum(member.stand == "open" for member in members):
            found[service_id] = number
    return found


def refused_of(session: Session, service_ids: Sequence[int]) -> dict[int, dict[int, datetime]]:
    """Return, by service, the items that people left out, and when."""
    query = select(ServiceRejection.service_id, ServiceRejection.item_id, ServiceRejection.at)
    found: dict[int, dict[int, datetime]] = {}
    for service_id, item_id, at in session.execute(
        query.where(ServiceRejection.service_id.in_(service_ids))
    ):
        found.setdefault(service_id, {})[item_id] = at
    return found


def _named(
    session: Session, actor: Actor, members: Sequence[Member], below: Below
) -> list[Proposal]:
    ids = sorted({item_id for member in members for item_id in (member.item, member.via)})
    items = find_items(session, ids, visible_items(actor)) if ids else {}
    told = _explained(session, [m.relation_id for m in members if m.item in items])
    return [
        Proposal(
            items[member.item],
            member.layer,
            member.stand,
            member.need,
            items.get(member.via),
            told.get(member.relation_id),
            _group(member, below),
        )
        for member in members
        if member.item in items
    ]


def _explained(session: Session, relation_ids: Sequence[int]) -> Mapping[int, Explanation]:
    query = select(Relation).where(Relation.id.in_(sorted(set(relation_ids))))
    return {one.relation.id: one for one in explain_relations(session, session.scalars(query))}


def _group(member: Member, below: Below) -> ProposedGroup | None:
    if member.suggestion is not None:
        one = member.suggestion
        return ProposedGroup(one.name, "at_least", one.threshold, len(one.members))
    group = below.groups.get(member.group_id or 0)
    if group is None:
        return None
    members = sum(need.group_id == group.group_id for need in below.needs)
    return ProposedGroup(group.name, group.rule, group.threshold, members)
