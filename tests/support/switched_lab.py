"""A small network served over SNMP: two switches that see each other, and a machine behind one.

[core] ge1 ── ge2 [edge] ge3 ── [machine]
"""

from collections.abc import Iterator, Sequence

from tests.support.snmp_recordings import Recording, parse_recording
from tests.support.snmp_responder import RecordedDevice

CORE, EDGE, MACHINE = "00:1b:21:00:00:01", "00:1b:21:00:00:02", "00:1b:21:00:00:77"
_LLDP = "1.0.8802.1.1.2.1"
_SYSTEM = "1.3.6.1.2.1.1"
_IF, _IFX = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"
_BRIDGE = "1.3.6.1.2.1.17"


def device(recording: Recording) -> RecordedDevice:
    """Return a device that answers under the community ``cadastre``."""
    return RecordedDevice(recording, b"cadastre")


def core(neighbour_port: str = "ge2") -> Recording:
    """Return the core switch: two ports, the edge switch on the first."""
    lines = [*_switch("core", CORE, ["ge1", "ge2"]), *_neighbour(1, EDGE, neighbour_port)]
    return parse_recording([*lines, *_learnt({EDGE: 1, MACHINE: 1})])


def edge(name: str = "edge") -> Recording:
    """Return the edge switch: three ports, the core on the second, a machine on the third."""
    lines = [*_switch(name, EDGE, ["ge1", "ge2", "ge3"]), *_neighbour(2, CORE, "ge1")]
    return parse_recording([*lines, *_learnt({CORE: 2, MACHINE: 3})])


def _switch(name: str, mac: str, ports: Sequence[str]) -> Iterator[str]:
    yield f"{_SYSTEM}.1.0|4|A made-up switch"
    yield f"{_SYSTEM}.2.0|6|1.3.6.1.4.1.99999.1"
    yield f"{_SYSTEM}.5.0|4|{name}"
    yield f"{_SYSTEM}.7.0|2|2"
    yield f"{_BRIDGE}.1.1.0|4x|{_hex(mac)}"
    yield f"{_LLDP}.3.1.0|2|4"
    yield f"{_LLDP}.3.2.0|4x|{_hex(mac)}"
    for number, port in enumerate(ports, 1):
        yield f"{_IF}.2.{number}|4|{port}"
        yield f"{_IF}.3.{number}|2|6"
        yield f"{_IF}.8.{number}|2|1"
        yield f"{_IFX}.1.{number}|4|{port}"
        yield f"{_BRIDGE}.1.4.1.2.{number}|2|{number}"


def _neighbour(port: int, mac: str, remote_port: str) -> Iterator[str]:
    row = f"{_LLDP}.4.1.1.{{}}.0.{port}.1"
    yield row.format(4) + "|2|4"
    yield row.format(5) + f"|4x|{_hex(mac)}"
    yield row.format(6) + "|2|5"
    yield row.format(7) + f"|4|{remote_port}"


def _learnt(ports: dict[str, int]) -> Iterator[str]:
    for mac, port in ports.items():
        index = ".".join(str(int(part, 16)) for part in mac.split(":"))
        yield f"{_BRIDGE}.4.3.1.2.{index}|2|{port}"
        yield f"{_BRIDGE}.4.3.1.3.{index}|2|3"


def _hex(mac: str) -> str:
    return mac.replace(":", "")
