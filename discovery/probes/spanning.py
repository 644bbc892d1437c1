"""How does your spanning tree stand? BRIDGE-MIB (RFC 4188), also in the view of each VLAN."""

from collections.abc import Mapping

from discovery.findings import Harvest, SpanningPortFinding, SpanningTreeFinding
from discovery.snmp.contexts import in_each_vlan
from discovery.snmp.conversation import Conversation
from discovery.snmp.session import Oid, SnmpError, Value
from discovery.snmp.tables import read_optional
from discovery.snmp.text import mac, number

_BRIDGE: Oid = (1, 3, 6, 1, 2, 1, 17)
_OWN = (*_BRIDGE, 1, 1, 0)
_SCALARS = tuple((*_BRIDGE, 2, n, 0) for n in (1, 2, 5, 6, 7))
_PROTOCOL, _PRIORITY, _ROOT, _ROOT_COST, _ROOT_PORT = _SCALARS
_PORT: Oid = (*_BRIDGE, 2, 15, 1)
_STATE, _COST, _P_ROOT, _P_BRIDGE, _P_PORT = ((*_PORT, n) for n in (3, 5, 6, 8, 9))

_PROTOCOLS = {1: "unknown", 2: "decLb100", 3: "ieee8021d", 4: "ieee8021q", 5: "ieee8021s"}
_STATES = {
    1: "disabled",
    2: "blocking",
    3: "listening",
    4: "learning",
    5: "forwarding",
    6: "broken",
}

_Both = tuple[list[SpanningTreeFinding], list[SpanningPortFinding]]


async def ask(device: Conversation) -> Harvest:
    """Return the fields ``spanning_trees`` and ``spanning_ports``."""
    complaints: list[str] = []
    trees, ports = await _read(device, "", complaints)

    async def view(inner: Conversation, vlan: int) -> _Both:
        return await _read(inner, str(vlan), [])

    views, missing = await in_each_vlan(device, view)
    for more_trees, more_ports in views:
        trees += more_trees
        ports += more_ports
    fields = {"spanning_trees": tuple(trees), "spanning_ports": tuple(ports)}
    return Harvest(fields, len(ports), (*complaints, *missing))


async def _read(device: Conversation, context: str, complaints: list[str]) -> _Both:
    try:
        answers = await device.get([_OWN, *_SCALARS])
    except SnmpError:  # some agents stumble over scalars they do not have
        answers = {}
    tree = _tree(answers, context)
    table = await read_optional(device, (_STATE, _COST, _P_ROOT, _P_BRIDGE, _P_PORT), complaints)
    ports = [_port(index[0], row, context) for index, row in table if len(index) == 1]
    return [tree] if tree.root or tree.protocol else [], ports


def _tree(answers: Mapping[Oid, Value], context: str) -> SpanningTreeFinding:
    protocol = number(answers.get(_PROTOCOL))
    return SpanningTreeFinding(
        context=context,
        protocol=_PROTOCOLS.get(protocol, "unknown") if protocol is not None else "",
        priority=number(answers.get(_PRIORITY)),
        bridge=mac(answers.get(_OWN)),
        root=_bridge(answers.get(_ROOT)),
        root_cost=number(answers.get(_ROOT_COST)),
        root_port=number(answers.get(_ROOT_PORT)),
    )


def _port(port: int, row: Mapping[Oid, Value], context: str) -> SpanningPortFinding:
    return SpanningPortFinding(
        port=port,
        state=_STATES.get(number(row.get(_STATE)) or 0, ""),
        root=_bridge(row.get(_P_ROOT)),
        designated_bridge=_bridge(row.get(_P_BRIDGE)),
        designated_port=_port_number(row.get(_P_PORT)),
        cost=number(row.get(_COST)),
        context=context,
    )


def _bridge(value: Value | None) -> str:
    """Read a bridge id: two octets of priority, six of MAC; Linux's agent sends it as text."""
    if not isinstance(value, bytes):
        return ""
    if len(value) == 8:
        return mac(value[2:])
    words = value.decode("latin-1").replace(".", "").replace(":", "").replace(" ", "").strip("\0")
    try:
        return mac(bytes.fromhex(words)[-6:]) if len(words) == 16 else ""
    except ValueError:
        return ""


def _port_number(value: Value | None) -> int | None:
    """Read a port id: four bits of priority, twelve of number (IEEE 802.1t)."""
    if not isinstance(value, bytes):
        return None
    raw = value
    if len(value) == 4:
        try:
            raw = bytes.fromhex(value.decode("latin-1"))
        except ValueError:
            return None
    return int.from_bytes(raw) & 0x0FFF or None if len(raw) == 2 else None
