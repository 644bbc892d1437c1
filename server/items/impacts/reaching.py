"""What a failure reaches beyond items: services by tier, sites, contracts, people."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from cmdb.engine.impact.report import ImpactReport
from cmdb.engine.impact.values import State
from cmdb.model import standing_model
from cmdb.records.among import among
from cmdb.records.items import Item
from cmdb.records.relations import Relation
from cmdb.vocabulary import LOCATED_IN, SITE
from server.foundation.permissions import Actor, Permission
from server.items.blast import ReachedService, people_using
from server.items.impacts.levels import (
    PromiseReader,
    ServiceLevel,
    levels_reached,
    no_promises,
)
from server.items.scope import visible_items

Tiers = Mapping[int | None, Mapping[State, int]]


#: The name under which the reader of contracts is lent, as in ``server.wiring.LENT``.
CONTRACTS = "contracts"


class ReachedContract(Protocol):
    """What an answer says of a contract; ``server.assets`` owns them."""

    @property
    def reference(self) -> str:
        """Its number with the supplier."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def supplier(self) -> str:
        """Who promised."""

    @property
    def kind(self) -> str:
        """What was promised: warranty, support, service, lease or licence."""

    @property
    def ends_on(self) -> date:
        """The last day of it."""


#: Returns the contracts that cover items in the actor's sight.
ContractReader = Callable[[Session, Actor, Sequence[int]], Sequence[ReachedContract]]


def no_contracts(
    _session: Session, _actor: Actor, _item_ids: Sequence[int]
) -> Sequence[ReachedContract]:
    """Know of no contracts: for questions that nobody asks for a whole answer."""
    return ()


@dataclass(frozen=True, slots=True)
class Reach:
    """Services by tier and state, and people who use them: None without the right to count.

    ``sites`` are those in sight at which affected items stand, ``contracts`` those that cover
    affected items in sight, ``levels`` what was agreed about affected services in sight.
    """

    tiers: Tiers | None
    people: int | None
    sites: Sequence[Item]
    contracts: Sequence[ReachedContract] = ()
    levels: Sequence[ServiceLevel] = ()


@dataclass(frozen=True, slots=True)
class Readers:
    """What features above know and an answer tells: contracts, and what the desk promises."""

    contracts: ContractReader = no_contracts
    promises: PromiseReader = no_promises


#: For questions that nobody asks for a whole answer.
NO_READERS = Readers()


def reach_of(
    session: Session,
    actor: Actor,
    report: ImpactReport,
    services: Sequence[ReachedService],
    readers: Readers = NO_READERS,
) -> Reach:
    """Return what the affected items mean beyond themselves. Six statements at most."""
    item_ids = report.ids.tolist()
    sites = sites_reached(session, actor, item_ids)
    contracts = readers.contracts(session, actor, item_ids)
    levels = levels_reached(session, actor, services, readers.promises)
    if not actor.may(Permission.IMPACT_COUNT_HIDDEN):
        return Reach(None, None, sites, contracts, levels)
    tiers: dict[int | None, Counter[State]] = {}
    for one in services:
        tiers.setdefault(one.criticality, Counter())[one.state] += 1
    people = people_using(session, [one.item_id for one in services])
    return Reach(tiers, people, sites, contracts, levels)


def sites_reached(session: Session, actor: Actor, item_ids: Sequence[int]) -> Sequence[Item]:
    """Return the sites in sight at which items stand, by name. One statement."""
    return session.scalars(_sites_of(session, actor, item_ids)).all()


def _sites_of(session: Session, actor: Actor, item_ids: Sequence[int]) -> Select[Item]:
    """Select the sites above items, by their locations and by what they are located in."""
    places = _by_location(session, item_ids).union(_by_relation(session, item_ids))
    classes = sorted(standing_model().descendants(SITE))
    is_site = Item.class_code.in_(classes)
    return (
        select(Item)
        .where(Item.id.in_(places), is_site, visible_items(actor))
        .order_by(Item.name_key, Item.id)
    )


def _by_location(session: Session, item_ids: Sequence[int]) -> Select[int | None]:
    """Select the places up the locations until there is none; a circle ends itself."""
    places = (
        select(Item.location_id.label("place"))
        .where(among(session, Item.id, item_ids), Item.location_id.is_not(None))
        .cte("locations", recursive=True)
    )
    above = select(Item.location_id).join(places, Item.id == places.c.place)
    places = places.union(above.where(Item.location_id.is_not(None)))
    return select(places.c.place)


def _by_relation(session: Session, item_ids: Sequence[int]) -> Select[int]:
    """Select the same up the relations *is located in*."""
    located = (Relation.type_code == LOCATED_IN, Relation.valid_to.is_(None))
    places = (
        select(Relation.end_id.label("place"))
        .where(among(session, Relation.start_id, item_ids), *located)
        .cte("surroundings", recursive=True)
    )
    above = select(Relation.end_id).join(places, Relation.start_id == places.c.place)
    places = places.union(above.where(*located))
    return select(places.c.place)
