"""Bulk upsert: NDJSON lines of items and relations, through identification like everything else.

Lines are read one by one, recorded in batches of at most a thousand, each batch in a transaction
of its own; a bad line is answered with what is wrong with it and sinks no other. Items of a batch
are recorded before its relations, so a file may name an item anywhere before using it.

    {"kind": "item", "key": "srv-1", "class": "server", "values": {"name": "srv-1", …},
     "identifiers": {"serial": "…", "vendor": "…", "mac": ["…"]}, "parties": […]}
    {"kind": "relation", "type": "runs_on", "start": "app-1", "end": "srv-1",
     "group": {"name": "web", "rule": "at_least", "threshold": 1}}
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from cmdb.engine.identity import normalise
from cmdb.errors import InvalidValue
from cmdb.inventory.door import BATCH, Inventory
from cmdb.inventory.outcomes import Author
from cmdb.observation import (
    GroupMembership,
    Identifier,
    ItemReference,
    Observation,
    Origin,
    SeenParty,
    SeenRelation,
)
from cmdb.vocabulary import ClassCode, IdentifierKind, PartyRole, RelationTypeCode, SourceCode
from server.foundation.database import Database

#: A longer line is a mistake, or an attack.
MAX_LINE = 1024 * 1024
_KINDS = frozenset(
    {
        "serial",
        "uuid",
        "machine_id",
        "board_serial",
        "mac",
        "cloud_id",
        "chassis_id",
        "engine_id",
        "fqdn",
        "name",
        "code",
    }
)
_ITEM_FIELDS = frozenset({"kind", "key", "class", "values", "identifiers", "parties", "confidence"})
_RELATION_FIELDS = frozenset(
    {"kind", "type", "start", "end", "group", "weight", "confidence", "evidence"}
)
_GROUP_FIELDS = frozenset({"name", "rule", "threshold", "capacity"})


@dataclass(frozen=True, slots=True)
class LineResult:
    """What became of one line, counted from 1."""

    line: int
    outcome: str
    id: int | None
    problems: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BulkSettings:
    """For whom, from which source and into which organisation lines are recorded."""

    organisation_id: int
    source: SourceCode
    author: Author
    now: datetime


def record_lines(
    database: Database, lines: Iterable[bytes], settings: BulkSettings
) -> Iterator[LineResult]:
    """Record ``lines`` and yield a result for each, in order. Memory is bounded by one batch."""
    batch: list[tuple[int, bytes]] = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            batch.append((number, line))
        if len(batch) >= BATCH:
            yield from _record_batch(database, batch, settings)
            batch = []
    if batch:
        yield from _record_batch(database, batch, settings)


def _record_batch(
    database: Database, batch: list[tuple[int, bytes]], settings: BulkSettings
) -> list[LineResult]:
    items: list[tuple[int, Observation]] = []
    relations: list[tuple[int, SeenRelation]] = []
    results: dict[int, LineResult] = {}
    for number, line in batch:
        try:
            read = read_line(line, settings)
        except InvalidValue as error:
            results[number] = LineResult(number, "refused", None, error.fields)
            continue
        if isinstance(read, Observation):
            items.append((number, read))
        else:
            relations.append((number, read))
    with database.writing() as session:
        results |= _write(session, items, relations, settings)
    return [results[number] for number, _ in batch]


def _write(
    session: Session,
    items: list[tuple[int, Observation]],
    relations: list[tuple[int, SeenRelation]],
    settings: BulkSettings,
) -> dict[int, LineResult]:
    door = Inventory(session, settings.now, settings.author)
    results: dict[int, LineResult] = {}
    recorded = door.record_many([observation for _, observation in items])
    for (number, _), result in zip(items, recorded, strict=True):
        results[number] = LineResult(number, result.outcome, result.item_id, result.problems)
    related = door.relate(
        [relation for _, relation in relations], settings.source, settings.organisation_id
    )
    for (number, _), answer in zip(relations, related, strict=True):
        results[number] = LineResult(number, answer.outcome, answer.relation_id, answer.problems)
    return results


def read_line(line: bytes, settings: BulkSettings) -> Observation | SeenRelation:
    """Read one line. Raises ``InvalidValue`` naming each field that is wrong."""
    if len(line) > MAX_LINE:
        raise InvalidValue({"line": f"is longer than {MAX_LINE} bytes"})
    try:
        document = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InvalidValue({"line": f"is not valid JSON: {error}"}) from error
    if not isinstance(document, dict):
        raise InvalidValue({"line": "must be a JSON object"})
    kind = document.get("kind")
    if kind == "item":
        return _read_item(document, settings)
    if kind == "relation":
        return _read_relation(document, settings)
    raise InvalidValue({"kind": "must be 'item' or 'relation'"})


def _refuse_unknown(document: Mapping[str, Any], known: frozenset[str], prefix: str = "") -> None:
    unknown = sorted(set(document) - known)
    if unknown:
        raise InvalidValue({f"{prefix}{name}": "is not a known field" for name in unknown})


def _read_item(document: Mapping[str, Any], settings: BulkSettings) -> Observation:
    _refuse_unknown(document, _ITEM_FIELDS)
    class_code = _text(document, "class")
    key = _text(document, "key", required=False)
    values = _mapping(document, "values")
    parties = document.get("parties")
    return Observation(
        origin=Origin(settings.source, key, _share(document, "confidence")),
        class_code=ClassCode(class_code),
        organisation_id=settings.organisation_id,
        observed_at=settings.now,
        identifiers=tuple(_identifiers(_mapping(document, "identifiers"))),
        values=values,
        parties=None if parties is None else tuple(_parties(parties)),
    )


def _identifiers(given: Mapping[str, Any]) -> Iterator[Identifier]:
    vendor = str(given.get("vendor") or "")
    for kind, raw in given.items():
        if kind == "vendor":
            continue
        if kind not in _KINDS:
            raise InvalidValue({f"identifiers.{kind}": "is not a known kind of identifier"})
        for value in raw if isinstance(raw, list) else [raw]:
            if not isinstance(value, str):
                raise InvalidValue({f"identifiers.{kind}": "must be a text or a list of texts"})
            identifier = normalise(IdentifierKind(kind), value, vendor)
            if identifier is not None:
                yield identifier


def _parties(given: Any) -> Iterator[SeenParty]:
    if not isinstance(given, list):
        raise InvalidValue({"parties": "must be a list"})
    for number, party in enumerate(given):
        where = f"parties.{number}"
        if not isinstance(party, dict) or party.get("role") not in set(PartyRole):
            raise InvalidValue({f"{where}.role": f"must be one of {', '.join(PartyRole)}"})
        person, group = party.get("person_id"), party.get("group_id")
        if (person is None) == (group is None) or not isinstance(person or group, int):
            raise InvalidValue({where: "name a person_id or a group_id"})
        yield SeenParty(PartyRole(party["role"]), person, group)


def _read_relation(document: Mapping[str, Any], settings: BulkSettings) -> SeenRelation:
    _refuse_unknown(document, _RELATION_FIELDS)
    return SeenRelation(
        type=RelationTypeCode(_text(document, "type")),
        start=_reference(document, "start", settings),
        end=_reference(document, "end", settings),
        group=_group(document.get("group")),
        weight=_share(document, "weight"),
        confidence=_share(document, "confidence"),
        evidence=_mapping(document, "evidence"),
    )


def _reference(document: Mapping[str, Any], name: str, settings: BulkSettings) -> ItemReference:
    value = document.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return ItemReference(item_id=value)
    if isinstance(value, str) and value:
        return ItemReference(source=settings.source, key=value)
    raise InvalidValue({name: "must be an item's id, or the key of an item of this source"})


def _group(given: Any) -> GroupMembership | None:
    if given is None:
        return None
    if not isinstance(given, dict):
        raise InvalidValue({"group": "must be an object"})
    _refuse_unknown(given, _GROUP_FIELDS, "group.")
    rule = given.get("rule", "at_least")
    if rule not in {"at_least", "percent", "capacity"}:
        raise InvalidValue({"group.rule": "must be at_least, percent or capacity"})
    name = given.get("name")
    if not isinstance(name, str) or not 0 < len(name) <= 255:
        raise InvalidValue({"group.name": "must be a text of 1 to 255 characters"})
    return GroupMembership(name, rule, _amount(given, "threshold"), _amount(given, "capacity"))


def _amount(given: Mapping[str, Any], name: str) -> float:
    value = given.get(name, 1.0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1e9:
        raise InvalidValue({f"group.{name}": "must be a number from 0"})
    return float(value)


def _share(document: Mapping[str, Any], name: str) -> float:
    value = document.get(name, 1.0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise InvalidValue({name: "must be a number from 0 to 1"})
    return float(value)


def _text(document: Mapping[str, Any], name: str, *, required: bool = True) -> str:
    value = document.get(name, None if required else "")
    if not isinstance(value, str) or (required and not value) or len(value) > 255:
        raise InvalidValue({name: "must be a text of 1 to 255 characters"})
    return value


def _mapping(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = document.get(name, {})
    if not isinstance(value, dict):
        raise InvalidValue({name: "must be an object"})
    return value
