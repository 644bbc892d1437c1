"""A small estate on which the desk is tried, with people around it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from cmdb.inventory.door import Inventory
from cmdb.observation import ItemReference, Observation, Origin, SeenParty, SeenRelation
from cmdb.vocabulary import DEPENDS_ON, PERSON, ClassCode, PartyRole
from server.foundation.database import Database
from server.wiring import REACTIONS
from tests.support.people import World, make_world
from tests.support.standing import standing

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
EARLIER = NOW - timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Estate:
    """Ids of what stands here, owner in brackets; an arrow points at what suffers.

    san ──> db (agent) ──> app ──> orders (tier 0, change manager)
                      └──────────> reports (tier 2, nobody)
    laptop (used by the requester)
    """

    world: World
    san: int
    db: int
    app: int
    orders: int
    reports: int
    laptop: int


def make_estate(session: Session) -> Estate:
    """Write people and items into an empty database; the caller commits."""
    world = make_world(session)
    put = _Putting(session, world.root.id)
    agent, manager = world.agent.person_id, world.change_manager.person_id
    estate = Estate(
        world=world,
        san=put.item("storage_array", "san-1"),
        db=put.item("server", "db-07", owner=agent),
        app=put.item("server", "app-1"),
        orders=put.item("business_service", "Orders", owner=manager, tier=0),
        reports=put.item("business_service", "Reports", tier=2),
        laptop=put.item("laptop", "LT-0231", user=world.requester.person_id),
    )
    put.relation(estate.db, DEPENDS_ON, estate.san)
    put.relation(estate.app, DEPENDS_ON, estate.db)
    put.relation(estate.orders, DEPENDS_ON, estate.app)
    put.relation(estate.reports, DEPENDS_ON, estate.db)
    return estate


class _Putting:
    """Puts items and relations through the one door."""

    def __init__(self, session: Session, organisation_id: int) -> None:
        self._door = Inventory(session, EARLIER)
        self._organisation_id = organisation_id

    def item(
        self,
        class_code: str,
        name: str,
        *,
        owner: int | None = None,
        user: int | None = None,
        tier: int | None = None,
    ) -> int:
        parties = [SeenParty(PartyRole.OWNER, owner, None)] if owner else []
        parties += [SeenParty(PartyRole.USER, user, None)] if user else []
        values: dict[str, object] = {"name": name}
        if tier is not None:
            values["criticality"] = tier
        recorded = self._door.record(
            Observation(
                origin=Origin(PERSON, name),
                class_code=ClassCode(class_code),
                organisation_id=self._organisation_id,
                observed_at=EARLIER,
                values=values,
                parties=tuple(parties) or None,
            )
        )
        assert recorded.item_id is not None, recorded
        return recorded.item_id

    def relation(self, start: int, kind: str, end: int) -> None:
        seen = SeenRelation(kind, ItemReference(item_id=start), ItemReference(item_id=end))  # type: ignore[arg-type]
        (related,) = self._door.relate([seen], PERSON, self._organisation_id)
        assert not related.problems, related


@contextmanager
def estate_at(url: str) -> Iterator[tuple[Database, Estate]]:
    """Give a database with the estate committed, reactions as in the running server."""
    database = Database(url, REACTIONS)
    try:
        yield database, standing(database, make_estate)
    finally:
        database.dispose()


def put_many(session: Session, estate: Estate, count: int) -> list[int]:
    """Add servers that the application needs, and return their ids."""
    put = _Putting(session, estate.world.root.id)
    owner = estate.world.agent.person_id
    ids = [put.item("server", f"node-{number}", owner=owner) for number in range(count)]
    for item_id in ids:
        put.relation(estate.app, DEPENDS_ON, item_id)
    return ids
