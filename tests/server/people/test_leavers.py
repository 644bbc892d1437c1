"""Who left with something in their hands."""

from cmdb.vocabulary import SERVER
from server.foundation.database import Database
from server.items.actions import ItemDraft, PartyDraft, create_item, retire_item
from server.people.sync_parties import deactivate_persons
from tests.server.people.conftest import As
from tests.support.people import BEGINNING, World


def _give(database: Database, world: World, name: str, person_id: int | None) -> int:
    assert person_id is not None
    owner = (PartyDraft("owner", person_id=person_id),)
    with database.writing() as session:
        draft = ItemDraft(SERVER, world.operations.id, {"name": name}, owner)
        return create_item(session, world.admin, draft, BEGINNING).id


def test_who_left_is_listed_with_what_they_still_stand_to(
    database: Database, world: World, as_: As
) -> None:
    kept = _give(database, world, "laptop", world.agent.person_id)
    _give(database, world, "server", world.reader.person_id)
    assert world.agent.person_id is not None
    with database.writing() as session:
        deactivate_persons(session, "local", [world.agent.person_id], BEGINNING)
    rows = as_(world.admin.person_id).get("/api/v1/leavers").get_json()["rows"]
    assert [(row["display_name"], row["holdings"]) for row in rows] == [
        (
            "Sam Support",
            [{"item_id": kept, "name": "laptop", "class_code": "server", "role": "owner"}],
        )
    ]
    # Sales sees neither the machine nor, therefore, that somebody left with it.
    assert as_(world.outsider.person_id).get("/api/v1/leavers").get_json()["rows"] == []


def test_what_is_retired_need_not_be_fetched(database: Database, world: World, as_: As) -> None:
    gone = _give(database, world, "laptop", world.agent.person_id)
    assert world.agent.person_id is not None
    with database.writing() as session:
        deactivate_persons(session, "local", [world.agent.person_id], BEGINNING)
        retire_item(session, world.admin, gone, BEGINNING)
    assert as_(world.admin.person_id).get("/api/v1/leavers").get_json()["rows"] == []
