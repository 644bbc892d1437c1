"""Folds the small sections of a report into attributes of the item."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cmdb.engine.identity.knowledge import knowledge
from server.items.reports import Report

FROM_IDENTITY = {
    "fqdn": "fqdn",
    "machine_id": "machine_id",
    "asset_tag": "asset_tag",
    "chassis_serial": "chassis_serial",
    "mac_addresses": "macs",
}
FROM_CLOUD = {"cloud_region": "region", "cloud_instance_type": "instance_type"}
FROM_HARDWARE = {
    "vendor": "manufacturer",
    "model": "model",
    "serial": "serial",
    "uuid": "uuid",
    "chassis_type": "chassis_type",
    "bios_vendor": "bios_vendor",
    "bios_version": "bios_version",
    "board_vendor": "board_manufacturer",
    "board_model": "board_model",
    "board_serial": "board_serial",
    "architecture": "architecture",
    "virtualisation": "virtualisation",
    "virtual_role": "virtual_role",
}
FROM_OS = {
    "os_name": "name",
    "os_id": "id",
    "os_version": "version",
    "time_zone": "time_zone",
    "boot_time": "boot_time",
}
FROM_MEMORY = {"memory_bytes": "total_bytes", "swap_bytes": "swap_bytes"}
#: Disks that hold data of their own; arrays and mapped volumes lie on these.
_WHOLE_DISKS = frozenset({"ssd", "hdd", "nvme", "virtual"})


def fold_values(report: Report) -> Iterator[tuple[str, Any]]:
    """Fold the small sections into attributes; a section that was not sent says nothing."""
    if report.version:
        yield "agent_version", report.version
    if identity := report.section("identity"):
        yield from _named(identity, FROM_IDENTITY)
        if name := str(identity.get("hostname") or "").partition(".")[0].strip():
            yield "name", name
        yield from _cloud(identity.get("cloud"), report.section("hardware"))
    if hardware := report.section("hardware"):
        yield from _named(hardware, FROM_HARDWARE)
        yield "bios_date", iso_date(hardware.get("bios_date"))
    if system := report.section("os"):
        yield from _named(system, FROM_OS)
        kernel = (str(system.get(key) or "") for key in ("kernel", "kernel_version"))
        yield "kernel", " ".join(filter(None, kernel)) or None
        yield "kernel_version", system.get("kernel_version")
    if memory := report.section("memory"):
        yield from _named(memory, FROM_MEMORY)
    yield from _processors(report.sections.get("cpus"))
    yield from _disks(report.sections.get("disks"))


def _named(section: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    placeholders = knowledge().placeholders
    for name, key in names.items():
        value = section.get(key)
        junk = isinstance(value, str) and " ".join(value.split()).casefold() in placeholders
        yield name, None if junk else value


def iso_date(told: Any) -> Any:
    """Return a firmware's date in ISO 8601; what is written otherwise is left as it is.

    SMBIOS 2.3 and later write mm/dd/yyyy, older ones mm/dd/yy (DSP0134, type 0).

    >>> iso_date("01/15/2024"), iso_date("01/15/98"), iso_date("soon")
    ('2024-01-15', '1998-01-15', 'soon')
    """
    parts = str(told or "").split("/")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
        return told
    month, day, year = parts
    return f"{'19' if len(year) == 2 else ''}{year}-{month:0>2}-{day:0>2}"


def _cloud(told: Any, hardware: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    # A cloud's bare metal, and a container in a cloud, have their id and no such attributes.
    if isinstance(told, Mapping) and hardware.get("virtual_role", "guest") == "guest":
        yield from _named(told, FROM_CLOUD)


def _processors(cpus: Any) -> Iterator[tuple[str, Any]]:
    sockets = dict_rows(cpus)
    if sockets:
        yield "cpu_model", sockets[0].get("model")
        yield "cpu_vendor", sockets[0].get("vendor")
        yield "cpu_sockets", len(sockets)
        yield "cpu_cores", _sum(sockets, "cores")
        yield "cpu_threads", _sum(sockets, "threads")
        yield "cpu_mhz", sockets[0].get("mhz_max")


def _disks(disks: Any) -> Iterator[tuple[str, Any]]:
    whole = [row for row in dict_rows(disks) if str(row.get("kind")) in _WHOLE_DISKS]
    if whole:
        yield "disk_bytes", _sum(whole, "size_bytes")


def dict_rows(content: Any) -> list[dict[str, Any]]:
    """Return the rows of a list that are objects."""
    return [row for row in content if isinstance(row, dict)] if isinstance(content, list) else []


def _sum(rows: Sequence[Mapping[str, Any]], name: str) -> int | None:
    return sum(row[name] for row in rows if isinstance(row.get(name), int)) or None
