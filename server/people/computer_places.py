"""In which organisation the item of a directory's computer is, or would be.

A directory often stands at the top of the tree, and machines report to the organisations below it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from cmdb.inventory.families import same_family
from cmdb.model import standing_model
from cmdb.records.among import among
from cmdb.records.items import Item
from cmdb.records.parties import OrganisationClosure
from cmdb.records.sources import ItemIdentifier, ItemSource
from cmdb.vocabulary import COMPUTER, DIRECTORY, FQDN, LifeStage


@dataclass(frozen=True, slots=True)
class Places:
    """Where accounts belong.

    ``known``: the organisation of the item that an account stood for before, by unique id.
    ``holders``: by full name the computers in use that have it, as item to organisation.
    """

    fallback: int
    known: Mapping[str, int]
    holders: Mapping[str, Mapping[int, int]] = field(default_factory=dict)

    def of(self, external_id: str, fqdn: str) -> int:
        """Return where to ask for the item of an account."""
        if (place := self.known.get(external_id)) is not None:
            return place
        found = self.holders.get(fqdn, {})
        return next(iter(found.values())) if len(found) == 1 else self.fallback


def places_of(
    session: Session, organisation_id: int, external_ids: Sequence[str], names: Sequence[str]
) -> Places:
    """Look up where accounts belong, in an organisation and all below it."""
    below = select(OrganisationClosure.descendant_id).where(
        OrganisationClosure.ancestor_id == organisation_id
    )
    return Places(
        organisation_id,
        _known(session, below, external_ids),
        _holders(session, below, names) if names else {},
    )


def _known(session: Session, below: Select[int], keys: Iterable[str]) -> dict[str, int]:
    query = (
        select(ItemSource.key, ItemSource.organisation_id)
        .where(
            ItemSource.organisation_id.in_(below),
            ItemSource.source == DIRECTORY,
            among(session, ItemSource.key, keys),
        )
        .order_by(ItemSource.id)
    )
    return {row.key: row.organisation_id for row in session.execute(query)}


def _holders(
    session: Session, below: Select[int], names: Collection[str]
) -> dict[str, dict[int, int]]:
    model = standing_model()
    rows = session.execute(
        select(ItemIdentifier.value, Item.id, Item.organisation_id, Item.class_code)
        .join(Item, Item.id == ItemIdentifier.item_id)
        .where(
            ItemIdentifier.kind == FQDN,
            among(session, ItemIdentifier.value, names),
            Item.organisation_id.in_(below),
            Item.merged_into_id.is_(None),
            Item.stage != LifeStage.RETIRED.value,
        )
        .order_by(Item.id)
    )
    found: dict[str, dict[int, int]] = {}
    for name, item_id, place, class_code in rows:
        if same_family(model, class_code, COMPUTER):
            found.setdefault(name, {})[item_id] = place
    return found
