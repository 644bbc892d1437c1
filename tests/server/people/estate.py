"""Machines that an agent reported, and what the register says of a directory's computers."""

from datetime import datetime
from uuid import NAMESPACE_DNS, uuid5

from sqlalchemy import select

from cmdb.engine.identity import normalise
from cmdb.inventory.door import Inventory
from cmdb.observation import Observation, Origin
from cmdb.records.items import Item, ItemParty
from cmdb.records.sources import ItemSource
from cmdb.vocabulary import AGENT, AGENT_ID, DESKTOP, DIRECTORY, FQDN, MACHINE_ID, NAME
from server.foundation.database import Database
from server.people.models import DirectoryComputer
from tests.server.people.company import NOON


class Estate:
    """The register, as agents fill it and a directory's computers meet it."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def report(self, fqdn: str, organisation_id: int, number: int, now: datetime = NOON) -> int:
        """Let the agent of machine `number` report; return its item."""
        name = fqdn.partition(".")[0]
        said = (
            normalise(AGENT_ID, f"agent-{number}"),
            normalise(MACHINE_ID, uuid5(NAMESPACE_DNS, f"{number}").hex),
            normalise(FQDN, fqdn),
            normalise(NAME, name),
        )
        with self.database.writing() as session:
            recorded = Inventory(session, now).record(
                Observation(
                    origin=Origin(AGENT, f"agent-{number}"),
                    class_code=DESKTOP,
                    organisation_id=organisation_id,
                    observed_at=now,
                    identifiers=tuple(one for one in said if one is not None),
                    values={"name": name, "fqdn": fqdn},
                )
            )
        assert recorded.item_id is not None
        return recorded.item_id

    def items(self) -> dict[str, int]:
        """Return the items by name."""
        with self.database.reading() as session:
            rows = session.execute(select(Item.name, Item.id))
            return {row.name: row.id for row in rows}

    def item(self, item_id: int) -> Item:
        """Return an item."""
        with self.database.reading() as session:
            return session.get_one(Item, item_id)

    def whys(self) -> dict[str, str]:
        """Return why each computer that is in the directory stands for no item."""
        query = select(DirectoryComputer.name, DirectoryComputer.why).where(
            DirectoryComputer.gone_at.is_(None)
        )
        with self.database.reading() as session:
            return {row.name: row.why for row in session.execute(query)}

    def logons(self, item_id: int) -> list[str | None]:
        """Return when the directory saw the item's computers log on."""
        with self.database.reading() as session:
            rows = session.scalars(
                select(ItemSource.readings).where(
                    ItemSource.item_id == item_id, ItemSource.source == DIRECTORY
                )
            )
            return [readings.get("directory_logon") for readings in rows]

    def owners(self, item_id: int) -> list[tuple[str, int | None]]:
        """Return in which roles people stand to the item."""
        with self.database.reading() as session:
            rows = session.execute(
                select(ItemParty.role, ItemParty.person_id).where(ItemParty.item_id == item_id)
            )
            return [(row.role, row.person_id) for row in rows]
