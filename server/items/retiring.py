"""Taking an item out of use: not while something in use still leans on it."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict
from cmdb.model import Model, standing_model
from cmdb.records.items import Item
from cmdb.records.relations import Relation
from cmdb.vocabulary import LifeStage
from server.foundation.permissions import Actor, Permission
from server.items.scope import visible_items


def refuse_while_needed(session: Session, actor: Actor, item_id: int) -> None:
    """Raise ``Conflict`` while something that is not retired depends on the item.

    How many are out of the actor's sight is not said, unless they may count what is hidden.
    """
    needed = _count(session, _dependants(standing_model(), item_id))
    if not needed:
        return
    seen = _count(session, _dependants(standing_model(), item_id).where(visible_items(actor)))
    told = needed if actor.may(Permission.IMPACT_COUNT_HIDDEN) else seen
    others = "others" if told < needed else ""
    names = " and ".join(filter(None, [f"{told} items in use" if told else "", others]))
    raise Conflict(f"{names} depend on it; end those relations first")


def _dependants(model: Model, item_id: int) -> Select[Any]:
    """Select the items that need this one, once each, however many relations say so."""
    at_end = _of_types(model, "end") & (Relation.end_id == item_id)
    at_start = _of_types(model, "start") & (Relation.start_id == item_id)
    needs = or_(
        and_(at_end, Relation.start_id == Item.id), and_(at_start, Relation.end_id == Item.id)
    )
    live = select(Relation.id).where(needs, Relation.valid_to.is_(None))
    in_use = Item.stage != LifeStage.RETIRED.value
    return select(Item.id).where(in_use, live.exists())


def _of_types(model: Model, provider: str) -> ColumnElement[bool]:
    kinds = sorted(kind.code for kind in model.relation_types if kind.provider == provider)
    return Relation.type_code.in_(kinds)


def _count(session: Session, query: Select[Any]) -> int:
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0
