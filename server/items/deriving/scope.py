"""Where one look for sightings reaches."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Executable, and_, bindparam, select
from sqlalchemy.orm import Session

from cmdb.engine.derivation.deciding import End
from cmdb.inventory.lookup import parts
from cmdb.records.among import among_listed, listed
from cmdb.records.asking import asked
from cmdb.records.items import Item


@dataclass(frozen=True, slots=True)
class Scope:
    """One organisation, whole or around some of its items.

    What several rules read alike is read once and kept in ``memo``; around some items, also who
    takes part, in ``known``: None for an item that does not.
    """

    organisation_id: int
    item_ids: tuple[int, ...] | None = None
    memo: dict[str, Any] = field(default_factory=dict, compare=False)
    known: dict[int, End | None] = field(default_factory=dict, compare=False)

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


#: The same condition for a statement that is made once; it is given ``home``.
TAKES_PART = and_(Item.organisation_id == bindparam("home"), Item.stage != "retired")


def ends_of(session: Session, scope: Scope, item_ids: Iterable[int]) -> dict[int, End]:
    """Return those of the items that take part, with their classes."""
    ids = set(item_ids)
    found: dict[int, End] = {}
    if unknown := ids - scope.known.keys():
        wanted = listed(session, sorted(unknown))
        rows = _classes_of(session, ids=wanted, home=scope.organisation_id)
        found = {item_id: End(item_id, class_code) for item_id, class_code in rows}
    if scope.whole:
        return found
    scope.known.update({item_id: found.get(item_id) for item_id in unknown})
    return {item_id: end for item_id in ids if (end := scope.known[item_id]) is not None}


@asked
def _classes_of(dialect: str) -> Executable:
    return select(Item.id, Item.class_code).where(among_listed(dialect, Item.id, "ids"), TAKES_PART)
