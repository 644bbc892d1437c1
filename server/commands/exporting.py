"""The register as lines that ``server.items.bulk`` reads again."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, true
from sqlalchemy.orm import Session, aliased

from cmdb.model import ValueType, standing_model
from cmdb.query.items import ItemFilter, select_items
from cmdb.records.items import Item
from cmdb.records.relations import RedundancyGroup, Relation
from cmdb.records.sources import ItemIdentifier

_BATCH = 500
_NUMBERED_BY_MAKERS = frozenset({"serial", "board_serial"})
_COLUMNS = ("name", "stage", "environment", "criticality", "vendor", "model", "serial")


@dataclass(frozen=True, slots=True)
class ExportFilter:
    """What to export: an organisation with those below it, a class with those below it."""

    organisation_id: int | None = None
    class_code: str = ""


def export_lines(session: Session, chosen: ExportFilter) -> Iterator[dict[str, Any]]:
    """Yield every item that fits, then every live relation between two of them.

    Memory: the ids of the items, and one batch.
    """
    model = standing_model()
    filters = ItemFilter(organisation_id=chosen.organisation_id, class_code=chosen.class_code)
    # A command acts for whoever runs the server: nothing is out of sight.
    fitting = select_items(filters, true(), model)
    ids = session.scalars(fitting.with_only_columns(Item.id).order_by(Item.id)).all()
    references = {str(a.code) for a in model.attributes if a.type is ValueType.REFERENCE}
    for start in range(0, len(ids), _BATCH):
        yield from _items(session, ids[start : start + _BATCH], references)
    yield from _relations(session, frozenset(ids))


def _items(session: Session, ids: Sequence[int], references: set[str]) -> Iterator[dict[str, Any]]:
    identifiers = _identifiers(session, ids)
    for item in session.scalars(select(Item).where(Item.id.in_(ids)).order_by(Item.id)):
        values = {name: getattr(item, name) for name in _COLUMNS}
        values |= {k: v for k, v in item.attributes.items() if k not in references}
        line = {
            "kind": "item",
            "key": _key(item.id),
            "class": item.class_code,
            "values": {name: value for name, value in values.items() if value not in (None, "")},
        }
        if item.id in identifiers:
            line["identifiers"] = identifiers[item.id]
        yield line
    session.expunge_all()


def _identifiers(session: Session, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = defaultdict(dict)
    query = (
        select(ItemIdentifier.item_id, ItemIdentifier.kind, ItemIdentifier.value)
        .distinct()
        .where(ItemIdentifier.item_id.in_(ids))
        .order_by(ItemIdentifier.kind, ItemIdentifier.value)
    )
    for item_id, kind, value in session.execute(query):
        known, text = found[item_id], value
        if kind in _NUMBERED_BY_MAKERS:
            # Stored as number|maker; the lines name the maker once.
            text, _, maker = value.rpartition("|")
            known.setdefault("vendor", maker)
        known.setdefault(kind, []).append(text)
    return found


def _relations(session: Session, ids: frozenset[int]) -> Iterator[dict[str, Any]]:
    group = aliased(RedundancyGroup)
    rows = session.execute(
        select(Relation, group)
        .outerjoin(group, group.id == Relation.group_id)
        .where(Relation.valid_to.is_(None))
        .order_by(Relation.id)
        .execution_options(yield_per=_BATCH)
    )
    for relation, shared in rows:
        if relation.start_id not in ids or relation.end_id not in ids:
            continue
        line = {
            "kind": "relation",
            "type": relation.type_code,
            "start": _key(relation.start_id),
            "end": _key(relation.end_id),
            "weight": relation.weight,
            "confidence": relation.confidence,
        }
        if shared is not None:
            line["group"] = {
                "name": shared.name,
                "rule": shared.rule,
                "threshold": shared.threshold,
                "capacity": relation.capacity,
            }
        yield line


def _key(item_id: int) -> str:
    return f"item-{item_id}"
