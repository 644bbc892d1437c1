"""Who belongs to a service: proposed with evidence, decided by a person, proposed again later."""

from pathlib import Path
from typing import Any

import pytest

from cmdb.observation import Identifier
from cmdb.vocabulary import FQDN
from server.foundation.database import Database
from tests.server.items.deriving_estate import Estate, call, card, listener
from tests.server.items.rest import Caller, Callers, refused
from tests.support.people import World


@pytest.fixture
def estate(database: Database, world: World, tmp_path: Path) -> Estate:
    return Estate(database, world, tmp_path)


def db_host(estate: Estate, number: int, program: str = "postgres", port: int = 5432) -> int:
    return estate.machine(
        f"db-{number}",
        interfaces=[card(f"18:66:da:00:02:{number:02}", f"192.0.2.{20 + number}")],
        listeners=[listener(port, program)],
    )


def web_host(estate: Estate, *calls: dict[str, Any]) -> int:
    return estate.machine(
        "web-1",
        fqdn="orders.example.test",
        interfaces=[card("18:66:da:00:00:01", "192.0.2.1")],
        listeners=[listener(443, "nginx")],
        connections=list(calls),
    )


def draw(caller: Caller, estate: Estate, **more: Any) -> dict[str, Any]:
    body = {"name": "Orders", "organisation_id": estate.organisation_id, **more}
    service: dict[str, Any] = caller.post("/services", body)
    return service


def members(caller: Caller, service: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = caller.get(f"/services/{service['id']}/members")
    return found


def names(rows: list[dict[str, Any]]) -> list[str]:
    return [row["item"]["name"] for row in rows]


def state_of(caller: Caller, service: dict[str, Any], failed: list[int]) -> str:
    rows = caller.post("/impact", {"failed": failed}, 200)["affected"]
    states: dict[int, str] = {row["item"]["id"]: row["state"] for row in rows}
    return states.get(service["id"], "up")


def test_a_proposal_says_how_far_down_over_what_and_how_it_is_needed(
    estate: Estate, callers: Callers
) -> None:
    db_host(estate, 1)
    web = web_host(estate, call("192.0.2.21", 5432, "app"))
    estate.derive()
    entry, db = callers.manager.get(f"/items/{web}/service-members")
    assert (entry["stand"], entry["evidence"], entry["layer"]) == ("entry", "entry", 0)
    assert (db["item"]["name"], db["layer"], db["stand"], db["need"]) == ("db-1", 1, "open", "hard")
    assert db["via"]["name"] == "web-1"
    assert db["why"]["seen"] == [{"client": "app", "port": 5432, "server": "postgres"}]


def test_a_ticked_member_takes_the_service_down_and_an_unticked_one_does_not(
    estate: Estate, callers: Callers
) -> None:
    dbs = [db_host(estate, 1), db_host(estate, 2, "redis-server", 6379)]
    web = web_host(estate, call("192.0.2.21", 5432), call("192.0.2.22", 6379))
    estate.derive()
    service = draw(
        callers.manager,
        estate,
        entry_item_id=web,
        members=[{"item_id": dbs[0]}],
        rejected_ids=[dbs[1]],
    )
    assert state_of(callers.admin, service, [dbs[0]]) == "down"
    assert state_of(callers.admin, service, [dbs[1]]) == "degraded"
    told = members(callers.manager, service)
    assert names(told["members"]) == ["web-1", "db-1"]
    assert told["proposals"] == []
    assert names(told["rejected"]) == ["db-2"]


def test_several_directories_called_alike_are_one_group_of_which_one_is_enough(
    estate: Estate, callers: Callers
) -> None:
    directories = [db_host(estate, number, "slapd", 389) for number in (1, 2)]
    web = web_host(estate, call("192.0.2.21", 389), call("192.0.2.22", 389))
    estate.derive()
    proposed = callers.manager.get(f"/items/{web}/service-members")[1:]
    assert [(one["need"], one["group"]) for one in proposed] == [
        ("group", {"name": "slapd 389", "rule": "at_least", "threshold": 1, "members": 2})
    ] * 2
    chosen = [
        {"item_id": i, "need": "group", "group": "slapd 389", "threshold": 1} for i in directories
    ]
    service = draw(callers.manager, estate, entry_item_id=web, members=chosen)
    # The host itself was seen to call both, so it suffers; the service goes on.
    assert state_of(callers.admin, service, directories[:1]) == "degraded"
    assert state_of(callers.admin, service, directories) == "down"


def test_what_is_found_later_is_proposed_and_never_added_silently(
    estate: Estate, callers: Callers
) -> None:
    first = db_host(estate, 1)
    web = web_host(estate, call("192.0.2.21", 5432))
    estate.derive()
    service = draw(callers.manager, estate, entry_item_id=web, rejected_ids=[first])
    assert members(callers.manager, service)["proposals"] == []
    second = db_host(estate, 2)
    web_host(estate, call("192.0.2.21", 5432), call("192.0.2.22", 5432))
    estate.derive()
    told = members(callers.manager, service)
    assert names(told["proposals"]) == ["db-2"], "what was left out is not offered again"
    assert names(told["members"]) == ["web-1"]
    assert state_of(callers.admin, service, [second]) == "degraded"


def test_members_are_edited_as_a_whole_and_what_was_left_out_can_be_taken_back(
    estate: Estate, callers: Callers
) -> None:
    db = db_host(estate, 1)
    web = web_host(estate, call("192.0.2.21", 5432))
    estate.derive()
    manager = callers.manager
    service = draw(manager, estate, entry_item_id=web, rejected_ids=[db])
    address = f"/services/{service['id']}/members"

    def put(**body: Any) -> dict[str, Any]:
        answer = manager.send("PUT", address, json=body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.get_json()
        return found

    told = put(members=[{"item_id": web}], rejected_ids=[])
    assert (names(told["proposals"]), told["rejected"]) == (["db-1"], [])
    told = put(members=[{"item_id": web}, {"item_id": db, "need": "soft"}])
    assert [(m["item"]["name"], m["need"]) for m in told["members"]] == [
        ("web-1", "hard"),
        ("db-1", "soft"),
    ]
    assert state_of(callers.admin, service, [db]) == "degraded"
    told = put(members=[{"item_id": db}])
    assert [(m["item"]["name"], m["need"]) for m in told["members"]] == [("db-1", "hard")]
    assert state_of(callers.admin, service, [db]) == "down"
    assert state_of(callers.admin, service, [web]) == "up"
    assert refused(manager.send("PUT", address, json={"members": []}), 422).keys() == {"members"}


def test_members_are_refused_by_place_and_nothing_is_half_written(
    estate: Estate, callers: Callers, world: World
) -> None:
    web = web_host(estate)
    service = draw(callers.manager, estate, entry_item_id=web)
    address = f"/services/{service['id']}/members"
    for wrong, field in (
        ({"item_id": 4711}, "members.1"),
        ({"item_id": web, "need": "group"}, "members.1.group"),
        ({"item_id": web, "need": "love"}, "members.1.need"),
        ({"item_id": service["id"]}, "members.1"),
    ):
        body = {"members": [{"item_id": web, "need": "soft"}, wrong]}
        answer = callers.manager.send("PUT", address, json=body)
        assert refused(answer, 422).keys() == {field}
    (one,) = members(callers.manager, service)["members"]
    assert one["need"] == "hard"
    other = {"members": [{"item_id": web}]}
    assert callers.manager.send("PUT", f"/services/{web}/members", json=other).status_code == 404
    assert callers.reader.send("PUT", address, json=other).status_code == 403


@pytest.mark.parametrize(
    ("address", "found_by", "port"),
    [
        ("https://orders.example.test/basket", "name", 443),
        ("https://www.orders.example.test", None, None),
        ("orders.example.test:8443", "name", None),
        ("web-1", "name", None),
        ("web-1.example.test:443", "name", 443),
        ("192.0.2.1:443", "address", 443),
        ("https://192.0.2.1/", "address", 443),
        ("postgresql://db-9/orders", None, None),
    ],
)
def test_an_address_leads_to_the_item_and_the_port_behind_it(
    estate: Estate, callers: Callers, address: str, found_by: str | None, port: int | None
) -> None:
    evidence = (Identifier(FQDN, "orders.example.test"),)
    estate.machine(
        "web-1",
        identifiers=evidence,
        interfaces=[card("18:66:da:00:00:01", "192.0.2.1")],
        listeners=[listener(443, "nginx")],
    )
    found = callers.manager.get("/service-entries", address=address)
    assert [(one["found_by"], one["port"]) for one in found] == (
        [(found_by, port)] if found_by else []
    )


@pytest.mark.parametrize("address", ["two words", "https://", "http://[::1", "host:99999", "\t"])
def test_what_is_no_address_is_refused_by_name(callers: Callers, address: str) -> None:
    answer = callers.manager.send("GET", "/service-entries", query_string={"address": address})
    assert refused(answer, 422).keys() == {"address"}


def test_a_service_keeps_its_url_and_is_found_by_it(estate: Estate, callers: Callers) -> None:
    web = web_host(estate)
    url = "https://orders.example.test/basket"
    service = draw(callers.manager, estate, entry_item_id=web, url=url)
    assert service["attributes"]["url"] == url
    found = callers.manager.get("/service-entries", address="https://orders.example.test/other")
    assert [one["item"]["id"] for one in found][:1] in ([service["id"]], [web])
