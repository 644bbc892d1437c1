"""A drawing pad for an estate: items and relations by key, as light values."""

import random
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from cmdb.engine.identity import normalise
from cmdb.observation import (
    GroupMembership,
    Identifier,
    ItemReference,
    Observation,
    Origin,
    SeenParty,
    SeenRelation,
)
from cmdb.vocabulary import (
    DEMO,
    FQDN,
    MAC,
    NAME,
    SERIAL,
    ClassCode,
    IdentifierKind,
    RelationTypeCode,
)
from server.demo.company import DOMAIN


@dataclass(slots=True)
class Sketch:
    """Items and relations of an estate that is being drawn. ``chance`` is seeded."""

    organisation_id: int
    now: datetime
    chance: random.Random
    observations: dict[str, Observation] = field(default_factory=dict)
    relations: list[SeenRelation] = field(default_factory=list)
    _macs: int = 0

    def place(self, key: str, unit: int) -> None:
        """Say in which unit of its rack an item stands."""
        seen = self.observations[key]
        values = {**seen.values, "rack_position": unit, "rack_height": 1}
        self.observations[key] = replace(seen, values=values)

    def item(
        self,
        key: str,
        class_code: str,
        parties: tuple[SeenParty, ...] | None = None,
        **values: Any,
    ) -> str:
        """Draw an item and return its key; ``name`` defaults to the key."""
        values.setdefault("name", key)
        self.observations[key] = Observation(
            origin=Origin(DEMO, key),
            class_code=ClassCode(class_code),
            organisation_id=self.organisation_id,
            observed_at=self.now - timedelta(minutes=self.chance.randrange(2, 55)),
            identifiers=self._evidence(values),
            values=values,
            parties=parties,
        )
        return key

    def _evidence(self, values: dict[str, Any]) -> tuple[Identifier, ...]:
        claims: list[tuple[IdentifierKind, str, str]] = []
        if "serial" in values:
            claims.append((SERIAL, values["serial"], values.get("vendor", "")))
            claims.append((MAC, self._mac(), ""))
        if "fqdn" in values:
            claims.append((FQDN, values["fqdn"], ""))
            claims.append((NAME, values["name"], ""))
        found = (normalise(kind, raw, vendor) for kind, raw, vendor in claims)
        return tuple(identifier for identifier in found if identifier is not None)

    def _mac(self) -> str:
        self._macs += 1
        number = self._macs
        return f"00:1e:67:{number >> 16 & 255:02x}:{number >> 8 & 255:02x}:{number & 255:02x}"

    def serial(self, prefix: str) -> str:
        """Return a serial number that no other item of the drawing has."""
        return f"{prefix}{len(self.observations):05d}{self.chance.randrange(1000, 9999)}"

    def relate(
        self,
        kind: str,
        start: str,
        end: str,
        group: GroupMembership | None = None,
        weight: float = 1.0,
    ) -> None:
        """Draw a relation between two keys, in the type's reading direction."""
        self.relations.append(
            SeenRelation(
                RelationTypeCode(kind),
                ItemReference(source=DEMO, key=start),
                ItemReference(source=DEMO, key=end),
                group,
                weight,
            )
        )

    def any_of(self, kind: str, start: str, ends: list[str], name: str, needed: int = 1) -> None:
        """Draw a redundancy group: ``start`` needs ``needed`` of ``ends``."""
        for end in ends:
            self.relate(kind, start, end, GroupMembership(name, "at_least", float(needed)))


def fqdn(name: str) -> str:
    """Return a host's full name in the demo company's domain."""
    return f"{name}.{DOMAIN}"
