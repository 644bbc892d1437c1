"""Which networks of addresses there are, and by whom each is left."""

from collections.abc import Sequence
from dataclasses import replace

from cmdb.vocabulary import ROUTER, SERVER, ClassCode
from discovery.findings import (
    AddressFinding,
    NearbyFinding,
    RouteFinding,
    StandbyFinding,
    SystemFinding,
)
from discovery.topology.solving import solve
from discovery.topology.values import Device, Subnet
from tests.discovery.topology.drawing import device


def _router(key: str, *addresses: str, role: ClassCode = ROUTER, **more: object) -> Device:
    """Draw a device that forwards, with an address on each of its ports."""
    own = [
        AddressFinding(index, address, int(length))
        for index, one in enumerate(addresses, 1)
        for address, _, length in (one.partition("/"),)
    ]
    ports = [f"ge{index}" for index in range(1, len(own) + 1)]
    drawn = device(key, ports=ports, addresses=own, **more)  # type: ignore[arg-type]  # findings
    findings = replace(drawn.findings, system=SystemFinding(name=key, forwards=True))
    return replace(drawn, findings=findings, role=role)


def _told(found: Sequence[Subnet]) -> dict[str, list[str]]:
    return {one.key: [gateway.port.device for gateway in one.gateways] for one in found}


def test_a_router_is_the_gateway_of_each_network_it_has_an_address_in() -> None:
    found = solve([_router("1", "10.0.1.1/24", "10.0.2.1/24", "192.0.2.1/30")]).subnets
    assert _told(found) == {"10.0.1.0/24": ["1"], "10.0.2.0/24": ["1"]}
    assert {one.proof for one in found} == {"address"}


def test_routers_that_share_an_address_are_the_gateways_and_others_there_are_not() -> None:
    shared = StandbyFinding("vrrp", 1, 7, "10.0.1.254", active=True)
    one = _router("1", "10.0.1.1/24", "10.0.9.1/24", standbys=(shared,))
    other = _router("2", "10.0.1.2/24", "10.0.8.1/24", standbys=(replace(shared, active=False),))
    by_the_way = NearbyFinding(1, "10.0.1.1", "00:1b:21:00:00:01")
    firewall = _router("3", "10.0.1.3/24", "10.0.7.1/24", nearby=(by_the_way,))
    first = solve([firewall, other, one]).subnets[0]
    assert (first.key, first.proof, first.shared) == ("10.0.1.0/24", "vrrp", ("10.0.1.254",))
    assert [gateway.port.device for gateway in first.gateways] == ["1", "2"]
    assert [gateway.address for gateway in first.gateways] == ["10.0.1.1", "10.0.1.2"]


def test_of_several_routers_those_are_gateways_to_whom_others_send() -> None:
    met = NearbyFinding(1, "10.0.1.1", "00:1b:21:00:00:01")
    asks = device("9", routes=(RouteFinding("0.0.0.0/0", "10.0.1.1"),))
    known = [_router("1", "10.0.1.1/24", "10.0.2.1/24")]
    known.append(_router("2", "10.0.1.2/24", "10.0.3.1/24", nearby=(met,)))
    assert _told(solve(known).subnets)["10.0.1.0/24"] == ["1", "2"]
    found = solve([*known, asks]).subnets[0]
    assert ([one.port.device for one in found.gateways], found.proof) == (["1"], "routes")


def test_one_prefix_used_twice_is_two_networks_and_the_older_one_keeps_its_key() -> None:
    found = solve(
        [_router("12", "10.0.1.1/24", "10.0.2.1/24"), _router("9", "10.0.1.1/24", "10.0.3.1/24")]
    )
    assert _told(found.subnets) == {
        "10.0.1.0/24": ["9"],
        "10.0.1.0/24 12 ge1": ["12"],
        "10.0.2.0/24": ["12"],
        "10.0.3.0/24": ["9"],
    }


def test_neither_a_computer_with_guests_nor_a_switch_with_one_address_is_a_gateway() -> None:
    docker = _router("1", "10.0.1.5/24", "172.17.0.1/16", role=SERVER)
    switch = _router("2", "10.0.1.6/24", role=ClassCode("switch"))
    idle = _router("3", "10.0.1.7/24", "10.0.2.7/24", role=ClassCode("switch"))
    idle = replace(idle, findings=replace(idle.findings, system=SystemFinding(forwards=False)))
    assert solve([docker, switch, idle]).subnets == ()
