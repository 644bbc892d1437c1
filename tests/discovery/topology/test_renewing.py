"""Derived again after a change, the topology is the same, byte for byte, as from scratch."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discovery.findings import (
    AddressFinding,
    AdjacencyFinding,
    DeviceFindings,
    EntityFinding,
    InterfaceFinding,
    LearntFinding,
    NearbyFinding,
    RouteFinding,
    SpanningPortFinding,
    StackFinding,
    StandbyFinding,
    VlanPortFinding,
)
from discovery.findings.storing import pack
from discovery.topology.memory import answers_from, answers_json, read_memory
from discovery.topology.ports import Ports
from discovery.topology.renewing import Card, Facts, macs_heard, renew
from discovery.topology.sketching import READ, sketch_document, sketch_from, sketch_of
from discovery.topology.solving import Solving, solve
from discovery.topology.tables import Bridge, Tables, bridge_of, table_mark
from discovery.topology.values import Device, Topology
from tests.discovery.topology.drawing import cables, device, lldp, mac

_ROLES = ("switch", "router", "")
_MACS = st.integers(1, 16)


@st.composite
def _devices(draw: st.DrawFn, key: str) -> Device:
    """Draw a device of a small world, in which most things are claimed by somebody else too."""
    number = int(key)
    count = draw(st.integers(1, 4))
    port = st.integers(1, count)
    rows = st.builds(
        LearntFinding,
        st.sampled_from((None, None, 10, 20)),
        port,
        st.sampled_from((None, 1)),
        st.sets(_MACS, max_size=7).map(lambda macs: tuple(mac(one) for one in sorted(macs))),
        own=st.sampled_from((False, False, False, True)),
    )
    seen = st.builds(lldp, port, st.integers(1, 9), port.map(str))
    spanning = st.builds(
        SpanningPortFinding,
        port,
        st.just("forwarding"),
        st.just(mac(1)),
        st.integers(1, 7).map(mac),
        port,
    )
    address = st.builds("10.0.{}.{}".format, st.integers(0, 1), st.integers(1, 7))
    own = draw(st.one_of(st.just(number), st.just(number), st.integers(0, 8)))
    drawn = device(
        key,
        own=own,
        ports=[str(one) for one in range(1, count + 1)],
        seen=draw(st.lists(seen, max_size=3)),
        addresses=draw(st.lists(st.builds(AddressFinding, port, address, st.just(24)), max_size=2)),
        spanning_ports=tuple(draw(st.lists(spanning, max_size=2))),
        stack=draw(st.sampled_from(((), (StackFinding(count, 1, bundle=True),)))),
        nearby=tuple(
            draw(st.lists(st.builds(NearbyFinding, port, address, _MACS.map(mac)), max_size=2))
        ),
        adjacencies=tuple(
            draw(
                st.lists(st.builds(AdjacencyFinding, st.just("ospf"), address=address), max_size=1)
            )
        ),
        standbys=tuple(
            draw(
                st.lists(
                    st.builds(StandbyFinding, st.just("vrrp"), port, st.just(7), address),
                    max_size=1,
                )
            )
        ),
        routes=tuple(
            draw(
                st.lists(
                    st.builds(RouteFinding, st.sampled_from(("0.0.0.0/0", "10.9.0.0/24")), address),
                    max_size=2,
                )
            )
        ),
    )
    findings = replace(
        drawn.findings,
        system=replace(drawn.findings.system, forwards=draw(st.sampled_from((None, True)))),
        learnt=tuple(draw(st.lists(rows, max_size=5))),
        entities=(EntityFinding(1, "chassis", serial=draw(st.sampled_from(("", "SER1", "SER2")))),),
        vlan_ports=(VlanPortFinding(10, 1, 1, untagged=True),),
    )
    names = draw(st.sampled_from(((), ("core",), (f"sw{key}",))))
    return Device(key, findings, names, role=draw(st.sampled_from(_ROLES)))


_Cards = list[Card]


@st.composite
def _edits(draw: st.DrawFn) -> tuple[str, Device | _Cards | None]:
    """Draw what becomes of one device, or of one machine; None takes it away."""
    key = str(draw(st.integers(1, 9)))
    if draw(st.integers(0, 5)) == 0:
        return key, None
    if int(key) <= 7:
        return key, draw(_devices(key))
    macs = draw(st.lists(st.integers(1, 20), min_size=1, max_size=3))
    return key, [Card(key, f"eth{place}", mac(one)) for place, one in enumerate(macs)]


def _from_scratch(devices: Sequence[Device], cards: Iterable[Card]) -> Topology:
    """Solve the devices and those machines of which they learnt an address."""
    learnt = {one for each in devices for row in each.findings.learnt for one in row.macs}
    machines: dict[str, list[InterfaceFinding]] = {}
    for card in cards:
        if card.mac in learnt:
            mine = machines.setdefault(card.machine, [])
            mine.append(InterfaceFinding(len(mine) + 1, card.name, type=6, mac=card.mac))
    nothing = DeviceFindings("", 0, "", "")
    return solve(
        [
            *devices,
            *(
                Device(key, replace(nothing, interfaces=tuple(mine)))
                for key, mine in machines.items()
            ),
        ]
    )


def _facts(devices: Iterable[Device]) -> list[Facts]:
    return [Facts(one.key, pack(one.findings), one.names, one.role) for one in devices]


@given(steps=st.lists(st.lists(_edits(), min_size=1, max_size=7), min_size=2, max_size=5))
@settings(max_examples=60, deadline=None)
def test_after_any_edits_it_is_the_same_as_from_scratch(
    steps: list[list[tuple[str, Device | _Cards | None]]],
) -> None:
    """Devices and machines come, change and go; the memory goes from one derivation to the next."""
    world: dict[str, Device | _Cards] = {}
    memory = b""
    for step in steps:
        for key, now in step:
            if now is None:
                world.pop(key, None)
            else:
                world[key] = now
        devices = [one for one in world.values() if isinstance(one, Device)]
        cards = [card for _, one in sorted(world.items()) if isinstance(one, list) for card in one]
        facts = _facts(devices)
        told = renew(facts, cards, memory)
        assert repr(told.topology) == repr(_from_scratch(devices, cards))
        heard = {one for each in devices for row in each.findings.learnt for one in row.macs}
        assert heard <= macs_heard(facts, memory)
        assert heard <= macs_heard(facts, told.memory)
        memory = told.memory


@given(drawn=_devices("3"))
@settings(max_examples=50, deadline=None)
def test_a_sketch_survives_being_written_down(drawn: Device) -> None:
    sketch = sketch_of(drawn.findings)
    assert sketch_from(json.loads(json.dumps(sketch_document(sketch)))) == sketch
    assert all(row.own for row in sketch.learnt)


class _Guarded(DeviceFindings):
    """Findings that let nobody read what a sketch does not keep."""

    __slots__ = ()

    def __getattribute__(self, name: str) -> Any:
        if name in _LEFT_OUT:
            raise AssertionError(f"the topology reads {name}, which no sketch keeps")
        return super().__getattribute__(name)


_LEFT_OUT = {one.name for one in fields(DeviceFindings)} - {*READ}


@given(drawn=st.tuples(*(_devices(str(key)) for key in range(1, 6))))
@settings(max_examples=25, deadline=None)
def test_the_topology_reads_nothing_that_a_sketch_does_not_keep(drawn: tuple[Device, ...]) -> None:
    guarded = [
        replace(
            one,
            findings=_Guarded(
                "", 0, "", "", **{name: getattr(one.findings, name) for name in READ}
            ),
        )
        for one in drawn
    ]
    assert repr(solve(guarded)) == repr(solve(drawn))


def _domain(first: int) -> Iterator[Device]:
    """Draw [a] 2 ── 1 [b] 2 ── 1 [c] with a station on every port 3; numbers begin at `first`."""
    a, b, c, at_a, at_b, at_c = range(first, first + 6)
    yield device(f"a{first}", own=a, ports="123", learnt={2: [b, c, at_b, at_c], 3: [at_a]})
    yield device(f"b{first}", own=b, ports="123", learnt={1: [a, at_a], 2: [c, at_c], 3: [at_b]})
    yield device(f"c{first}", own=c, ports="123", learnt={1: [a, b, at_a, at_b], 3: [at_c]})


def _solved(
    devices: Sequence[Device], before: Solving | None = None
) -> tuple[Solving, Topology, set[str]]:
    """Solve with what was known before; also return the devices whose tables were read."""
    ports = {one.key: Ports(one) for one in devices}
    by_key = {one.key: one for one in devices}
    marks = {one.key: table_mark(one, ports[one.key]) for one in devices}
    read: set[str] = set()

    def bridge(key: str) -> Bridge:
        read.add(key)
        return bridge_of(by_key[key], ports[key])

    known = before.regions if before else []
    standing = [one for one in known if one.stands(marks)]
    solving = Solving(devices, ports, Tables(marks, bridge), standing)
    return solving, solving.topology(), read


def test_tables_are_read_only_where_something_changed() -> None:
    """Two domains: a station moves in the second, and nobody looks at the first again."""
    devices = [*_domain(20), *_domain(40)]
    before, _, read = _solved(devices)
    assert read == {one.key for one in devices}
    rows = devices[3].findings.learnt
    moved = replace(devices[3].findings, learnt=(*rows, LearntFinding(None, 1, 1, (mac(99),))))
    devices[3] = replace(devices[3], findings=moved)
    _, topology, read = _solved(devices, before)
    assert read == {"a40", "b40", "c40"}
    assert repr(topology) == repr(solve(devices))


def test_what_joins_two_domains_makes_them_one() -> None:
    """[c20] 2 ── 2 [c40]: at first unplugged, then each learns what is behind the other."""
    devices = [*_domain(20), *_domain(40)]
    memory = renew(_facts(devices), ()).memory
    left, right = (tuple(map(mac, range(first, first + 6))) for first in (20, 40))
    for place, macs in ((2, right), (5, left)):
        rows = (*devices[place].findings.learnt, LearntFinding(None, 2, 2, macs))
        devices[place] = replace(
            devices[place], findings=replace(devices[place].findings, learnt=rows)
        )
    for place, macs, port in ((0, right, 2), (1, right, 2), (3, left, 2), (4, left, 2)):
        rows = tuple(
            replace(row, macs=(*row.macs, *macs)) if row.bridge_port == port else row
            for row in devices[place].findings.learnt
        )
        devices[place] = replace(
            devices[place], findings=replace(devices[place].findings, learnt=rows)
        )
    told = renew(_facts(devices), (), memory).topology
    assert "c20:2 - c40:2" in cables(told)
    assert repr(told) == repr(solve(devices))


def test_a_machine_that_becomes_known_takes_its_place_without_a_visit() -> None:
    devices = list(_domain(20))
    first = renew(_facts(devices), ())
    assert {one.device for one in first.topology.endpoints} == {""}
    told = renew(_facts(devices), [Card("7", "eth0", mac(23))], first.memory)
    assert ("a20:3 - 7:eth0" in cables(told.topology)) or (
        "7:eth0 - a20:3" in cables(told.topology)
    )
    gone = renew(_facts(devices), [], told.memory)
    assert repr(gone.topology) == repr(first.topology)


def test_whose_an_address_is_counts_also_where_only_single_vlans_have_it() -> None:
    """[a] 1 ── 1 [b] in VLAN 10; b's address is also on port 2 of a, in VLAN 20."""

    def rows(*told: tuple[int, int, int]) -> tuple[LearntFinding, ...]:
        return tuple(LearntFinding(vlan, port, port, (mac(one),)) for vlan, port, one in told)

    def world(own: int) -> list[Device]:
        a = device("a", own=1, ports="123")
        b = device("b", own=own, ports="12")
        heard = rows((10, 1, 9), (20, 2, 9), (10, 3, 31)), rows((10, 1, 31), (10, 2, 32))
        return [
            replace(one, findings=replace(one.findings, learnt=told))
            for one, told in zip((a, b), heard, strict=True)
        ]

    before = renew(_facts(world(0)), ())
    assert cables(before.topology) == set()
    after = renew(_facts(world(9)), (), before.memory)
    assert cables(after.topology) == {"a:1 - b:1"}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: b"",
        lambda memory: memory[: len(memory) // 2],
        lambda memory: memory.replace(b'"endpoints"', b'"endpoint5"'),
        lambda memory: b"topology 0 0\n" + memory.partition(b"\n")[2],
        lambda _: b"\xff\x00 no memory at all",
    ],
    ids=["missing", "cut short", "damaged", "of other rules", "foreign"],
)
def test_a_memory_that_cannot_be_used_costs_time_and_nothing_else(spoil: Any) -> None:
    devices = list(_domain(20))
    whole = renew(_facts(devices), ())
    again = renew(_facts(devices), (), spoil(whole.memory))
    assert repr(again.topology) == repr(whole.topology)
    assert again.memory == whole.memory


def test_answers_are_the_same_after_they_were_written_down() -> None:
    devices = [*_domain(20), *_domain(40)]
    for region, text in read_memory(renew(_facts(devices), ()).memory).regions:
        assert len(region.members) == 3
        answers = answers_from(text)
        assert {*answers} == {"media", "endpoints"}
        assert answers_json(answers) == text
