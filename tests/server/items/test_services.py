"""*New service*: members proposed with evidence, ticked by a person, and a service that suffers."""

from typing import Any

import pytest
from sqlalchemy import select

from cmdb.inventory.door import Inventory
from cmdb.observation import Observation, Origin, Section
from cmdb.records.facts import Listener
from cmdb.vocabulary import AGENT, SERVER
from server.foundation.clock import utc_now
from server.foundation.database import Database
from tests.server.items.rest import Caller, Callers, refused
from tests.support.people import World


def listening(database: Database, organisation_id: int, name: str = "this-machine") -> int:
    """A machine as its agent reports it, with a web server; the id of the listening port."""
    ports = [{"protocol": "tcp", "address": "::", "port": 443, "process": "nginx", "user": "www"}]
    seen = Observation(
        Origin(AGENT, f"agent of {name}"),
        SERVER,
        organisation_id,
        utc_now(),
        values={"name": name},
        sections=(Section("listeners", "1", ports),),
    )
    with database.writing() as session:
        item_id = Inventory(session, utc_now()).record(seen).item_id
        return session.scalars(select(Listener.id).where(Listener.item_id == item_id)).one()


def draft(**more: Any) -> dict[str, Any]:
    return {"name": "Orders", "organisation_id": 1, **more}


def test_a_service_on_ones_own_machine_suffers_with_it(
    callers: Callers, world: World, database: Database
) -> None:
    manager = callers.manager
    port = listening(database, world.operations.id)
    body = draft(
        listener_id=port, criticality=1, owner_person_id=world.configuration_manager.person_id
    )
    service = manager.post("/services", body)
    assert (service["class"], service["name"], service["criticality"]) == (
        "business_service",
        "Orders",
        1,
    )
    (needs,) = manager.get(f"/items/{service['id']}/relations")
    component = needs["other"]
    assert component["name"] == "nginx:443 on this-machine"
    host = manager.get("/items", q="this-machine")["rows"][0]["id"]
    impact = manager.get(f"/items/{host}/impact")
    assert [row["item"]["name"] for row in impact["services"]] == ["Orders"]
    names = [hop["item"]["name"] for hop in impact["services"][0]["path"]]
    assert names == ["this-machine", "nginx:443 on this-machine", "Orders"]


def test_two_services_behind_one_port_share_the_component(
    callers: Callers, world: World, database: Database
) -> None:
    port = listening(database, world.operations.id)
    first = callers.manager.post("/services", draft(listener_id=port))
    second = callers.manager.post("/services", draft(listener_id=port, name="Invoices"))
    members = {
        callers.manager.get(f"/items/{service['id']}/relations")[0]["other"]["id"]
        for service in (first, second)
    }
    assert len(members) == 1


def test_members_are_proposed_layer_by_layer_and_what_is_hidden_is_not(
    callers: Callers, world: World, local_manager: Caller
) -> None:
    admin = callers.admin
    web, app, db = (admin.create(name, organisation_id=2) for name in ("web", "app", "db"))
    hidden = admin.create("hidden", organisation_id=world.sales.id)
    admin.relate("depends_on", web, app)
    admin.relate("depends_on", app, db)
    admin.relate("depends_on", app, hidden)
    proposed = local_manager.get(f"/items/{web}/service-members")
    told = [(row["item"]["name"], row["layer"], row["evidence"]) for row in proposed]
    assert told == [("web", 0, "entry"), ("app", 1, "needed"), ("db", 2, "needed")]
    members = [row["item"]["id"] for row in proposed[1:]]
    body = draft(organisation_id=world.operations.id, entry_item_id=web, member_ids=members)
    service = local_manager.post("/services", body)
    assert len(local_manager.get(f"/items/{service['id']}/relations")) == 3


def test_a_duplicate_name_is_refused_however_it_is_written(callers: Callers) -> None:
    entry = callers.manager.create("web")
    service = callers.manager.post("/services", draft(entry_item_id=entry))
    for name in ("Orders", " orders ", "ORDERS"):
        answer = callers.manager.send(
            "POST", "/services", json=draft(entry_item_id=entry, name=name)
        )
        assert refused(answer, 409, "duplicate-name").keys() == {"name"}
    callers.manager.send("DELETE", f"/items/{service['id']}")
    assert callers.manager.post("/services", draft(entry_item_id=entry))["id"] != service["id"]


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"entry_item_id": None}, {"member_ids"}),
        ({"entry_item_id": 4711}, {"member_ids"}),
        ({"member_ids": [4711]}, {"member_ids"}),
        ({"listener_id": 4711}, {"listener_id"}),
        ({"organisation_id": 4711}, {"organisation_id"}),
        ({"criticality": 7}, {"criticality"}),
        ({"name": ""}, {"name"}),
        ({"owner_person_id": 4711}, {"parties.0.person_id"}),
        ({"owner_person_id": 1, "owner_group_id": 1}, {"parties.0"}),
        ({"colour": "blue"}, {"colour"}),
    ],
)
def test_every_wrong_field_is_named_and_nothing_is_half_written(
    callers: Callers, change: dict[str, Any], fields: set[str]
) -> None:
    entry = callers.admin.create("web")
    answer = callers.admin.send("POST", "/services", json=draft(entry_item_id=entry) | change)
    assert refused(answer, 422).keys() == fields
    assert callers.admin.get("/items", **{"class": "business_service"})["rows"] == []


def test_entry_points_out_of_sight_or_reach_are_refused(
    callers: Callers, world: World, database: Database, local_manager: Caller
) -> None:
    hidden = listening(database, world.sales.id)
    body = draft(organisation_id=world.operations.id, listener_id=hidden)
    answer = local_manager.send("POST", "/services", json=body)
    assert refused(answer, 422) == {"listener_id": f"there is no listening port {hidden}"}
    theirs = callers.admin.create("theirs", organisation_id=world.sales.id)
    refused(local_manager.send("GET", f"/items/{theirs}/service-members"), 404)
    elsewhere = draft(organisation_id=world.sales.id, entry_item_id=theirs)
    assert local_manager.send("POST", "/services", json=elsewhere).status_code in {403, 422}
    refused(callers.reader.send("POST", "/services", json=draft(entry_item_id=theirs)), 403)
