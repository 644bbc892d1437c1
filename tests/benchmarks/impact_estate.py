"""A generated estate written into a database: items with names, relations, redundancy groups."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from cmdb.engine.impact.compact.arrays import RULES
from cmdb.records.base import Base
from cmdb.records.bulk import insert_rows
from cmdb.records.items import Item
from cmdb.records.relations import RedundancyGroup, Relation, next_sequence, write_changes
from tests.benchmarks.estate_graph import Estate

_WHEN = datetime(2026, 1, 1, tzinfo=UTC)
_CLASSES = {"site": "site", "service": "business_service", "application": "application_service"}
_BATCH = 20_000
#: The generator numbers from 0; no row of a database has that id.
FIRST = 1


def store_estate(session: Session, estate: Estate, organisation_id: int) -> None:
    """Write an estate into an empty register, straight into the tables: a generated one is valid.

    Item ``n`` of the estate gets the id ``n + FIRST``.
    """
    first = next_sequence(session)
    groups = estate.columns.groups
    tables: list[tuple[type[Base], str, Iterator[dict[str, Any]]]] = [
        (Item, "item", _items(estate, organisation_id)),
        (RedundancyGroup, "group", _groups(estate, first)),
        (Relation, "relation", _relations(estate, organisation_id, first)),
    ]
    changes: list[tuple[str, int]] = []
    for entity, kind, rows in tables:
        written = list(rows)
        for start in range(0, len(written), _BATCH):
            insert_rows(session, entity, written[start : start + _BATCH])
        changes += [(f"{kind}+", row["id"]) for row in written]
    if len(groups.group_id) != len(np.unique(groups.group_id)):
        raise RuntimeError("two groups share a number")
    write_changes(session, first, _WHEN, changes)


def _items(estate: Estate, organisation_id: int) -> Iterator[dict[str, Any]]:
    for layer, numbers in estate.layers.items():
        code = _CLASSES.get(layer, "server")
        for place, number in enumerate(numbers.tolist()):
            name = f"{layer}-{place:05}.example.test"
            yield {
                "id": number + FIRST,
                "organisation_id": organisation_id,
                "class_code": code,
                "name": name,
                "name_key": name,
                "stage": "in_use",
                "criticality": place % 5 if layer == "service" else None,
                "vendor": "",
                "model": "",
                "serial": "",
                "attributes": {},
                "confidence": 1.0,
                "first_seen_at": _WHEN,
                "last_seen_at": _WHEN,
                "updated_at": _WHEN,
                "version": 1,
            }


def _groups(estate: Estate, first: int) -> Iterator[dict[str, Any]]:
    groups = estate.columns.groups
    for number, owner, rule, threshold in zip(
        groups.group_id.tolist(),
        groups.dependant.tolist(),
        groups.rule.tolist(),
        groups.threshold.tolist(),
        strict=True,
    ):
        yield {
            "id": number + FIRST,
            "dependant_id": owner + FIRST,
            "name": f"group {number}",
            "rule": RULES[rule],
            "threshold": threshold,
            "valid_from": first,
        }


def _relations(estate: Estate, organisation_id: int, first: int) -> Iterator[dict[str, Any]]:
    columns = estate.columns
    number = 0
    seen: set[tuple[int, int]] = set()
    owner = dict(
        zip(columns.groups.group_id.tolist(), columns.groups.dependant.tolist(), strict=True)
    )
    members = [
        (provider, owner[group], group, capacity, 1.0)
        for group, provider, capacity in zip(
            columns.members.group_id.tolist(),
            columns.members.provider.tolist(),
            columns.members.capacity.tolist(),
            strict=True,
        )
    ]
    plain = [
        (provider, dependant, None, 1.0, weight)
        for relations, weight in ((columns.hard, 1.0), (columns.soft, 0.5))
        for provider, dependant in zip(
            relations.provider.tolist(), relations.dependant.tolist(), strict=True
        )
    ]
    for provider, dependant, group, capacity, weight in (*members, *plain):
        # One relation of one type between two items: what the generator says twice counts once.
        if (provider, dependant) in seen or provider == dependant:
            continue
        seen.add((provider, dependant))
        number += 1
        yield {
            "id": number,
            "organisation_id": organisation_id,
            "type_code": "depends_on",
            "start_id": dependant + FIRST,
            "end_id": provider + FIRST,
            "group_id": None if group is None else group + FIRST,
            "capacity": capacity,
            "weight": weight,
            "source": "rest",
            "confidence": 1.0,
            "evidence": {},
            "note": "",
            "first_seen_at": _WHEN,
            "last_seen_at": _WHEN,
            "valid_from": first,
        }
