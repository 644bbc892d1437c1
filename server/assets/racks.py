"""Reading a rack for an actor: what stands in it, and where."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from cmdb.model import standing_model
from cmdb.records.items import Item
from cmdb.records.relations import Relation
from cmdb.vocabulary import LifeStage
from server.assets.rules.racks import FACES, USUAL_UNITS, Placed, Slot, draw_rack, misplaced
from server.foundation.permissions import Actor
from server.items.queries import get_item
from server.items.scope import visible_items

#: A rack holds fewer; more means that a room was called a rack.
_MOST = 500


@dataclass(frozen=True, slots=True)
class RackView:
    """A rack, its two faces from above, and what nobody can place."""

    rack: Item
    units: int
    faces: dict[str, list[Slot]]
    unplaced: Sequence[Placed]

    @property
    def free(self) -> int:
        """Return how many units of the front are free."""
        return sum(1 for slot in self.faces["front"] if slot.device is None)


def rack_view(session: Session, actor: Actor, rack_id: int) -> RackView:
    """Return a rack with the devices in sight.

    Raises ``ItemNotFound``, and ``NotFound`` for what is no rack.
    """
    rack = get_item(session, actor, rack_id)
    if not standing_model().is_a(rack.class_code, "rack"):
        raise NotFound("rack", rack_id)
    said = rack.attributes.get("units")
    units = said if isinstance(said, int) else USUAL_UNITS
    devices = [_placed(item) for item in _inside(session, actor, rack_id)]
    faces = {face: draw_rack(units, devices, face) for face in FACES}
    return RackView(rack, units, faces, misplaced(units, devices))


def _inside(session: Session, actor: Actor, rack_id: int) -> Sequence[Item]:
    live = Relation.valid_to.is_(None)
    located = select(Relation.start_id).where(
        Relation.end_id == rack_id, Relation.type_code == "located_in", live
    )
    contained = select(Relation.end_id).where(
        Relation.start_id == rack_id, Relation.type_code == "contains", live
    )
    here = or_(Item.location_id == rack_id, Item.id.in_(located), Item.id.in_(contained))
    query = select(Item).where(here, visible_items(actor), Item.stage != LifeStage.RETIRED.value)
    return session.scalars(query.order_by(Item.name_key, Item.id).limit(_MOST)).all()


def _placed(item: Item) -> Placed:
    position = item.attributes.get("rack_position")
    height = item.attributes.get("rack_height")
    return Placed(
        item.id,
        item.name,
        position if isinstance(position, int) and position > 0 else None,
        height if isinstance(height, int) and height > 0 else 1,
        "rear" if item.attributes.get("rack_face") == "rear" else "front",
        item.class_code,
    )
