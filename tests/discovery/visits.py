"""Visits of recorded devices, for tests that look at what a visit brings."""

from collections.abc import Mapping, Sequence

from discovery.findings import DeviceFindings
from discovery.scan.blocking import scan_host
from discovery.settings import ScanSettings
from discovery.snmp.credentials import Community, Credential

Devices = tuple[int, Mapping[str, str]]
PUBLIC: Sequence[Credential] = (Community("public"),)


def visit(
    devices: Devices, name: str, *probes: str, credentials: Sequence[Credential] = PUBLIC
) -> DeviceFindings:
    """Visit one of the recorded devices; ``probes`` narrow what is asked."""
    port, addresses = devices
    settings = ScanSettings(port=port, timeout_seconds=1, probes=("system", *probes))
    if not probes:
        settings = ScanSettings(port=port, timeout_seconds=1)
    found = scan_host(addresses[name], credentials, settings)
    assert isinstance(found, DeviceFindings), found
    return found
