"""Where a product is below a version: in its ecosystem's order, within the reader's sight."""

from typing import Any

import pytest

from tests.server.items.machines import HARDWARE, software, whole
from tests.server.items.rest import Caller, Callers
from tests.server.items.test_intake import enrolled, send


def machine(callers: Callers, name: str, organisation_id: int = 1, **versions: str) -> int:
    agent = enrolled(callers, f"agent-of-{name}", organisation_id)
    identity = {"hostname": name, "machine_id": f"{abs(hash(name)):032x}"[:32]}
    document = whole(
        identity=identity,
        hardware=HARDWARE | {"serial": name, "uuid": ""},
        software=software(**versions),
    )
    document["agent"]["id"] = f"agent-of-{name}"
    item_id: int = send(agent, document)["item"]
    return item_id


@pytest.fixture
def estate(callers: Callers) -> dict[str, int]:
    return {
        "web-1": machine(callers, "web-1", openssl="3.0.9-1", bash="5.2"),
        "web-2": machine(callers, "web-2", openssl="3.0.11-1~deb12u2"),
        "web-3": machine(callers, "web-3", openssl="3.0.14-1~deb12u1"),
        "till-1": machine(callers, "till-1", 2, openssl="1.1.1n-0"),
    }


def product(caller: Caller, name: str) -> Any:
    (row,) = caller.get("/software", q=name)["rows"]
    return row


def test_a_product_is_found_below_a_version(callers: Callers, estate: dict[str, int]) -> None:
    row = product(callers.admin, "OpenSSL")
    assert (row["ecosystem"], row["items"], row["versions"]) == ("deb", 4, 4)
    found = callers.admin.get(f"/software/{row['id']}", below="3.0.11")
    assert [(v["version"], v["below"]) for v in found["versions"]] == [
        ("3.0.14-1~deb12u1", False),
        ("3.0.11-1~deb12u2", False),
        ("3.0.9-1", True),
        ("1.1.1n-0", True),
    ]
    assert found["versions"][0]["package_url"] == "pkg:deb/debian/openssl@3.0.14-1~deb12u1"
    where = callers.admin.get(f"/software/{row['id']}/installations", below="3.0.11")["rows"]
    assert [(r["item"], r["item_id"]) for r in where] == [
        ("till-1", estate["till-1"]),
        ("web-1", estate["web-1"]),
    ]


def test_what_is_out_of_sight_is_not_counted(
    callers: Callers, estate: dict[str, int], local_manager: Caller
) -> None:
    (seen,) = local_manager.get("/software")["rows"]
    assert (seen["name"], seen["items"], seen["versions"]) == ("openssl", 1, 1)
    row = product(callers.admin, "bash")
    answer = local_manager.send("GET", f"/software/{row['id']}")
    assert answer.status_code == 404


def test_pages_of_installations_lose_nothing(callers: Callers, estate: dict[str, int]) -> None:
    row = product(callers.admin, "openssl")
    names, cursor = [], ""
    for _ in range(5):
        query = {"limit": "1"} | ({"cursor": cursor} if cursor else {})
        page = callers.admin.get(f"/software/{row['id']}/installations", **query)
        names += [one["item"] for one in page["rows"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert names == ["till-1", "web-1", "web-2", "web-3"]
