"""What a failure reaches beyond items: services by tier, the sites they stand at, people."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from cmdb.engine.impact.report import ImpactReport
from cmdb.engine.impact.values import State
from cmdb.model import shipped_model
from cmdb.records.among import among
from cmdb.records.items import Item
from cmdb.vocabulary import SITE
from server.foundation.permissions import Actor, Permission
from server.items.blast import ReachedService, people_using
from server.items.scope import visible_items

Tiers = Mapping[int | None, Mapping[State, int]]


@dataclass(frozen=True, slots=True)
class Reach:
    """Services by tier and state, and people who use them: None without the right to count.

    ``sites`` are those in sight at which affected items stand.
    """

    tiers: Tiers | None
    people: int | None
    sites: Sequence[Item]


def reach_of(
    session: Session, actor: Actor, report: ImpactReport, services: Sequence[ReachedService]
) -> Reach:
    """Return what the affected items mean beyond themselves. Two statements."""
    sites = session.scalars(_sites_of(session, actor, report.ids.tolist())).all()
    if not actor.may(Permission.IMPACT_COUNT_HIDDEN):
        return Reach(None, None, sites)
    tiers: dict[int | None, Counter[State]] = {}
    for one in services:
        tiers.setdefault(one.criticality, Counter())[one.state] += 1
    return Reach(tiers, people_using(session, [one.item_id for one in services]), sites)


def _sites_of(session: Session, actor: Actor, item_ids: Sequence[int]) -> Select[Item]:
    """Select the sites above items: up the locations until there is none; a circle ends itself."""
    places = (
        select(Item.location_id.label("place"))
        .where(among(session, Item.id, item_ids), Item.location_id.is_not(None))
        .cte("places", recursive=True)
    )
    above = select(Item.location_id).join(places, Item.id == places.c.place)
    places = places.union(above.where(Item.location_id.is_not(None)))
    classes = sorted(shipped_model().descendants(SITE))
    is_site = Item.class_code.in_(classes)
    return (
        select(Item)
        .where(Item.id.in_(select(places.c.place)), is_site, visible_items(actor))
        .order_by(Item.name_key, Item.id)
    )
