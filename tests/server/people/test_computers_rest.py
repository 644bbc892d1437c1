"""Computers of a directory over REST: how they are read, and the list of them."""

import csv
import io
from datetime import date
from typing import Any

import pytest

from cmdb.inventory.door import Inventory
from cmdb.observation import Observation, Origin
from cmdb.vocabulary import COMPUTER, DIRECTORY
from server.foundation.database import Database
from server.people.models import DirectoryComputer
from tests.server.people.company import NOON, Company
from tests.server.people.conftest import As
from tests.server.people.estate import Estate
from tests.support.people import World


def _computer(company: Company, world: World, name: str, **more: Any) -> DirectoryComputer:
    known = {
        "directory_id": company.directory_id,
        "organisation_id": world.root.id,
        "external_id": f"id of {name}",
        "dn": f"CN={name}",
        "name": name,
        "name_key": name.casefold(),
        "fqdn": f"{name.casefold()}.example.test",
        "os": "Windows 11",
        "os_version": "10.0",
        "disabled": False,
        "why": "no_match",
        "first_seen_at": NOON,
        "seen_at": NOON,
    }
    return DirectoryComputer(**(known | more))


@pytest.fixture
def listed(company: Company, database: Database, world: World) -> Company:
    """Return a company with five computers: one of an agent, one made, three without an item."""
    estate = Estate(database)
    seen = estate.report("pc1.example.test", world.root.id, 1)
    with database.writing() as session:
        door = Inventory(session, NOON)
        for name, item_id in (("PC1", seen), ("PC2", None)):
            door.settle(
                Observation(
                    Origin(DIRECTORY, f"id of {name}"),
                    COMPUTER,
                    world.root.id,
                    NOON,
                    values={"name": name},
                ),
                item_id,
            )
        session.add(_computer(company, world, "PC1", last_logon=date(2026, 1, 1)))
        session.add(_computer(company, world, "PC2", disabled=True))
        session.add(_computer(company, world, "=PC3", why="several"))
        session.add(_computer(company, world, "PC4", fqdn="", why="name_only"))
        session.add(_computer(company, world, "PC5", gone_at=NOON))
    return company


def _names(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.json
    return [row["name"] for row in answer.json["rows"]]


@pytest.mark.parametrize(
    ("show", "names"),
    [
        ("", ["=PC3", "PC2", "PC4"]),
        ("unseen", ["=PC3", "PC2", "PC4"]),
        ("unmatched", ["=PC3", "PC4"]),
        ("disabled", ["PC2"]),
        ("gone", ["PC5"]),
        ("all", ["=PC3", "PC1", "PC2", "PC4"]),
    ],
)
def test_the_list_shows_what_is_asked_for(
    listed: Company, as_: As, world: World, show: str, names: list[str]
) -> None:
    asked = f"?show={show}" if show else ""
    url = f"/api/v1/directories/{listed.directory_id}/computers{asked}"
    assert _names(as_(world.admin.person_id).get(url)) == names


def test_the_list_names_the_item_and_says_why_there_is_none(
    listed: Company, as_: As, world: World, database: Database
) -> None:
    url = f"/api/v1/directories/{listed.directory_id}/computers?show=all&q=pc"
    rows = {row["name"]: row for row in as_(world.admin.person_id).get(url).get_json()["rows"]}
    items = Estate(database).items()
    assert (rows["PC1"]["item_id"], rows["PC1"]["item_name"]) == (items["pc1"], "pc1")
    assert (rows["PC1"]["matched"], rows["PC1"]["why"]) == (True, "")
    assert rows["PC1"]["last_logon"] == "2026-01-01"
    assert (rows["=PC3"]["matched"], rows["=PC3"]["why"]) == (False, "several")
    assert rows["PC4"]["item_id"] is None


def test_the_list_is_paged_and_searched(listed: Company, as_: As, world: World) -> None:
    client = as_(world.admin.person_id)
    url = f"/api/v1/directories/{listed.directory_id}/computers?show=all&limit=3"
    first = client.get(url).get_json()
    assert [row["name"] for row in first["rows"]] == ["=PC3", "PC1", "PC2"]
    assert _names(client.get(f"{url}&cursor={first['next_cursor']}")) == ["PC4"]
    assert _names(client.get(f"{url}&q=pc2.example")) == ["PC2"]
    assert _names(client.get(f"{url}&q=%25")) == []


def test_the_list_as_a_file_holds_all_of_it_and_no_formula(
    listed: Company, as_: As, world: World
) -> None:
    url = f"/api/v1/directories/{listed.directory_id}/computers.csv?show=unmatched"
    answer = as_(world.admin.person_id).get(url)
    assert answer.content_type == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert [(row["name"], row["why"]) for row in rows] == [
        ("'=PC3", "several"),
        ("PC4", "name_only"),
    ]
    refused = as_(world.admin.person_id).get(f"{url}&limit=3")
    assert refused.status_code == 422


def test_only_who_administers_the_directory_sees_its_computers(
    listed: Company, as_: As, world: World
) -> None:
    url = f"/api/v1/directories/{listed.directory_id}/computers"
    for address in (url, f"{url}.csv"):
        assert as_(world.reader.person_id).get(address).status_code == 403
        assert as_(world.admin.person_id).get(f"{address}?show=some").status_code == 422
    assert as_(world.admin.person_id).get("/api/v1/directories/999/computers").status_code == 404


def test_how_computers_are_read_is_said_and_told(company: Company, as_: As, world: World) -> None:
    client = as_(world.admin.person_id)
    url = f"/api/v1/directories/{company.directory_id}"
    document = client.get(url).get_json()
    assert (document["computer_filter"], document["computer_items"]) == ("", False)
    refused = client.patch(url, json={"computer_filter": "objectClass=device)"})
    assert refused.status_code == 422
    assert "computer_filter" in refused.text
    wish = {
        "computer_filter": "(objectClass=device)",
        "computer_base": "ou=machines,dc=example,dc=test",
        "computer_items": True,
        "mapping": {"computer_location": ["l", "roomNumber"]},
    }
    changed = client.patch(url, json=wish)
    assert changed.status_code == 200, changed.json
    assert {name: changed.get_json()[name] for name in wish} == wish
    # None is a setting, too.
    assert client.patch(url, json={"computer_filter": ""}).get_json()["computer_filter"] == ""
