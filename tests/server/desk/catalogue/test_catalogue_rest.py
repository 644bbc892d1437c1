"""The catalogue over REST: drafts, publications, for whom they are, and who keeps them."""

from typing import Any

from server.foundation.database import Database
from server.people.organisations import create_organisation
from tests.server.desk.catalogue.test_rules import choice, labels, offering, question
from tests.server.desk.estate import NOW, Estate
from tests.server.desk.tickets.test_tickets_rest import faults

CATALOGUE, OFFERINGS = "/api/v1/catalogue", "/api/v1/offerings"


def publish(client: Any, code: str, document: dict[str, Any], **more: Any) -> int:
    """Write and publish an offering; return its version."""
    written = client.put(f"{CATALOGUE}/{code}", json={"document": document})
    if written.status_code == 404:
        written = client.post(CATALOGUE, json={"code": code, "document": document})
    assert written.status_code in (200, 201), written.json
    published = client.post(f"{CATALOGUE}/{code}/publish", json=more)
    assert published.status_code == 200, published.json
    return int(published.json["version"])


def codes(client: Any, query: str = "") -> list[str]:
    return [one["code"] for one in client.get(f"{OFFERINGS}{query}").json]


def test_a_draft_is_shown_to_nobody_and_a_publication_is_kept(as_: Any, estate: Estate) -> None:
    admin, requester = as_(estate.world.admin), as_(estate.world.requester)
    document = offering(fields=[choice("size", "a", "b")])
    made = admin.post(CATALOGUE, json={"code": "chair", "document": document})
    assert (made.status_code, made.json["state"], made.json["version"]) == (201, "draft", 0)
    assert codes(requester) == []
    assert requester.get(f"{OFFERINGS}/chair").status_code == 404
    assert publish(admin, "chair", document) == 1
    shown = requester.get(f"{OFFERINGS}/chair").json
    assert (shown["version"], [one["code"] for one in shown["fields"]]) == (1, ["size"])
    assert "approvals" not in shown
    later = offering(names=labels("A better chair"))
    changed = admin.put(f"{CATALOGUE}/chair", json={"document": later})
    assert (changed.json["has_changes"], changed.json["state"]) == (True, "published")
    assert requester.get(f"{OFFERINGS}/chair").json["names"] == labels("A thing")
    assert publish(admin, "chair", later) == 2
    assert requester.get(f"{OFFERINGS}/chair").json["names"] == labels("A better chair")
    old = requester.get(f"{OFFERINGS}/chair?version=1").json
    assert (old["version"], old["names"]) == (1, labels("A thing"))
    versions = admin.get(f"{CATALOGUE}/chair/versions").json
    assert [one["version"] for one in versions] == [2, 1]
    assert requester.get(f"{OFFERINGS}/chair?version=9").status_code == 404


def test_what_is_withdrawn_says_so_and_what_is_retired_is_gone(as_: Any, estate: Estate) -> None:
    admin, requester = as_(estate.world.admin), as_(estate.world.requester)
    publish(admin, "chair", offering())
    publish(admin, "chair", offering(), withdraw_older=True)
    refused = requester.get(f"{OFFERINGS}/chair?version=1")
    assert refused.status_code == 409
    assert "version 1 of chair is no longer offered" in refused.json["detail"]
    assert admin.delete(f"{CATALOGUE}/chair").status_code == 409
    assert admin.post(f"{CATALOGUE}/chair/retire").json["state"] == "retired"
    assert admin.post(f"{CATALOGUE}/chair/retire").status_code == 409
    assert codes(requester) == []
    assert requester.get(f"{OFFERINGS}/chair").status_code == 404
    assert requester.get(f"{OFFERINGS}/chair?version=2").status_code == 409
    assert publish(admin, "chair", offering()) == 3
    assert codes(requester) == ["chair"]


def test_an_offering_is_for_whom_it_is_meant(as_: Any, database: Database, estate: Estate) -> None:
    world = estate.world
    admin = as_(world.admin)
    with database.writing() as session:
        below = create_organisation(session, world.sales, "shop", "Shop", NOW)
        below_id = below.id
    somebody = {"everyone": False}
    publish(admin, "open", offering())
    publish(admin, "group", offering(audience=somebody | {"group_ids": [world.support.id]}))
    sales = offering(audience=somebody | {"organisation_ids": [world.sales.id]})
    publish(admin, "sales", sales)
    shop = offering(audience=somebody | {"organisation_ids": [below_id]})
    publish(admin, "shop", shop)
    requester, agent = as_(world.requester), as_(world.agent)
    assert codes(requester) == ["open", "sales"]
    assert codes(agent) == ["open", "group"]
    assert agent.get(f"{OFFERINGS}/sales").status_code == 404
    assert as_(world.nobody).get(OFFERINGS).status_code == 403
    sections = requester.get("/api/v1/offering-sections").json
    assert sections == [{"code": "things", "labels": labels("Things")}]


def test_offerings_are_found_by_words_of_any_language_and_by_section(
    as_: Any, estate: Estate
) -> None:
    admin, requester = as_(estate.world.admin), as_(estate.world.requester)
    added = admin.post("/api/v1/shipped-offerings").json
    assert len(added) == 5
    assert {one["state"] for one in added} == {"draft"}
    assert admin.post("/api/v1/shipped-offerings").json == []
    for one in added:
        admin.post(f"{CATALOGUE}/{one['code']}/publish", json={})
    assert codes(requester, "?text=lapt") == ["new_laptop"]
    assert codes(requester, "?text=ноутбуки") == ["new_laptop"]
    assert codes(requester, "?text=portátil") == ["new_laptop"]
    assert codes(requester, "?text=***") == []
    assert set(codes(requester, "?section=access")) == {"guest_network", "shared_folder"}


def test_bad_documents_are_refused_whole_and_only_who_rules_may_write(
    as_: Any, estate: Estate
) -> None:
    admin = as_(estate.world.admin)
    document = offering(
        fields=[question("it", "item", class_code="dragon")],
        approvals=[{"who": "persons", "person_ids": [999]}, {"who": "groups", "group_ids": [999]}],
        tasks=[{"code": "do", "titles": labels("Do"), "group_id": 999}],
        ticket={"group_id": 999, "category": "magic", "urgency": "never"},
        audience={"everyone": False, "organisation_ids": [999]},
    )
    refused = admin.post(CATALOGUE, json={"code": "chair", "document": document})
    assert refused.status_code == 422
    assert set(faults(refused)) == {
        "fields.0.class_code",
        "approvals.0.person_ids.0",
        "approvals.1.group_ids.0",
        "tasks.0.group_id",
        "ticket.group_id",
        "ticket.category",
        "ticket.urgency",
        "audience.organisation_ids.0",
    }
    strange = {"code": "chair", "document": offering(ticket={"category": "magic"})}
    assert faults(admin.post(CATALOGUE, json=strange)) == {"ticket.category"}
    new = {"code": "chair", "document": offering()}
    agent = as_(estate.world.agent)
    assert agent.post(CATALOGUE, json=new).status_code == 403
    assert agent.get(CATALOGUE).status_code == 403
    made = admin.post(CATALOGUE, json=new)
    assert admin.post(CATALOGUE, json=new).status_code == 409
    tag = {"If-Match": admin.get(f"{CATALOGUE}/chair").headers["ETag"]}
    later = {"document": offering(names=labels("Stool"))}
    assert made.status_code == 201
    assert admin.put(f"{CATALOGUE}/chair", json=later, headers=tag).status_code == 200
    assert admin.put(f"{CATALOGUE}/chair", json=later, headers=tag).status_code == 412
    assert admin.delete(f"{CATALOGUE}/chair").status_code == 204
    assert admin.get(f"{CATALOGUE}/chair").status_code == 404
