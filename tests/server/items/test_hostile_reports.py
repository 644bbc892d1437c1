"""Reports that mean harm: whatever stands in any field of any section, nothing else is harmed."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from cmdb.records.facts import Interface
from cmdb.records.items import Item
from cmdb.records.sources import QuarantinedValue
from server.foundation.database import Database
from tests.agent.desk import SCHEMA
from tests.server.items.machines import IDENTITY, SYSTEM, report, software, whole
from tests.server.items.rest import Caller, Callers
from tests.server.items.test_intake import enrolled, send

HOSTILE = "hostile-agent-id"
#: What gives a leaf of the schema a value: of which kind it is ("string", "integer", "boolean").
Leaf = Callable[[str], Any]

TEXTS = {
    "SQL": "'; DROP TABLE item; --",
    "another SQL": '"x" OR 1=1) UNION SELECT key_hash FROM agent /*',
    "HTML": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "NUL": "a\0b",
    "only NUL": "\0",
    "half a character": "\ud800",
    "backwards": "\u202eexe.txt",
    "a path": "../../../../etc/passwd",
    "a format": "%s%n{0.__class__}{{7*7}}${jndi:ldap://x}",
    "a formula": "=cmd|'/c calc'!A1",
    "long": "A" * 20_000,
    "many lines": "a\r\nSet-Cookie: x\r\n\r\n",
    "the end of time": "9999-12-31T23:59:59Z",
    "before time": "0001-01-01T00:00:00+14:00",
}
OTHERS: Mapping[str, Any] = {
    "nothing": None,
    "yes": True,
    "negative": -5,
    "huge": 2**80,
    "a fraction": 1e308,
    "a text": "x",
    "a list": [],
    "an object": {},
    "nested": [[{"a": [[{"b": None}]]}]],
    "a list of objects": [{"name": {"name": "x"}}],
}


def filled(leaf: Leaf) -> dict[str, Any]:
    """Return every section of the format, with one row and all members of it."""
    sections = {name: _filled({"$ref": f"#/$defs/{name}"}, leaf) for name in _SECTIONS}
    packages = [[leaf("string") for _ in range(4)]]
    return sections | {"software": {**software(), "rows": packages}}


_SECTIONS = tuple(SCHEMA["properties"]["sections"]["properties"])


def _filled(shape: Mapping[str, Any], leaf: Leaf) -> Any:
    if "$ref" in shape:
        return _filled(SCHEMA["$defs"][shape["$ref"].rpartition("/")[2]], leaf)
    if "properties" in shape:
        return {name: _filled(inner, leaf) for name, inner in shape["properties"].items()}
    if shape.get("type") == "array" and isinstance(shape.get("items"), Mapping):
        return [_filled(shape["items"], leaf)]
    return leaf(str(shape.get("type", "string")))


@pytest.fixture
def neighbour(callers: Callers) -> tuple[Caller, int]:
    """Give the agent of an honest machine, and its item."""
    agent = enrolled(callers)
    return agent, send(agent, whole())["item"]


@pytest.fixture
def hostile(callers: Callers) -> Caller:
    return enrolled(callers, HOSTILE)


def _unharmed(callers: Callers, database: Database, neighbour: tuple[Caller, int]) -> None:
    """Check that the honest machine is as it was, alone with at most the other's item."""
    agent, item_id = neighbour
    item = callers.admin.get(f"/items/{item_id}")
    assert (item["name"], item["attributes"]["os_version"]) == ("web-01", "12.5")
    assert len(callers.admin.get(f"/items/{item_id}/history")["rows"]) == 1
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Item)) in {1, 2}
    later = SYSTEM | {"version": "13.0"}
    assert send(agent, report({"identity": IDENTITY, "os": later}, 2))["item"] == item_id
    assert callers.admin.get(f"/items/{item_id}")["attributes"]["os_version"] == "13.0"


def _read_again(callers: Callers, item_id: int) -> dict[str, Any]:
    """Read all that the register tells of an item."""
    for part in ("history", "software", "sections", "identity", "words", "impact"):
        callers.admin.get(f"/items/{item_id}/{part}")
    item: dict[str, Any] = callers.admin.get(f"/items/{item_id}")
    return item


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_in_every_field_of_every_section_harms_nothing(
    name: str,
    callers: Callers,
    database: Database,
    neighbour: tuple[Caller, int],
    hostile: Caller,
) -> None:
    sections = filled(lambda kind: {"integer": 1, "boolean": True}.get(kind, TEXTS[name]))
    sections["identity"]["hostname"] = "odd"
    taken = send(hostile, report(sections, agent_id=HOSTILE))
    item = _read_again(callers, taken["item"])
    assert item["name"] == "odd"
    # The same again, changed: every section is compared with what was kept.
    again = {**sections, "disks": [], "services": []}
    assert send(hostile, report(again, 2, agent_id=HOSTILE))["item"] == taken["item"]
    _unharmed(callers, database, neighbour)


@pytest.mark.parametrize("name", OTHERS)
def test_a_value_of_another_type_in_every_field_harms_nothing(
    name: str,
    callers: Callers,
    database: Database,
    neighbour: tuple[Caller, int],
    hostile: Caller,
) -> None:
    sections = filled(lambda _: OTHERS[name])
    sections["identity"] = {"hostname": "odd", "machine_id": "77" * 16, "macs": OTHERS[name]}
    taken = send(hostile, report(sections, agent_id=HOSTILE))
    item = _read_again(callers, taken["item"])
    assert item["name"] == "odd"
    numbers = [one for one in item["attributes"].values() if isinstance(one, int | float)]
    assert all(one >= 0 for one in numbers)
    _unharmed(callers, database, neighbour)


def test_values_that_cannot_be_are_kept_aside_with_their_reason(
    callers: Callers, database: Database, hostile: Caller
) -> None:
    memory = {"total_bytes": -1, "swap_bytes": 2**70, "modules": []}
    system = SYSTEM | {"boot_time": "tomorrow"}
    sections = {"identity": IDENTITY, "os": system, "memory": memory, "cpus": [{"cores": -4}]}
    item_id = send(hostile, report(sections, agent_id=HOSTILE))["item"]
    attributes = callers.admin.get(f"/items/{item_id}")["attributes"]
    assert attributes["os_version"] == "12.5"
    wrong = {"memory_bytes", "swap_bytes", "boot_time", "cpu_cores"}
    assert wrong.isdisjoint(attributes)
    with database.reading() as session:
        kept = {row.attribute: row.reason for row in session.scalars(select(QuarantinedValue))}
    assert kept.keys() == wrong
    assert all(kept.values())


def test_rows_and_members_that_come_twice_are_one(
    callers: Callers, database: Database, neighbour: tuple[Caller, int], hostile: Caller
) -> None:
    once = filled(lambda kind: {"integer": 1, "boolean": True}.get(kind, "x1"))
    once["identity"] = {"hostname": "odd", "machine_id": "77" * 16, "macs": []}
    twice = {name: part * 2 if isinstance(part, list) else part for name, part in once.items()}
    twice["software"] = {**software(), "rows": once["software"]["rows"] * 2}
    item_id = send(hostile, report(twice, agent_id=HOSTILE))["item"]
    assert len(callers.admin.get(f"/items/{item_id}/software")["rows"]) == 1
    with database.reading() as session:
        cards = select(func.count()).select_from(Interface).where(Interface.item_id == item_id)
        assert session.scalar(cards) == 1
    # A section that stands twice in the text is the one that was written last.
    text = json.dumps(report(once | {"os": SYSTEM}, 2, agent_id=HOSTILE))
    text = text.replace('"sections": {', '"sections": {"os": {"name": "first"}, ', 1)
    answer = hostile.send("POST", "/reports", data=text, content_type="application/json")
    assert answer.status_code == 202, answer.text
    assert callers.admin.get(f"/items/{item_id}")["attributes"]["os_name"] == SYSTEM["name"]
    _unharmed(callers, database, neighbour)


@pytest.mark.parametrize(
    ("sections", "characters"), [(("disks",), 10 * 1024 * 1024), (_SECTIONS, 300_000)]
)
def test_megabytes_in_a_field_are_not_kept(
    sections: tuple[str, ...], characters: int, callers: Callers, hostile: Caller
) -> None:
    long = "B" * characters
    told = {name: _with_one_text(name, long) for name in sections}
    told["identity"] = {"hostname": "odd", "machine_id": "77" * 16, "macs": []}
    sent = report(told, agent_id=HOSTILE, readings={"load": long}, problems={"disks": long})
    item_id = send(hostile, sent)["item"]
    assert _told_of(callers, item_id) < 300_000


def _with_one_text(section: str, long: str) -> Any:
    """Return a section with one row, the first text of which is a long one."""
    if section == "software":
        return {**software(), "rows": [["deb", long, "1", "amd64"]]}
    said = iter([long])
    shape = {"$ref": f"#/$defs/{section}"}
    return _filled(shape, lambda kind: {"integer": 1, "boolean": True}.get(kind) or next(said, "x"))


def _told_of(callers: Callers, item_id: int) -> int:
    """Return how many characters the register tells of an item."""
    parts = ("", "/history", "/software", "/sections", "/identity", "/words")
    answers = [callers.admin.send("GET", f"/items/{item_id}{part}") for part in parts]
    return sum(len(one.text) for one in answers)


def test_many_machines_with_one_uuid_are_as_many_items(app: Flask, callers: Callers) -> None:
    number = 60
    for place in range(number):
        name = f"clone-{place:04}-agent"
        identity = {
            "uuid": IDENTITY["uuid"],
            "machine_id": f"{place + 1:032x}",
            "hostname": f"pc-{place}",
            "macs": [f"18:66:da:00:{place // 256:02x}:{place % 256:02x}"],
        }
        sent = report({"identity": identity, "os": SYSTEM}, agent_id=name)
        assert send(enrolled(callers, name), sent)["item"] is not None
    rows = callers.admin.get("/items", limit=100)["rows"]
    assert len({row["name"] for row in rows}) == number
