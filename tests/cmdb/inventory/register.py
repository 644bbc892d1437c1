"""A register with the small world of people in it, and short words for what sources say."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import select

from cmdb.inventory.door import Inventory
from cmdb.inventory.outcomes import Author, Recorded, Related
from cmdb.observation import (
    GroupMembership,
    Identifier,
    ItemReference,
    Observation,
    Origin,
    Section,
    SeenRelation,
)
from cmdb.records.base import Base
from cmdb.records.history import HistoryEntry
from cmdb.records.items import Item
from cmdb.records.relations import GraphChange, Relation
from cmdb.vocabulary import AGENT, PERSON, REST, ClassCode, RelationTypeCode, SourceCode
from server.foundation.database import Database
from tests.cmdb.engine.machines import Machine
from tests.support.people import make_world
from tests.support.standing import standing

Row = TypeVar("Row", bound=Base)
MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Register:
    """Records in a transaction of its own each time, at a moment that only moves when told."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = MORNING
        world = standing(database, make_world)
        self.root, self.operations, self.sales = (
            world.root.id,
            world.operations.id,
            world.sales.id,
        )
        self.support = world.support.id
        self.person = world.agent.person_id or 0

    def record(self, *observations: Observation, author: Author | None = None) -> list[Recorded]:
        with self.database.writing() as session:
            return Inventory(session, self.now, author).record_many(observations)

    def item_of(self, observation: Observation) -> int:
        """Record one observation that must land, and return its item."""
        (recorded,) = self.record(observation)
        assert recorded.item_id is not None, recorded
        return recorded.item_id

    def agent(self, machine: Machine, key: str | None = None, **what: Any) -> Observation:
        """What the machine's agent reports; its identity section included."""
        values = {"name": machine.name, **what.pop("values", {})}
        return self.says(
            AGENT,
            machine.agent_id if key is None else key,
            values,
            identifiers=machine.evidence(),
            organisation_id=machine.organisation_id,
            **what,
        )

    def says(
        self, source: str, key: str = "", values: Mapping[str, Any] | None = None, **what: Any
    ) -> Observation:
        return Observation(
            origin=Origin(SourceCode(source), key),
            class_code=ClassCode(what.pop("class_code", "server")),
            organisation_id=what.pop("organisation_id", self.root),
            observed_at=what.pop("observed_at", self.now),
            values=values or {},
            **what,
        )

    def types(self, item_id: int, values: Mapping[str, Any], **what: Any) -> Recorded:
        """What a person types into the form of one item."""
        (recorded,) = self.record(self.says(PERSON, "", values, item_id=item_id, **what))
        return recorded

    def imported(self, key: str, class_code: str = "server", **values: Any) -> int:
        """The item of a key of the source ``rest``, named like its key."""
        return self.item_of(self.says(REST, key, {"name": key, **values}, class_code=class_code))

    def relate(self, *relations: SeenRelation, source: str = REST) -> list[Related]:
        with self.database.writing() as session:
            door = Inventory(session, self.now)
            return door.relate(relations, SourceCode(source), self.root)

    def unrelate(self, *relation_ids: int, source: str = PERSON) -> int:
        with self.database.writing() as session:
            return Inventory(session, self.now).unrelate(relation_ids, SourceCode(source))

    def item(self, item_id: int) -> Item:
        with self.database.reading() as session:
            return session.get_one(Item, item_id)

    def rows(self, kind: type[Row], *where: Any) -> Sequence[Row]:
        with self.database.reading() as session:
            return session.scalars(
                select(kind).where(*where).order_by(*kind.__table__.primary_key)
            ).all()

    def history(self, item_id: int) -> list[tuple[str, str, dict[str, Any]]]:
        found = self.rows(HistoryEntry, HistoryEntry.item_id == item_id)
        return [(row.kind, row.subject, row.detail) for row in found]

    def live(self) -> Sequence[Relation]:
        return self.rows(Relation, Relation.valid_to.is_(None))

    def log(self) -> list[tuple[int, str, int]]:
        return [(row.seq, row.op, row.row_id) for row in self.rows(GraphChange)]

    def later(self, gap: timedelta = HOUR) -> None:
        self.now += gap


def relation(
    start: int | str,
    verb: str,
    end: int | str,
    group: GroupMembership | None = None,
    **what: Any,
) -> SeenRelation:
    """A relation between items, or between keys of the source ``rest``."""
    near, far = (
        ItemReference(item_id=one) if isinstance(one, int) else ItemReference(source=REST, key=one)
        for one in (start, end)
    )
    return SeenRelation(RelationTypeCode(verb), near, far, group=group, **what)


def section(name: str, rows: Sequence[Any] | None, digest: str | None = None) -> Section:
    """A section whose digest changes with its rows, unless one is given."""
    return Section(name, digest or f"{hash(repr(rows)):x}", rows)


def packages(**versions: str) -> Section:
    return section("software", [("deb", name, v, "amd64") for name, v in versions.items()])


def identifier(kind: str, value: str) -> Identifier:
    return Identifier(kind, value)  # type: ignore[arg-type]  # kinds are plain text
