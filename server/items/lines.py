"""One line of a bulk request or of a file, read: an item, or a relation.

    {"kind": "item", "key": "srv-1", "class": "server", "values": {"name": "srv-1", …},
     "identifiers": {"serial": "…", "vendor": "…", "mac": ["…"]}, "parties": […]}
    {"kind": "relation", "type": "runs_on", "start": "app-1", "end": "srv-1",
     "group": {"name": "web", "rule": "at_least", "threshold": 1}}

What stands in the values (serial, uuid, name …) is evidence too; ``identifiers`` need only name
what is no attribute, or give the serial's maker.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cmdb.engine.identity import evidence_of, normalise
from cmdb.errors import InvalidValue
from cmdb.inventory.storable import storable_text
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
from server.items.payload import read_json

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
_GROUP_RULES = ("at_least", "percent", "capacity")
_LONGEST = 255


@dataclass(frozen=True, slots=True)
class LineOrigin:
    """From which source, into which organisation and when lines are read."""

    organisation_id: int
    source: SourceCode
    now: datetime


def read_line(line: bytes, origin: LineOrigin) -> Observation | SeenRelation:
    """Read one line. Raises ``InvalidValue`` naming each field that is wrong."""
    if len(line) > MAX_LINE:
        raise InvalidValue({"line": f"is longer than {MAX_LINE} bytes"})
    document = read_json(line, "line")
    if not isinstance(document, dict):
        raise InvalidValue({"line": "must be a JSON object"})
    kind = document.get("kind")
    if kind == "item":
        return _read_item(document, origin)
    if kind == "relation":
        return _read_relation(document, origin)
    raise InvalidValue({"kind": "must be 'item' or 'relation'"})


def _refuse_unknown(document: Mapping[str, Any], known: frozenset[str], prefix: str = "") -> None:
    unknown = sorted(set(document) - known)
    if unknown:
        raise InvalidValue({f"{prefix}{name}": "is not a known field" for name in unknown[:20]})


def _read_item(document: Mapping[str, Any], origin: LineOrigin) -> Observation:
    _refuse_unknown(document, _ITEM_FIELDS)
    class_code = _text(document, "class")
    key = _text(document, "key", required=False)
    values = _mapping(document, "values")
    parties = document.get("parties")
    given = _mapping(document, "identifiers")
    return Observation(
        origin=Origin(origin.source, key, _share(document, "confidence")),
        class_code=ClassCode(class_code),
        organisation_id=origin.organisation_id,
        observed_at=origin.now,
        identifiers=tuple(dict.fromkeys(_evidence(given, values, class_code))),
        values=values,
        parties=None if parties is None else tuple(_parties(parties)),
    )


def _evidence(
    given: Mapping[str, Any], values: Mapping[str, Any], class_code: str
) -> Iterator[Identifier]:
    """Yield what the identifiers say, and of other kinds what the values say."""
    yield from _identifiers(given)
    maker = {"vendor": given["vendor"]} if isinstance(given.get("vendor"), str) else {}
    for found in evidence_of({**values, **maker}, class_code):
        if found.kind not in given:
            yield found


def _identifiers(given: Mapping[str, Any]) -> Iterator[Identifier]:
    vendor = given.get("vendor") or ""
    if not isinstance(vendor, str):
        raise InvalidValue({"identifiers.vendor": "must be a text"})
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
        if (person is None) == (group is None) or not _is_id(group if person is None else person):
            raise InvalidValue({where: "name a person_id or a group_id"})
        yield SeenParty(PartyRole(party["role"]), person, group)


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _read_relation(document: Mapping[str, Any], origin: LineOrigin) -> SeenRelation:
    _refuse_unknown(document, _RELATION_FIELDS)
    return SeenRelation(
        type=RelationTypeCode(_text(document, "type")),
        start=_reference(document, "start", origin),
        end=_reference(document, "end", origin),
        group=_group(document.get("group")),
        weight=_share(document, "weight"),
        confidence=_share(document, "confidence"),
        evidence=_mapping(document, "evidence"),
    )


def _reference(document: Mapping[str, Any], name: str, origin: LineOrigin) -> ItemReference:
    value = document.get(name)
    if _is_id(value):
        return ItemReference(item_id=value)
    if isinstance(value, str):
        return ItemReference(source=origin.source, key=_text(document, name))
    raise InvalidValue({name: "must be an item's id, or the key of an item of this source"})


def _group(given: Any) -> GroupMembership | None:
    if given is None:
        return None
    if not isinstance(given, dict):
        raise InvalidValue({"group": "must be an object"})
    _refuse_unknown(given, _GROUP_FIELDS, "group.")
    rule = given.get("rule", "at_least")
    if rule not in _GROUP_RULES:
        raise InvalidValue({"group.rule": f"must be one of {', '.join(_GROUP_RULES)}"})
    name = _text(given, "name", prefix="group.")
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


def _text(
    document: Mapping[str, Any], name: str, *, required: bool = True, prefix: str = ""
) -> str:
    value = document.get(name, None if required else "")
    if not isinstance(value, str) or (required and not value) or len(value) > _LONGEST:
        raise InvalidValue({prefix + name: f"must be a text of 1 to {_LONGEST} characters"})
    if storable_text(value) != value:
        raise InvalidValue({prefix + name: "holds characters that cannot be stored"})
    return value


def _mapping(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = document.get(name, {})
    if not isinstance(value, dict):
        raise InvalidValue({name: "must be an object"})
    return value
