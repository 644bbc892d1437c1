"""The network that was found on its page, in its exports and over REST."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest

from cmdb.inventory.door import Inventory
from cmdb.inventory.outcomes import Author
from cmdb.observation import ItemReference, Observation, Origin, SeenRelation
from cmdb.vocabulary import LOCATED_IN, REST, ClassCode
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.jobs.pool import stop_pool
from server.foundation.settings import Settings
from server.scanning.mapping import run_topology
from server.scanning.models import NetworkLink
from server.scanning.recording import record_device
from tests.discovery.topology.drawing import device, lldp
from tests.support.people import World
from tests.web.pages.conftest import Browser, Browsers

_PORTS = ("ge1", "ge2", "ge3")


@pytest.fixture(autouse=True, scope="module")
def _children_end() -> Iterator[None]:
    yield
    stop_pool()


@pytest.fixture
def places(database: Database, settings: Settings, world: World) -> dict[str, int]:
    """Return the ids by name of three switches and where they stand.

    Oslo [ room [ rack [ oslo-1 ]], oslo-2 ]     Bergen [ bergen-1 ]

        stranger ··· oslo-1 ═════ oslo-2 ═════ bergen-1 ··· stranger
    """
    ids = {name: _placed(database, world, name, code) for name, code in _STANDING.items()}
    drawn = (
        device("oslo-1", own=1, ports=_PORTS, seen=(lldp(1, 2, "ge1"), lldp(3, 91, "x"))),
        device("oslo-2", own=2, ports=_PORTS, seen=(lldp(1, 1, "ge1"), lldp(2, 3, "ge1"))),
        device("bergen-1", own=3, ports=_PORTS, seen=(lldp(1, 2, "ge2"), lldp(3, 92, "x"))),
    )
    with database.writing() as session:
        for one in drawn:
            told = record_device(session, one.findings, world.root.id, Author(), utc_now())
            assert told.item_id is not None
            ids[one.key] = told.item_id
    pairs = (
        *(("room", "Oslo"), ("rack", "room"), ("oslo-1", "rack"), ("oslo-2", "Oslo")),
        ("bergen-1", "Bergen"),
    )
    seen = [
        SeenRelation(LOCATED_IN, ItemReference(item_id=ids[one]), ItemReference(item_id=ids[place]))
        for one, place in pairs
    ]
    with database.writing() as session:
        Inventory(session, utc_now()).relate(seen, REST, world.root.id)
    run_topology(JobContext(database, settings, {}))
    return ids


_STANDING = {"Oslo": "site", "Bergen": "site", "room": "room", "rack": "rack"}


def _placed(database: Database, world: World, name: str, code: str) -> int:
    seen = Observation(
        Origin(REST, name), ClassCode(code), world.root.id, utc_now(), values={"name": name}
    )
    with database.writing() as session:
        recorded = Inventory(session, utc_now()).record(seen)
        assert recorded.item_id is not None
        return recorded.item_id


def _lines(admin: Browser, query: str) -> set[tuple[str, str]]:
    rows = csv.DictReader(io.StringIO(admin.read(f"/discovery/network.csv?{query}")))
    return {(row["start"], row["end"]) for row in rows}


def _told(browser: Browser, kind: str, site_id: int) -> Any:
    answer = browser.get(f"/api/v1/discovery/{kind}", query_string={"site_id": site_id})
    return answer.json


_WITHIN, _BETWEEN = ("oslo-1", "oslo-2"), ("oslo-2", "bergen-1")
_NOT_FOUND = "urn:cadastre:problem:not-found"


def test_a_site_is_drawn_with_what_lies_in_it_and_the_links_that_leave_it(
    admin: Browser, places: dict[str, int]
) -> None:
    assert _lines(admin, "") == {_WITHIN, _BETWEEN}
    for place, links in (
        ("Oslo", {_WITHIN, _BETWEEN}),
        ("Bergen", {_BETWEEN}),
        ("room", {_WITHIN}),
        ("rack", {_WITHIN}),
    ):
        assert _lines(admin, f"site={places[place]}") == links, place
        rest = {
            (one["start_name"], one["end_name"]) for one in _told(admin, "links", places[place])
        }
        assert rest == links, place
        saved = admin.get(f"/api/v1/discovery/links.csv?site_id={places[place]}")
        assert len(saved.text.splitlines()) == len(links) + 1, place
    graph = admin.read(f"/discovery/network.graphml?site={places['Bergen']}")
    assert ("oslo-2" in graph, "oslo-1" in graph) == (True, False)
    same = admin.get(f"/api/v1/discovery/links.graphml?site_id={places['Bergen']}")
    assert (same.text, same.mimetype) == (graph, "application/graphml+xml")
    page = admin.read(f"/discovery/network?site={places['Bergen']}&strangers=1")
    drawn = page[page.index('id="links"') :]
    assert ("bergen-1" in drawn, "oslo-2" in drawn, "oslo-1" in drawn) == (True, True, False)
    assert f'<option value="{places["Bergen"]}" selected>Bergen</option>' in page
    assert f"/discovery/network.csv?site={places['Bergen']}&amp;strangers=1" in page
    # A room is no site; who asks for one sees that it was asked for.
    page = admin.read(f"/discovery/network?site={places['room']}")
    assert f'<option value="{places["room"]}" selected>room</option>' in page


def test_unknown_neighbours_are_those_of_the_site(admin: Browser, places: dict[str, int]) -> None:
    for place, name in (("Oslo", "oslo-1"), ("Bergen", "bergen-1")):
        assert [one["name"] for one in _told(admin, "half-links", places[place])] == [name]
    page = admin.read(f"/discovery/network?site={places['Bergen']}&strangers=1")
    assert page[page.index('id="links"') :].count("00:1b:21:00:00:5c") == 1
    assert "00:1b:21:00:00:5b" not in page


def test_a_site_out_of_sight_is_not_there(
    browser_of: Browsers, world: World, places: dict[str, int]
) -> None:
    stranger = browser_of(world.outsider.person_id)
    for kind in ("links", "half-links"):
        told = _told(stranger, kind, places["Oslo"])
        assert (told["status"], told["type"]) == (404, _NOT_FOUND), kind
    page = stranger.read(f"/discovery/network?site={places['Oslo']}")
    assert "Oslo" not in page


def test_the_ports_of_a_device_are_read_over_rest_too(
    admin: Browser, places: dict[str, int]
) -> None:
    address = f"/api/v1/discovery/devices/{places['oslo-1']}/ports"
    first: Any = admin.get(address, query_string={"limit": 2}).json
    assert [one["name"] for one in first["rows"]] == ["ge1", "ge2"]
    assert first["rows"][0]["linked"] == [{"id": places["oslo-2"], "name": "oslo-2 ge1"}]
    rest: Any = admin.get(address, query_string={"cursor": first["next_cursor"]}).json
    assert [(one["name"], one["neighbours"]) for one in rest["rows"]] == [
        ("ge3", ["00:1b:21:00:00:5b"])
    ]
    assert (rest["rows"][0]["transceiver"], rest["next_cursor"]) == (None, None)
    # A site was never visited: it has no ports.
    empty: Any = admin.get(f"/api/v1/discovery/devices/{places['Oslo']}/ports").json
    assert empty == {"rows": [], "next_cursor": None}


def test_a_name_and_a_vlan_narrow_the_links_and_an_empty_list_says_so(
    admin: Browser, places: dict[str, int]
) -> None:
    assert _lines(admin, "q=BERGEN") == {_BETWEEN}
    assert _lines(admin, "q=oslo-1") == {_WITHIN}
    assert _lines(admin, "vlan=4000") == set()
    page = admin.read("/discovery/network?q=nobody")
    assert "Nothing fits" in page
    assert "No link is known" not in page


def test_files_hold_every_link_and_the_page_says_what_it_leaves_out(
    admin: Browser, database: Database, places: dict[str, int]
) -> None:
    now = utc_now()
    with database.writing() as session:
        ends = {"start_id": places["oslo-1"], "end_id": places["oslo-2"]}
        session.add_all(
            NetworkLink(
                layer=3,
                start_port=f"vlan{number}",
                end_port="",
                evidence=["arp:a"],
                confidence=0.5,
                vlans=[number],
                shared=False,
                key=f"key-{number}",
                first_seen_at=now,
                last_seen_at=now,
                **ends,
            )
            for number in range(1, 5_003)
        )
    for address in ("/discovery/network.csv?layer=3", "/api/v1/discovery/links.csv?layer=3"):
        assert len(admin.read(address).splitlines()) == 5_003
    page = admin.read("/discovery/network?layer=3")
    assert "The first 500 links stand in the table" in page
    assert page[page.index('id="links"') :].count("<tr>") == 501
    assert 'id="map' not in page
    # The last of them is found, though it lies beyond the first 5,000.
    rows = admin.read("/discovery/network.csv?layer=3&vlan=5002").splitlines()
    assert [row.split(",")[2] for row in rows[1:]] == ["vlan5002"]


def test_unknown_neighbours_lead_to_a_visit_and_nothing_read_is_said(
    admin: Browser, browser_of: Browsers, world: World, places: dict[str, int]
) -> None:
    assert "Nobody is unknown" not in admin.read("/discovery/unknown")
    stranger = browser_of(world.outsider.person_id)
    assert "No device was read yet" in stranger.read("/discovery/unknown")
    page = admin.read("/discovery?target=192.0.2.77")
    assert "192.0.2.77" not in page  # without a credential there is no form
