"""psutil's answers agree with the kernel's files, where both can be asked."""

import builtins
import socket
from types import ModuleType
from typing import Any

import pytest

from agent.collectors import cpus, filesystems, interfaces, listeners, memory
from agent.machine import Machine
from agent.sources import netlink, portable


class Foreign(Machine):
    """This machine, read as one without /proc would be."""

    def __init__(self) -> None:
        super().__init__()
        self.linux = False


def test_threads_are_counted_alike() -> None:
    ours, theirs = cpus.collect(Machine()), cpus.collect(Foreign())
    assert sum(socket["threads"] for socket in ours) == theirs[0]["threads"]


def test_memory_is_of_the_same_size() -> None:
    ours, theirs = memory.collect(Machine()), memory.collect(Foreign())
    assert theirs["total_bytes"] <= ours["total_bytes"] * 1.001
    assert theirs["total_bytes"] > ours["total_bytes"] * 0.8
    assert theirs["swap_bytes"] == ours["swap_bytes"]


def test_the_root_file_system_is_the_same() -> None:
    ours = {row["mount"]: row for row in filesystems.collect(Machine())}
    theirs = {row["mount"]: row for row in filesystems.collect(Foreign())}
    both = ours.keys() & theirs.keys()
    assert {mount: ours[mount]["size_bytes"] for mount in both} == {
        mount: theirs[mount]["size_bytes"] for mount in both
    }


def test_the_loopback_interface_has_the_same_addresses() -> None:
    ours, theirs = (
        {row["name"]: row for row in interfaces.collect(machine)}["lo"]["addresses"]
        for machine in (Machine(), Foreign())
    )
    assert {(row["address"], row["prefix_length"]) for row in ours} == {
        (row["address"], row["prefix_length"]) for row in theirs
    }


def test_a_listening_port_is_found_either_way() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        ours, theirs = (
            {row["port"]: row for row in listeners.collect(machine)}[port]
            for machine in (Machine(), Foreign())
        )
    assert ours == theirs


def test_a_connection_is_an_edge_of_the_side_that_opened_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            accepted, _ = server.accept()
            with accepted:
                edges = portable.sockets()[1]
    assert [edge["remote_port"] for edge in edges if port in edge.values()] == [port]


def test_addresses_come_from_psutil_where_netlink_is_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = {row["name"]: row["addresses"] for row in interfaces.collect(Machine())}

    def closed() -> dict[int, Any]:
        message = "closed by a sandbox"
        raise PermissionError(message)

    monkeypatch.setattr(netlink, "addresses", closed)
    machine = Machine()
    poorer = {row["name"]: row["addresses"] for row in interfaces.collect(machine)}
    assert {row["address"] for row in poorer["lo"]} == {row["address"] for row in whole["lo"]}
    assert machine.remarks == ["netlink is not available: addresses come from a poorer source"]


def test_without_psutil_the_reason_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *arguments: Any, **options: Any) -> ModuleType:
        if name == "psutil":
            raise ImportError(name)
        return real(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(portable.PsutilMissing, match="psutil is not installed"):
        memory.collect(Foreign())
