"""Says that rows were seen again: one statement for all that were seen at the same moment."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, bindparam, or_, select, update
from sqlalchemy.orm import Session

from cmdb.records.among import among_listed, listed
from cmdb.records.asking import Ask, asked
from cmdb.records.items import Item
from cmdb.records.relations import Relation
from cmdb.records.sources import ItemSource, is_alias
from cmdb.vocabulary import SourceCode

Confirmed = Item | ItemSource | Relation


def confirm_rows(
    session: Session,
    entity: type[Confirmed],
    seen: Iterable[tuple[int, datetime]],
) -> None:
    """Store when each row (by its id) was seen last. Objects in the session are not refreshed."""
    by_moment: dict[datetime, list[int]] = defaultdict(list)
    for row_id, moment in seen:
        by_moment[moment].append(row_id)
    for moment, ids in by_moment.items():
        _CONFIRMING[entity](session, ids=listed(session, ids), moment=moment)


def _confirming(entity: type[Confirmed]) -> Ask:
    def confirm_some(dialect: str) -> Executable:
        those = among_listed(dialect, entity.id, "ids")
        return update(entity).where(those).values(last_seen_at=bindparam("moment"))

    return asked(confirm_some)


_CONFIRMING: Mapping[type[Confirmed], Ask] = {
    entity: _confirming(entity) for entity in (Item, ItemSource, Relation)
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What a source has said of the item it knows under a key; ``digests`` by section."""

    source_id: int
    item_id: int
    digests: Mapping[str, Any]
    item_seen_at: datetime


def standing_of(
    session: Session, source: SourceCode, key: str, organisation_id: int, identity: str = ""
) -> Standing | None:
    """Return where a source stands with the item in use that it knows under ``key``.

    Of several machines that speak with one key it is the one that last proved itself by the digest
    ``identity``, else the one that had the key first.
    """
    here = {"organisation_id": organisation_id, "source": source, "key": key}
    found = {row.key: Standing(*row[1:]) for row in _standing_with(session, **here)}
    proven = [one for one in found.values() if one.digests.get("identity") == identity]
    return proven[0] if len(proven) == 1 else found.get(key)


@asked
def _standing_with(_dialect: str) -> Executable:
    key = bindparam("key", type_=ItemSource.key.type)
    columns = (ItemSource.key, ItemSource.id, ItemSource.item_id, ItemSource.digests)
    return (
        select(*columns, Item.last_seen_at)
        .join(Item, Item.id == ItemSource.item_id)
        .where(
            ItemSource.organisation_id == bindparam("organisation_id"),
            ItemSource.source == bindparam("source"),
            ItemSource.key != "",
            or_(ItemSource.key == key, is_alias(key)),
            Item.merged_into_id.is_(None),
            Item.stage != "retired",
        )
    )


def confirm(session: Session, standing: Standing, seen_at: datetime) -> None:
    """Say that everything is still as the source said: nothing but *last seen* is written."""
    confirm_rows(session, ItemSource, [(standing.source_id, seen_at)])
    if seen_at > standing.item_seen_at:
        confirm_rows(session, Item, [(standing.item_id, seen_at)])
