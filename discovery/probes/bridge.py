"""Which MAC addresses are behind which port? BRIDGE-MIB (RFC 4188), Q-BRIDGE-MIB (RFC 4363).

Q-BRIDGE indexes by filtering database (FID), which is not a VLAN: dot1qVlanFdbId tells which VLANs
use it. Where several share one, a row belongs to no VLAN in particular.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from discovery.findings import BridgePortFinding, Harvest, LearntFinding
from discovery.snmp.contexts import in_each_vlan
from discovery.snmp.conversation import Conversation
from discovery.snmp.session import Oid
from discovery.snmp.tables import Index, Table, read_optional
from discovery.snmp.text import mac, number

_BRIDGE: Oid = (1, 3, 6, 1, 2, 1, 17)
_PORT_INTERFACE = (*_BRIDGE, 1, 4, 1, 2)
_PORT, _STATUS = (*_BRIDGE, 4, 3, 1, 2), (*_BRIDGE, 4, 3, 1, 3)
_Q_PORT, _Q_STATUS = (*_BRIDGE, 7, 1, 2, 2, 1, 2), (*_BRIDGE, 7, 1, 2, 2, 1, 3)
_VLAN_FID = (*_BRIDGE, 7, 1, 4, 2, 1, 3)

#: dot1dTpFdbStatus and dot1qTpFdbStatus.
_INVALID, _SELF = 2, 4

#: (VLAN, port, own) -> MAC addresses.
_Learnt = dict[tuple[int | None, int, bool], set[str]]


async def ask(device: Conversation) -> Harvest:
    """Return the fields ``bridge_ports`` and ``learnt``."""
    complaints: list[str] = []
    ports = await _ports(device, complaints)
    learnt: _Learnt = defaultdict(set)
    by_vlan = await read_optional(device, (_Q_PORT, _Q_STATUS), complaints)
    fids = await read_optional(device, (_VLAN_FID,), complaints) if len(by_vlan) else Table()
    _add_by_vlan(learnt, by_vlan, _vlans_of(fids))
    plain = await read_optional(device, (_PORT, _STATUS), complaints)
    _add_plain(learnt, plain, None, _seen(learnt))
    views, missing = await in_each_vlan(device, _view)
    for vlan, view_ports, view in views:
        ports.update(view_ports)
        _add_plain(learnt, view, vlan, set())
    _forget_repeated(learnt)
    cut_short = by_vlan.cut_short or plain.cut_short
    bridge_ports = tuple(BridgePortFinding(port, ports[port]) for port in sorted(ports))
    rows = tuple(_findings(learnt, ports))
    return Harvest(
        {"bridge_ports": bridge_ports, "learnt": rows},
        sum(len(row.macs) for row in rows),
        (*complaints, *missing),
        cut_short,
    )


async def _ports(device: Conversation, complaints: list[str]) -> dict[int, int | None]:
    table = await read_optional(device, (_PORT_INTERFACE,), complaints)
    return {
        index[0]: number(row.get(_PORT_INTERFACE)) or None
        for index, row in table
        if len(index) == 1
    }


async def _view(inner: Conversation, vlan: int) -> tuple[int, dict[int, int | None], Table]:
    complaints: list[str] = []
    return (
        vlan,
        await _ports(inner, complaints),
        await read_optional(inner, (_PORT, _STATUS), complaints),
    )


def _vlans_of(fids: Table) -> Mapping[int, list[int]]:
    """Return the VLANs of each filtering database; the index is a time mark and the VLAN."""
    found: dict[int, list[int]] = defaultdict(list)
    for index, row in fids:
        fid = number(row.get(_VLAN_FID))
        if fid is not None and index:
            found[fid].append(index[-1])
    return found


def _add_by_vlan(learnt: _Learnt, table: Table, vlans: Mapping[int, list[int]]) -> None:
    for index, row in table:
        address = _address(index)
        port = number(row.get(_Q_PORT))
        status = number(row.get(_Q_STATUS))
        if not address or len(index) < 7 or port is None or status == _INVALID:
            continue
        known = vlans.get(index[0], [index[0]] if not vlans else [])
        vlan = known[0] if len(known) == 1 else None
        learnt[vlan, port, status == _SELF].add(address)


def _add_plain(learnt: _Learnt, table: Table, vlan: int | None, seen: set[str]) -> None:
    """Add rows of the plain table; what a table by VLAN said before says more."""
    for index, row in table:
        address = _address(index)
        port = number(row.get(_PORT))
        status = number(row.get(_STATUS))
        if address and port is not None and status != _INVALID and address not in seen:
            learnt[vlan, port, status == _SELF].add(address)


def _seen(learnt: _Learnt) -> set[str]:
    return set().union(*learnt.values())


def _forget_repeated(learnt: _Learnt) -> None:
    """Drop from the rows without a VLAN what the view of a VLAN says of the same port."""
    told: dict[tuple[int, bool], set[str]] = defaultdict(set)
    for (vlan, port, own), macs in learnt.items():
        if vlan is not None:
            told[port, own] |= macs
    for (vlan, port, own), macs in list(learnt.items()):
        if vlan is None:
            macs.difference_update(told[port, own])
            if not macs:
                del learnt[vlan, port, own]


def _address(index: Index) -> str:
    """Read the MAC at the end of an index; Aruba CX puts a length before it."""
    octets = index[-6:]
    return mac(bytes(octets)) if len(octets) == 6 and max(octets) < 256 else ""


def _findings(learnt: _Learnt, ports: Mapping[int, int | None]) -> Iterable[LearntFinding]:
    order = sorted(learnt, key=lambda key: (key[0] is None, key[0] or 0, key[1], key[2]))
    for vlan, port, own in order:
        macs = tuple(sorted(learnt[vlan, port, own]))
        yield LearntFinding(vlan, port, ports.get(port), macs, own)
