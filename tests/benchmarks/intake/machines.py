"""Reports of drawn machines with 500 packages each, a tenth of them in another version."""

import gzip
import hashlib
import json
import random
from typing import Any

from server.foundation.clock import utc_now
from server.items.reports import digest_of

PACKAGES = 500
_CATALOGUE = 1_500


class DrawnMachine:
    """One machine: its sections, and the bytes of what its agent sends."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.agent_id = f"bench-agent-{number:06d}"
        self.key = ""
        self._sequence = 0
        chance = random.Random(number)
        names = chance.sample(range(_CATALOGUE), PACKAGES)
        self._packages = [
            ["deb", f"package-{name}", f"1.{name % 7}.{chance.randrange(10) // 9}-1", "amd64"]
            for name in sorted(names)
        ]

    def whole(self) -> bytes:
        """Return a first report, everything in it."""
        sections = self._sections()
        return self._packed(sections, {name: digest_of(told) for name, told in sections.items()})

    def unchanged(self) -> bytes:
        """Return a report of a machine on which nothing happened."""
        digests = {name: digest_of(told) for name, told in self._sections().items()}
        identity = {"identity": digests.pop("identity")}
        return self._packed({}, identity, unchanged=digest_of(digests))

    def upgraded(self, number: int = 5) -> bytes:
        """Return a report after some packages have become newer."""
        for package in self._packages[:number]:
            package[2] = f"1.9.{self._sequence}-1"
        sections = self._sections()
        digests = {name: digest_of(told) for name, told in sections.items()}
        return self._packed({"software": sections["software"]}, digests)

    def _sections(self) -> dict[str, Any]:
        seed = hashlib.sha256(str(self.number).encode()).hexdigest()
        mac = "02:00:" + self.number.to_bytes(4, "big").hex(":")
        name = f"host-{self.number}"
        address = {
            "address": f"10.{self.number >> 8 & 255}.{self.number & 255}.7",
            "prefix_length": 24,
        }
        return {
            "identity": {
                "machine_id": seed[:32],
                "serial": f"SN{self.number:08d}",
                "vendor": "Dell Inc.",
                "hostname": name,
                "fqdn": f"{name}.example.test",
                "macs": [mac],
            },
            "hardware": {"manufacturer": "Dell Inc.", "model": "R650", "virtual_role": "physical"},
            "os": {"name": "Debian GNU/Linux", "id": "debian", "version": "12.5"},
            "cpus": [{"model": "Xeon 4310", "cores": 12, "threads": 24}],
            "memory": {"total_bytes": 1 << 36, "swap_bytes": 0, "modules": []},
            "disks": [{"name": "sda", "kind": "ssd", "size_bytes": 1 << 39, "serial": seed[:12]}],
            "filesystems": [{"mount": "/", "type": "ext4", "size_bytes": 1 << 38}],
            "interfaces": [{"name": "eth0", "mac": mac, "up": True, "addresses": [address]}],
            "listeners": [{"protocol": "tcp", "address": "::", "port": 22, "process": "sshd"}],
            "users": [{"name": "root", "uid": "0"}, {"name": "ops", "uid": "1000"}],
            "services": [{"name": "ssh.service", "kind": "systemd", "enabled": True}],
            "software": {
                "columns": ["ecosystem", "name", "version", "architecture"],
                "rows": self._packages,
            },
        }

    def _packed(self, sections: Any, digests: Any, **more: str) -> bytes:
        self._sequence += 1
        document = {
            "format": "cadastre-report/1",
            "agent": {"id": self.agent_id, "version": "0.1.0"},
            "sequence": self._sequence,
            # Each kernel makes its own; only containers share their host's.
            "boot_id": f"boot-{self.number}",
            "collected_at": utc_now().strftime("%Y-%m-%dT%H:%M:%SZ"),
            "digests": digests,
            "sections": sections,
            "readings": {},
            "problems": {},
        } | more
        return gzip.compress(json.dumps(document, separators=(",", ":")).encode(), 6)
