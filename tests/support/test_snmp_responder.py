"""The responder for recorded devices, by the word of net-snmp's own tools."""

import subprocess
from collections.abc import Sequence

import pytest

from tests.support.processes import require_program
from tests.support.snmp_recordings import parse_recording
from tests.support.snmp_responder import RecordedDevice, SnmpResponder

_LINES = [
    "# a comment, a broken line and a duplicate are left out",
    "1.3.6.1.2.1.1.5.0|4|one",
    "1.3.6.1.2.1.1.5.0|4|two",
    "1.3.6.1.2.1.1.9.1.2.300|6|1.3.6.1.4.1.2636.4294967295",
    "1.3.6.1.2.1.1.3.0|67|<private>",
    "1.3.6.1.2.1.2.2.1.5.1|66|4294967295",
    "1.3.6.1.2.1.2.2.1.4.1|2|-1",
    "1.3.6.1.2.1.2.2.1.6.1|4x|0016460a0b01",
    "1.3.6.1.2.1.31.1.1.1.6.1|70|18446744073709551615",
    "1.3.6.1.2.1.4.20.1.1.10.0.0.1|64|10.0.0.1",
    *(f"1.3.6.1.2.1.2.2.1.2.{place}|4|{'x' * 200}" for place in range(1, 200)),
]


def tool(name: str, *arguments: str) -> Sequence[str]:
    path = require_program(name, "snmp")
    asked = subprocess.run(
        [path, "-m", "", "-On", "-c", "public", "-t", "1", "-r", "0", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    return asked.stdout.splitlines()


@pytest.mark.parametrize("name", ["snmpwalk", "snmpbulkwalk"])
def test_a_walk_of_a_recording_is_complete_and_in_order(name: str) -> None:
    recording = parse_recording(_LINES)
    with SnmpResponder({"127.78.1.1": RecordedDevice(recording)}) as responder:
        lines = tool(name, "-v2c", f"127.78.1.1:{responder.port}", "1.3")
    shown = [line for line in lines if "No more variables" not in line]
    assert len(shown) == len(recording) == len(_LINES) - 3
    assert '.1.3.6.1.2.1.1.5.0 = STRING: "one"' in shown
    assert ".1.3.6.1.2.1.1.9.1.2.300 = OID: .1.3.6.1.4.1.2636.4294967295" in shown
    assert ".1.3.6.1.2.1.2.2.1.4.1 = INTEGER: -1" in shown
    assert ".1.3.6.1.2.1.2.2.1.5.1 = Gauge32: 4294967295" in shown
    assert ".1.3.6.1.2.1.31.1.1.1.6.1 = Counter64: 18446744073709551615" in shown
    assert ".1.3.6.1.2.1.4.20.1.1.10.0.0.1 = IpAddress: 10.0.0.1" in shown


def test_every_address_is_a_device_of_its_own() -> None:
    devices = {
        f"127.78.2.{place}": RecordedDevice(
            parse_recording([f"1.3.6.1.2.1.1.5.0|4|number {place}"])
        )
        for place in (1, 2)
    }
    with SnmpResponder(devices) as responder:
        for place in (1, 2):
            asked = f"127.78.2.{place}:{responder.port}"
            for version in ("-v1", "-v2c"):
                (line,) = tool("snmpget", version, "-Oqv", asked, "1.3.6.1.2.1.1.5.0")
                assert line == f'"number {place}"'
        assert tool("snmpget", "-v2c", f"127.78.2.3:{responder.port}", "1.3.6.1.2.1.1.5.0") == []
