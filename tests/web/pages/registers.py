"""Items for tests of pages, written through the one door."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from cmdb.inventory.door import Inventory
from cmdb.observation import ItemReference, Observation, Origin, SeenRelation
from cmdb.vocabulary import DEPENDS_ON, PERSON, ClassCode

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def add_item(
    session: Session,
    organisation_id: int,
    name: str,
    class_code: str = "server",
    now: datetime = NOW,
) -> int:
    """Write one item and return its id."""
    recorded = Inventory(session, now).record(
        Observation(
            origin=Origin(PERSON),
            class_code=ClassCode(class_code),
            organisation_id=organisation_id,
            observed_at=now,
            values={"name": name},
        )
    )
    assert recorded.item_id is not None
    return recorded.item_id


def depend(session: Session, organisation_id: int, dependant: int, provider: int) -> None:
    """Let one item need another."""
    seen = SeenRelation(
        DEPENDS_ON, ItemReference(item_id=dependant), ItemReference(item_id=provider)
    )
    Inventory(session, NOW).relate([seen], PERSON, organisation_id)
