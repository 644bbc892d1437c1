"""*New service*: the assisted top layer. Without it no impact answer would name a service.

A person names the service and its entry point (a host, a listening port on one, a URL). The
members are proposed from what was seen (see ``proposals``); the person ticks.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import DuplicateName, InvalidValue
from cmdb.inventory.door import Inventory
from cmdb.model.text import clean, text_key
from cmdb.observation import ItemReference, Observation, Origin, SeenRelation
from cmdb.query.items import find_items
from cmdb.records.facts import Listener
from cmdb.records.items import Item
from cmdb.vocabulary import BUSINESS_SERVICE, PERSON, RUNS_ON, SOFTWARE_COMPONENT, PartyRole
from server.foundation.events import publish
from server.foundation.permissions import Actor, Permission
from server.items.actions import ItemDraft, PartyDraft, author_of, create_item
from server.items.events import ServiceCreated
from server.items.scope import visible_items
from server.items.services.membership import MemberDraft, relate_members, remember_refused


@dataclass(frozen=True, slots=True)
class ServiceDraft:
    """What a person says of a new service. ``listener_id`` makes that port the entry point.

    ``refused_ids`` were offered and left out: they are not offered again.
    """

    name: str
    organisation_id: int
    criticality: int | None = None
    owner_person_id: int | None = None
    owner_group_id: int | None = None
    entry_item_id: int | None = None
    listener_id: int | None = None
    url: str = ""
    members: tuple[MemberDraft, ...] = ()
    refused_ids: tuple[int, ...] = ()


def create_service(session: Session, actor: Actor, draft: ServiceDraft, now: datetime) -> Item:
    """Create a business service that depends on its entry point and the members ticked.

    Raises ``DuplicateName`` when the organisation has a service of that name, ``InvalidValue`` for
    a service that would depend on nothing or names something out of sight.
    """
    actor.require(Permission.SERVICE_CREATE, draft.organisation_id)
    _refuse_duplicate(session, draft)
    members = _members(session, actor, draft)
    values: dict[str, object] = {"name": draft.name}
    if draft.criticality is not None:
        values["criticality"] = draft.criticality
    if draft.url:
        values["url"] = draft.url
    owner = _owner(draft)
    item = ItemDraft(BUSINESS_SERVICE, draft.organisation_id, values, (owner,) if owner else ())
    service = create_item(session, actor, item, now)
    if draft.listener_id is not None:
        members = [MemberDraft(_component(session, actor, draft.listener_id, now)), *members]
    relate_members(session, actor, service, members, now)
    ids = {member.item_id for member in members}
    remember_refused(session, actor, service.id, draft.refused_ids, ids, now)
    publish(session, ServiceCreated(service.id, tuple(member.item_id for member in members)))
    return service


def _owner(draft: ServiceDraft) -> PartyDraft | None:
    if draft.owner_person_id is None and draft.owner_group_id is None:
        return None
    return PartyDraft(PartyRole.OWNER, draft.owner_person_id, draft.owner_group_id)


def _refuse_duplicate(session: Session, draft: ServiceDraft) -> None:
    key = text_key(clean(draft.name))
    twin = session.scalar(
        select(Item.id).where(
            Item.organisation_id == draft.organisation_id,
            Item.class_code == BUSINESS_SERVICE,
            Item.name_key == key,
            Item.stage != "retired",
        )
    )
    if twin is not None:
        raise DuplicateName("business service", "name", draft.name)


def _members(session: Session, actor: Actor, draft: ServiceDraft) -> list[MemberDraft]:
    """Return the members, the entry point first; each once, as it was named last."""
    wanted: dict[int, MemberDraft] = {}
    if draft.entry_item_id is not None and draft.listener_id is None:
        wanted[draft.entry_item_id] = MemberDraft(draft.entry_item_id)
    wanted |= {member.item_id: member for member in draft.members}
    if not wanted and draft.listener_id is None:
        raise InvalidValue({"member_ids": "a service needs at least one item to depend on"})
    seen = find_items(session, list(wanted), visible_items(actor))
    missing = [item_id for item_id in wanted if item_id not in seen]
    if missing:
        raise InvalidValue({"member_ids": f"there is no item {missing[0]}"})
    return list(wanted.values())


def _component(session: Session, actor: Actor, listener_id: int, now: datetime) -> int:
    """Return the software component behind a port, created where it is not known yet."""
    listener = session.get(Listener, listener_id)
    hosts = find_items(session, [listener.item_id], visible_items(actor)) if listener else {}
    if listener is None or not hosts:
        raise InvalidValue({"listener_id": f"there is no listening port {listener_id}"})
    host = hosts[listener.item_id]
    actor.require(Permission.SERVICE_CREATE, host.organisation_id)
    door = Inventory(session, now, author_of(actor))
    product = listener.process or f"{listener.protocol}/{listener.port}"
    key = f"listener:{host.id}:{listener.protocol}:{listener.port}"
    recorded = door.record(
        Observation(
            origin=Origin(PERSON, key),
            class_code=SOFTWARE_COMPONENT,
            organisation_id=host.organisation_id,
            observed_at=now,
            values={
                "name": f"{product}:{listener.port} on {host.name}",
                "product": product,
                "port": listener.port,
                "protocol": listener.protocol,
            },
        )
    )
    if recorded.item_id is None or recorded.problems:
        raise InvalidValue({"listener_id": recorded.detail or str(dict(recorded.problems))})
    runs_on = SeenRelation(
        RUNS_ON, ItemReference(item_id=recorded.item_id), ItemReference(item_id=host.id)
    )
    door.relate([runs_on], PERSON, host.organisation_id)
    return recorded.item_id
