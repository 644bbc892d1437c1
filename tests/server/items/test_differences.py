"""What changed between two reports is history; what never stands still is not."""

from typing import Any

import pytest

from tests.server.items.machines import LISTENERS, whole
from tests.server.items.rest import Caller, Callers
from tests.server.items.test_intake import enrolled, send

_JAVA = {"protocol": "tcp", "address": "192.0.2.7", "port": 8443, "process": "java", "user": "app"}


@pytest.fixture
def agent(callers: Callers) -> Caller:
    return enrolled(callers)


def told(callers: Callers, item_id: int) -> list[Any]:
    rows = callers.admin.get(f"/items/{item_id}/history", limit=200)["rows"]
    return [row["detail"] for row in reversed(rows) if row["kind"] == "section"]


def test_a_port_that_opens_is_told_and_one_that_flaps_is_told_to_flap_once(
    callers: Callers, agent: Caller
) -> None:
    item_id = send(agent, whole(listeners=LISTENERS))["item"]
    for sequence in range(2, 12):
        listeners = [*LISTENERS, _JAVA] if sequence % 2 == 0 else LISTENERS
        send(agent, whole(listeners=listeners) | {"sequence": sequence})
    name = "tcp 192.0.2.7:8443"
    assert told(callers, item_id) == [
        {"member": name, "new": _JAVA},
        {"member": name, "old": _JAVA},
        {"member": name, "new": _JAVA},
        {"member": name, "old": _JAVA},
        {"member": name, "flapping": True},
    ]


def test_counters_are_kept_and_make_no_difference(callers: Callers, agent: Caller) -> None:
    item_id = send(agent, whole(filesystems=[{"mount": "/", "used_bytes": 1}]))["item"]
    send(agent, whole(filesystems=[{"mount": "/", "used_bytes": 2}]) | {"sequence": 2})
    assert told(callers, item_id) == []
    (section,) = [
        row
        for row in callers.admin.get(f"/items/{item_id}/sections")
        if row["name"] == "filesystems"
    ]
    assert section["rows"] == [{"mount": "/", "used_bytes": 2}]
