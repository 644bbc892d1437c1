"""Whether disks say that they are about to fail, once a day and without waking one that sleeps.

NVMe tells it to whoever may send an admin command (CAP_SYS_ADMIN), in one page of 512 bytes. Of ATA
and SAS disks smartctl is asked, where it is installed (CAP_SYS_RAWIO): their ways to the page are
many. An array of the kernel's tells without any right. What may not be asked is left out.
"""

from __future__ import annotations

import json
import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from agent.machine import Machine

GOOD, WORN, FAILING = "good", "worn", "failing"
_EVERY_SECONDS = 24 * 3600
# A controller that hangs must not hold the report up.
_WHOLE_SECONDS = 60
_SMARTCTL = ("/usr/sbin/smartctl", "/sbin/smartctl", "/usr/local/sbin/smartctl")
_NICE = ("nice", "-n", "19")
_PAGE_BYTES = 512
# linux/nvme_ioctl.h: _IOWR('N', 0x41, struct nvme_admin_cmd), which has 72 bytes.
_ADMIN_COMMAND = 0xC0484E41
# NVMe base specification, log page 02h, byte 0. A temperature or power that is off is no wear.
_WARNINGS = ((0, "little spare left"), (2, "unreliable"), (3, "read only"), (4, "backup failed"))
# Sectors that could not be read, and such as could not be mended.
_WEAK_SECTORS = (197, 198)


def of_disks(machine: Machine, disks: Iterable[dict[str, Any]]) -> None:
    """Add `health` and, where it is not good, `health_reason` to each disk that tells.

    In between two days, and while a disk sleeps, the last answer stands.
    """
    kept = machine.memory.get("disks", {})
    now = int(time.time())
    fresh = 0 <= now - kept.get("at", 0) < _EVERY_SECONDS
    known: dict[str, list[str]] = kept.get("health", {})
    found: dict[str, list[str]] = {}
    until = time.monotonic() + _WHOLE_SECONDS
    for disk in disks:
        key = key_of(disk)
        stands = (fresh and key in known) or time.monotonic() > until
        told = known.get(key) if stands else _ask(machine, disk)
        if told is None:
            told = known.get(key)
        # That a disk told nothing is remembered too, so that it is not asked every hour.
        found[key] = told or []
        if told:
            disk["health"] = told[0]
            disk["health_reason"] = told[1] or None
    machine.memory["disks"] = {"at": kept["at"] if fresh else now, "health": found}


def way_to(disk: dict[str, Any]) -> str:
    """Return how a disk is asked: "md", "nvme", "smartctl", or "" for one that is not."""
    kind: str = disk["kind"]
    if kind in ("md", "nvme"):
        return kind
    return "smartctl" if kind in ("hdd", "ssd") and disk["bus"] in ("sata", "scsi") else ""


def key_of(disk: dict[str, Any]) -> str:
    """Return under what a disk's answer is kept: one that was changed for another is asked anew."""
    return f"{disk['name']} {disk['serial']}"


def smartctl_of(machine: Machine) -> str | None:
    """Return where smartctl lies, None where it is not installed."""
    return next((path for path in _SMARTCTL if machine.exists(path)), None)


def _ask(machine: Machine, disk: dict[str, Any]) -> list[str] | None:
    name, way = disk["name"], way_to(disk)
    if way == "md":
        missing = machine.number(f"/sys/block/{name}/md/degraded")
        return None if missing is None else _array(missing)
    if way == "nvme":
        return read_page(_page(machine, name))
    return read_smartctl(_smartctl(machine, name)) if way else None


def _array(missing: int) -> list[str]:
    return [FAILING, "disks of the array are missing"] if missing else [GOOD, ""]


def read_page(page: bytes) -> list[str] | None:
    """Read the log page of an NVMe disk's health.

    >>> read_page(bytes([0b1000, 0, 0, 100, 10, 3]) + bytes(506))
    ['failing', 'read only']
    >>> read_page(bytes([0b0010, 0, 0, 100, 10, 104]) + bytes(506))
    ['worn', 'more was written than it is made for']
    """
    if len(page) != _PAGE_BYTES:
        return None
    reasons = [words for bit, words in _WARNINGS if page[0] >> bit & 1]
    if reasons:
        return [FAILING, ", ".join(reasons)]
    return [WORN, "more was written than it is made for"] if page[5] >= 100 else [GOOD, ""]


def read_smartctl(told: str) -> list[str] | None:
    """Read smartctl's JSON.

    >>> read_smartctl('{"smart_status": {"passed": false}}')
    ['failing', 'its own check fails']
    >>> read_smartctl('{"smartctl": {"exit_status": 2}}') is None
    True
    """
    try:
        found = json.loads(told)
        passed = found["smart_status"]["passed"]
        table = found.get("ata_smart_attributes", {}).get("table", [])
        rows = [(row["id"], str(row["name"]), row) for row in table]
        failing = [name for _, name, row in rows if row.get("when_failed") == "now"]
        weak = sum(row["raw"]["value"] for number, _, row in rows if number in _WEAK_SECTORS)
    except (ValueError, LookupError, TypeError, AttributeError):
        return None
    if passed is not True or failing:
        return [FAILING, ", ".join(failing) or "its own check fails"]
    return [WORN, "sectors cannot be read"] if weak else [GOOD, ""]


def _smartctl(machine: Machine, name: str) -> str:
    program = smartctl_of(machine)
    if program is None:
        return ""
    asked = (*_NICE, program, "--json", "-n", "standby", "-H", "-A", f"/dev/{name}")
    # It ends with bits of what it found, not with 0.
    return machine.command(asked, 30, known_as=f"smartctl-{name}", any_code=True) or ""


def _page(machine: Machine, name: str) -> bytes:
    if not machine.live:
        return machine.data(f"/.commands/nvme-{name}", _PAGE_BYTES) or b""
    import fcntl  # noqa: PLC0415 - Linux only
    from array import array  # noqa: PLC0415 - knows where its bytes lie

    page = array("B", bytes(_PAGE_BYTES))
    command = bytearray(72)
    command[0] = 0x02  # Get Log Page
    command[4:8] = b"\xff\xff\xff\xff"  # of the whole controller
    command[24:32] = page.buffer_info()[0].to_bytes(8, "little")
    command[36:40] = _PAGE_BYTES.to_bytes(4, "little")
    command[40:44] = ((_PAGE_BYTES // 4 - 1) << 16 | 0x02).to_bytes(4, "little")
    command[64:68] = (2000).to_bytes(4, "little")  # milliseconds
    try:
        descriptor = os.open(f"/dev/{name}", os.O_RDONLY)
    except OSError:
        return b""
    try:
        done = fcntl.ioctl(descriptor, _ADMIN_COMMAND, command, True)  # noqa: FBT003 - its own order
    except OSError:
        return b""
    finally:
        os.close(descriptor)
    return page.tobytes() if done == 0 else b""
