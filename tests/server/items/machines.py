"""Reports as an agent writes them, small enough to read."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from server.foundation.clock import utc_now

AGENT_ID = "5f0c1f7e-9f0b-4a53-9d55-0f6f0b6a1c11"

IDENTITY = {
    "machine_id": "0123a1b2c3d4e5f60718293a4b5c6d7e",
    "uuid": "4c4c4544-0042-3510-8052-b4c04f4a3332",
    "serial": "B5R0001",
    "vendor": "Dell Inc.",
    "board_serial": ".B5R0001.CN70163.",
    "board_vendor": "Dell Inc.",
    "chassis_serial": "To Be Filled By O.E.M.",
    "asset_tag": "Not Specified",
    "hostname": "web-01",
    "fqdn": "web-01.example.test",
    "macs": ["18:66:da:00:01:01"],
}
HARDWARE = {
    "manufacturer": "Dell Inc.",
    "model": "PowerEdge R650",
    "serial": "B5R0001",
    "uuid": "4c4c4544-0042-3510-8052-b4c04f4a3332",
    "chassis_type": "Rack Mount Chassis",
    "bios_vendor": "Dell Inc.",
    "bios_version": "1.5.4",
    "bios_date": "01/15/2024",
    "board_manufacturer": "Dell Inc.",
    "board_model": "0PYXKY",
    "architecture": "x86_64",
    "virtual_role": "physical",
}
SYSTEM = {
    "name": "Debian GNU/Linux",
    "id": "debian",
    "version": "12.5",
    "kernel": "Linux",
    "kernel_version": "6.1.0-18-amd64",
    "time_zone": "Europe/Madrid",
    "boot_time": "2026-03-01T04:05:00Z",
}
CPUS = [{"model": "Xeon 4310", "vendor": "Intel", "cores": 12, "threads": 24, "mhz_max": 3300}] * 2
MEMORY = {
    "total_bytes": 68719476736,
    "swap_bytes": 0,
    "modules": [{"slot": "A1", "size_bytes": 68719476736, "type": "DDR4"}],
}
DISKS = [
    {"name": "sda", "kind": "ssd", "size_bytes": 500},
    {"name": "sdb", "kind": "hdd", "size_bytes": 700},
    {"name": "md0", "kind": "md", "size_bytes": 500},
]
LISTENERS = [{"protocol": "tcp", "address": "::", "port": 443, "process": "nginx", "user": "www"}]


def interfaces(*addresses: str) -> list[dict[str, Any]]:
    given = [{"address": address, "prefix_length": 24, "scope": "global"} for address in addresses]
    return [{"name": "eth0", "mac": "18:66:da:00:01:01", "up": True, "addresses": given}]


def software(**versions: str | None) -> dict[str, Any]:
    columns = ["ecosystem", "name", "version", "architecture"]
    return {"columns": columns, "rows": [["deb", n, v, "amd64"] for n, v in versions.items()]}


def whole(**sections: Any) -> dict[str, Any]:
    """A first report of a server, with these sections instead of or beside the usual ones."""
    usual = {"identity": IDENTITY, "hardware": HARDWARE, "os": SYSTEM, "cpus": CPUS}
    usual |= {"memory": MEMORY, "disks": DISKS, "software": software(bash="5.2", vim="9.0")}
    return report(usual | sections)


def report(
    sections: dict[str, Any],
    sequence: int = 1,
    *,
    leave_out: Iterable[str] = (),
    agent_id: str = AGENT_ID,
    **envelope: Any,
) -> dict[str, Any]:
    """A report; of the sections in ``leave_out`` only the digests travel."""
    left_out = set(leave_out)
    return {
        "format": "cadastre-report/1",
        "agent": {"id": agent_id, "version": "0.1.0"},
        "sequence": sequence,
        "boot_id": "2f1c2a34-77aa-4d39-8a83-0b0a6c5d9e10",
        "collected_at": utc_now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "digests": {name: digest(content) for name, content in sections.items()},
        "sections": {n: content for n, content in sections.items() if n not in left_out},
        "readings": {"load": [0.1, 0.1, 0.1]},
        "problems": {},
    } | envelope


def digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]
