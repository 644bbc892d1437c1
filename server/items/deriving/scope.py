"""Where one look for sightings reaches."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from cmdb.engine.derivation.deciding import End
from cmdb.inventory.lookup import parts
from cmdb.records.items import Item


@dataclass(frozen=True, slots=True)
class Scope:
    """One organisation, whole or around some of its items.

    What several rules read alike is read once and kept in ``memo``.
    """

    organisation_id: int
    item_ids: tuple[int, ...] | None = None
    memo: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def whole(self) -> bool:
        """Say whether the look is at everything, so that what it does not find is not there."""
        return self.item_ids is None

    def parts(self) -> Iterable[Sequence[int] | None]:
        """Return the items in pieces that fit a statement; one None for all of them."""
        return [None] if self.item_ids is None else parts(sorted(self.item_ids))

    def takes_part(self) -> ColumnElement[bool]:
        """Return the condition on ``Item`` for what may be derived about."""
        return and_(Item.organisation_id == self.organisation_id, Item.stage != "retired")


def ends_of(session: Session, scope: Scope, item_ids: Iterable[int]) -> dict[int, End]:
    """Return those of the items that take part, with their classes."""
    found: dict[int, End] = {}
    for part in parts(sorted(set(item_ids))):
        query = select(Item.id, Item.class_code).where(Item.id.in_(part), scope.takes_part())
        for item_id, class_code in session.execute(query):
            found[item_id] = End(item_id, class_code)
    return found
