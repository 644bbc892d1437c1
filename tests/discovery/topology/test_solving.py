"""What devices say of their neighbours becomes cables, each with its proof, and nothing else."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from discovery.findings import (
    AddressFinding,
    AdjacencyFinding,
    InterfaceFinding,
    NearbyFinding,
    NeighbourFinding,
    SpanningPortFinding,
    StackFinding,
)
from discovery.topology.solving import solve
from discovery.topology.values import Device, HalfLink, Topology
from tests.discovery.topology.drawing import cables, device, lldp, mac


def _only_half(topology: Topology) -> HalfLink:
    (half,) = topology.half_links
    return half


def test_a_cable_told_from_both_ends_is_one_link_that_names_both_witnesses() -> None:
    """[a] ge1 ── ge2 [b]."""
    a = device("a", own=1, ports=["ge1", "ge2"], seen=[lldp(1, 2, "ge2")])
    b = device("b", own=2, ports=["ge1", "ge2"], seen=[lldp(2, 1, "ge1")])
    (link,) = solve([a, b]).links
    assert cables(solve([a, b])) == {"a:ge1 - b:ge2"}
    assert link.evidence == ("lldp:a", "lldp:b")
    assert link.confidence > 0.95


def test_a_cable_told_from_one_end_is_a_link_with_less_confidence() -> None:
    a = device("a", own=1, ports=["ge1"], seen=[lldp(1, 2, "ge2")])
    b = device("b", own=2, ports=["ge1", "ge2"])
    (link,) = solve([a, b]).links
    assert (link.b.index, link.evidence) == (2, ("lldp:a",))
    assert link.confidence < 0.9


def test_long_and_short_names_of_a_port_are_one_cable() -> None:
    cdp = NeighbourFinding(
        "cdp",
        1,
        local_port_id_kind="index",
        chassis_id="b",
        chassis_id_kind="local",
        name="b",
        port_id="GigabitEthernet0/2",
        port_id_kind="interface_name",
    )
    a = device("a", own=1, ports=["Gi0/1"], seen=[cdp, lldp(1, 2, "Gi0/2")])
    b = device("b", own=2, ports=["Gi0/1", "Gi0/2"], seen=[lldp(2, 1, "GigabitEthernet0/1")])
    (link,) = solve([a, b]).links
    assert link.evidence == ("cdp:a", "lldp:a", "lldp:b")


def test_an_unknown_neighbour_is_a_half_link_with_its_reason() -> None:
    a = device("a", own=1, ports=["ge1"], seen=[lldp(1, 99, "x7")])
    topology = solve([a])
    assert topology.links == ()
    half = _only_half(topology)
    assert half.local.name == "ge1"
    assert half.remote_chassis == mac(99)
    assert "no known device" in half.reason


def test_an_identity_that_two_devices_claim_identifies_neither() -> None:
    a = device("a", own=1, ports=["ge1"], seen=[lldp(1, 7, "ge1")])
    twins = [device("b", own=7, ports=["ge1"]), device("c", own=7, ports=["ge1"])]
    topology = solve([a, *twins])
    assert cables(topology) == set()
    assert "several devices claim" in _only_half(topology).reason


def test_a_device_that_lists_itself_is_no_neighbour() -> None:
    topology = solve([device("a", own=1, ports=["ge1"], seen=[lldp(1, 1, "ge1")])])
    assert topology.links == ()
    assert "itself" in _only_half(topology).reason


def test_several_neighbours_on_one_port_are_all_kept() -> None:
    a = device("a", own=1, ports=["ge1"], seen=[lldp(1, 2, "ge1"), lldp(1, 3, "ge1")])
    others = [device("b", own=2, ports=["ge1"]), device("c", own=3, ports=["ge1"])]
    assert cables(solve([a, *others])) == {"a:ge1 - b:ge1", "a:ge1 - c:ge1"}


def test_a_local_port_that_is_no_number_is_learnt_from_the_other_end() -> None:
    a = device("a", own=1, ports=["ge1", "ge2"], seen=[lldp(0, 2, "ge1")])
    b = device("b", own=2, ports=["ge1"], seen=[lldp(1, 1, "ge2")])
    assert cables(solve([a, b])) == {"a:ge2 - b:ge1"}


def test_two_cables_of_a_bundle_stay_two_links() -> None:
    stack = (StackFinding(3, 1, bundle=True), StackFinding(3, 2, bundle=True))
    rows = [lldp(1, 2, "ge1"), lldp(2, 2, "ge2")]
    a = device("a", own=1, ports=["ge1", "ge2", "ae0"], seen=rows, stack=stack, learnt={3: [2]})
    back = [lldp(1, 1, "ge1"), lldp(2, 1, "ge2")]
    b = device("b", own=2, ports=["ge1", "ge2", "ae0"], seen=back, stack=stack, learnt={3: [1]})
    assert cables(solve([a, b])) == {"a:ge1 - b:ge1", "a:ge2 - b:ge2"}


def test_switches_without_a_neighbour_protocol_are_joined_by_their_tables() -> None:
    """[a] 2 ── 1 [b] 2 ── 1 [c], a station on every port 3."""
    a = device("a", own=1, ports="123", learnt={2: [2, 3, 12, 13], 3: [11]})
    b = device("b", own=2, ports="123", learnt={1: [1, 11], 2: [3, 13], 3: [12]})
    c = device("c", own=3, ports="123", learnt={1: [1, 2, 11, 12], 3: [13]})
    assert cables(solve([a, b, c])) == {"a:2 - b:1", "b:2 - c:1"}


def test_tables_that_never_saw_the_other_switch_still_tell_by_the_stations() -> None:
    """[a] 1 ── 1 [b]: neither learnt the other's own address."""
    a = device("a", own=1, ports="123", learnt={1: [21, 22], 2: [11], 3: [12]})
    b = device("b", own=2, ports="123", learnt={1: [11, 12], 2: [21], 3: [22]})
    assert cables(solve([a, b])) == {"a:1 - b:1"}


def test_three_switches_on_something_that_does_not_show_itself_are_a_segment() -> None:
    """[a] 1 ──┬── 1 [b] with [c] 1 on the same medium, and station 50 on it."""
    a = device("a", own=1, ports="12", learnt={1: [2, 3, 22, 33, 50], 2: [11]})
    b = device("b", own=2, ports="12", learnt={1: [1, 3, 11, 33, 50], 2: [22]})
    c = device("c", own=3, ports="12", learnt={1: [1, 2, 11, 22, 50], 2: [33]})
    topology = solve([a, b, c])
    (segment,) = topology.segments
    assert {port.device for port in segment.ports} == {"a", "b", "c"}
    assert segment.macs == (mac(50),)
    assert cables(topology) == set()


def test_a_switch_that_passes_lldp_on_is_found_between_those_that_seem_neighbours() -> None:
    """[a] 1 ── 1 [s] 2 ── 1 [b]: s speaks no LLDP, and a and b hear each other."""
    a = device("a", own=1, ports="12", seen=[lldp(1, 2, "1")], learnt={1: [2, 3, 22], 2: [11]})
    b = device("b", own=2, ports="12", seen=[lldp(1, 1, "1")], learnt={1: [1, 3, 11], 2: [22]})
    s = device("s", own=3, ports="12", learnt={1: [1, 11], 2: [2, 22]})
    topology = solve([a, b, s])
    assert cables(topology) == {"a:1 - s:1", "b:1 - s:2"}
    assert _only_half(topology).reason == "passes through s"


def test_the_tables_never_contradict_a_neighbour_protocol() -> None:
    """[a] 1 ── 1 [b] by LLDP; c, behind b, is not on the port of a that faces b."""
    a = device("a", own=1, ports="12", seen=[lldp(1, 2, "1")], learnt={1: [2, 3, 33], 2: [11]})
    b = device("b", own=2, ports="12", seen=[lldp(1, 1, "1")])
    c = device("c", own=3, ports="12", learnt={1: [1, 11], 2: [33]})
    assert cables(solve([a, b, c])) == {"a:1 - b:1"}


def test_the_spanning_tree_names_the_bridge_at_the_other_end() -> None:
    ports = (SpanningPortFinding(1, "forwarding", mac(2), mac(2), 2),)
    a = device("a", own=1, ports=["ge1"], spanning_ports=ports)
    b = device("b", own=2, ports=["ge1", "ge2"])
    (link,) = solve([a, b]).links
    assert cables(solve([a, b])) == {"a:ge1 - b:ge2"}
    assert link.evidence == ("stp:a",)


def test_a_machine_hangs_on_the_edge_port_and_not_on_the_way_there() -> None:
    """[server] ── 2 [a] 1 ── 1 [b]: b sees the server too, through a."""
    server = Device("server", device("server").findings)
    card = InterfaceFinding(1, "eth0", type=6, mac=mac(77))
    server = replace(server, findings=replace(server.findings, interfaces=(card,)))
    a = device("a", own=1, ports="12", learnt={1: [2, 22], 2: [77]})
    b = device("b", own=2, ports="12", learnt={1: [1, 77], 2: [22]})
    topology = solve([a, b, server])
    assert cables(topology) == {"a:1 - b:1", "a:2 - server:eth0"}
    assert [(one.port.device, one.port.index) for one in topology.endpoints if one.device] == [
        ("a", 2)
    ]


def test_addresses_that_routers_share_join_nobody() -> None:
    vrrp = "00:00:5e:00:01:0a"
    shared = InterfaceFinding(1, "vlan10", mac=vrrp)
    router = device("r")
    router = replace(router, findings=replace(router.findings, interfaces=(shared,)))
    switch = device("s", own=1, ports="12")
    rows = (replace(device("x", learnt={2: [5]}).findings.learnt[0], macs=(vrrp,)),)
    switch = replace(switch, findings=replace(switch.findings, learnt=rows))
    topology = solve([router, switch])
    assert topology.links == ()
    assert topology.endpoints == ()


def test_routers_that_speak_ospf_through_a_switch_are_neighbours_but_not_cabled() -> None:
    def router(key: str, own: str, other: str) -> Device:
        row = AdjacencyFinding("ospf", neighbour=other, address=other)
        address = [AddressFinding(1, own, 24)]
        return device(key, ports=["ge1"], addresses=address, adjacencies=(row,))

    topology = solve([router("a", "10.0.0.1", "10.0.0.2"), router("b", "10.0.0.2", "10.0.0.1")])
    (link,) = topology.links
    assert (link.layer, link.evidence) == (3, ("ospf:a", "ospf:b"))
    assert cables(topology) == set()


def test_two_devices_alone_in_a_subnet_that_know_each_other_by_arp_are_next_hops() -> None:
    def end(key: str, own: str, other: str) -> Device:
        nearby = (NearbyFinding(1, other, mac(9)),)
        return device(key, ports=["ge1"], addresses=[AddressFinding(1, own, 30)], nearby=nearby)

    (link,) = solve([end("a", "10.0.0.1", "10.0.0.2"), end("b", "10.0.0.2", "10.0.0.1")]).links
    assert (link.layer, link.evidence) == (3, ("arp:a", "arp:b"))


@st.composite
def _trees(draw: st.DrawFn) -> list[int]:
    """Draw the parent of each bridge but the first."""
    size = draw(st.integers(2, 9))
    return [draw(st.integers(0, one - 1)) for one in range(1, size)]


@given(parents=_trees(), seed=st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_any_tree_of_switches_is_found_from_their_tables_alone(
    parents: list[int], seed: object
) -> None:
    devices, expected = _tree(parents)
    seed.shuffle(devices)  # type: ignore[attr-defined]  # hypothesis gives a Random
    topology = solve(devices)
    assert cables(topology) == expected
    assert topology == solve(sorted(devices, key=lambda one: one.key))


def _tree(parents: list[int]) -> tuple[list[Device], set[str]]:
    """Port 1 leads up, port 2 + child leads down, port 100 to a station of its own."""
    count = len(parents) + 1
    below: list[set[int]] = [{one} for one in range(count)]
    for last in range(count - 1, 0, -1):
        below[parents[last - 1]] |= below[last]
    devices = []
    for here in range(count):
        learnt: dict[int, list[int]] = {100: [500 + here]}
        for other in set(range(count)) - {here}:
            child = next(
                (c for c in range(1, count) if parents[c - 1] == here and other in below[c]), None
            )
            port = 1 if child is None else child + 2
            learnt.setdefault(port, []).extend([other + 1, 500 + other])
        names = map(str, range(1, 101))
        devices.append(device(f"sw{here}", own=here + 1, ports=names, learnt=learnt))
    expected = set()
    for lower, upper in enumerate(parents, 1):
        expected.add(f"sw{upper}:{lower + 2} - sw{lower}:1")
    return devices, expected
