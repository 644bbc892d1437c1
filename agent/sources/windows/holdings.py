"""What a Windows machine runs, keeps and is guarded by, in the words of the report's sections."""

from __future__ import annotations

import re

from agent.sources.windows.asking import first, rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent.machine import Machine

    Rows = list[dict[str, Any]]

_USB = re.compile(r"USB\\VID_([0-9A-F]{4})&PID_([0-9A-F]{4})\\(.+)", re.IGNORECASE)
# Services of one session carry its number: they come and go with who signs in.
_OF_A_SESSION = re.compile(r"_[0-9a-f]{4,8}$")
_ANTIVIRUS_ON = 0x1000  # the second byte of productState


def services(machine: Machine) -> Rows:
    """Return the section `services`, by name."""
    found = [
        {
            "name": row["Name"],
            "kind": "windows",
            "enabled": str(row.get("StartMode")).startswith("Auto"),
            "running": row.get("State") == "Running",
        }
        for row in rows(machine, "Win32_Service")
        if row.get("Name")
        and not _OF_A_SESSION.search(str(row["Name"]))
        # What others start when they need it comes and goes.
        and (str(row.get("StartMode")).startswith("Auto"))
    ]
    return sorted(found, key=lambda row: str(row["name"]))


def tasks(machine: Machine) -> Rows:
    """Return the section `tasks`: of a command only the program, the rest may hold a password."""
    found = [
        {
            "name": row.get("Name"),
            "kind": "windows",
            "schedule": ", ".join(map(_trigger, row.get("Schedule") or [])) or "on demand",
            "user": row.get("User"),
            "program": row.get("Program"),
        }
        for row in rows(machine, "Tasks")
    ]
    return sorted(found, key=lambda row: str(row["name"]))


def _trigger(told: object) -> str:
    """Return a trigger in a word and its time.

    >>> _trigger("MSFT_TaskDailyTrigger 2026-01-01T03:00:00")
    'daily 03:00:00'
    """
    kind, _, begins = str(told).partition(" ")
    word = kind.removeprefix("MSFT_Task").removesuffix("Trigger").lower() or "unknown"
    return f"{word} {begins.partition('T')[2][:8]}".strip()


def users(machine: Machine) -> Rows:
    """Return the section `users`: accounts that the machine keeps itself."""
    found = [
        {"name": row.get("Name"), "uid": row.get("SID"), "full_name": row.get("FullName")}
        for row in rows(machine, "Accounts")
    ]
    return sorted(found, key=lambda row: str(row["name"]))


def groups(machine: Machine) -> Rows:
    """Return the section `groups`."""
    found = [
        {
            "name": row.get("Name"),
            "gid": row.get("SID"),
            "members": sorted(map(str, row.get("Members") or [])),
        }
        for row in rows(machine, "Groups")
    ]
    return sorted(found, key=lambda row: str(row["name"]))


def certificates(machine: Machine) -> Rows:
    """Return the section `certificates`: those of the machine's own store."""
    found = [
        {
            "path": str(row.get("Path")).rpartition("::")[2],
            "name": _common_name(row.get("Subject")),
            "issuer": _common_name(row.get("Issuer")),
            "serial": str(row.get("Serial") or "").lower() or None,
            "not_before": row.get("NotBefore"),
            "not_after": row.get("NotAfter"),
            "names": sorted(map(str, row.get("Names") or [])),
        }
        for row in rows(machine, "Certificates")
    ]
    return sorted(found, key=lambda row: str(row["path"]))


def _common_name(told: object) -> str | None:
    """Return the common name in a distinguished one, or all of it.

    >>> _common_name("CN=web.example.test, O=Example")
    'web.example.test'
    """
    text = str(told or "")
    found = re.search(r"(?:^|,\s*)CN=(\"[^\"]+\"|[^,]+)", text)
    return (found.group(1).strip('"') if found else text) or None


def usb(machine: Machine) -> Rows:
    """Return the section `usb`; a serial that Windows made up itself has an ampersand."""
    found = []
    for row in rows(machine, "Usb"):
        told = _USB.match(str(row.get("DeviceID")))
        if told and "hub" not in str(row.get("Name")).casefold():
            serial = told.group(3)
            found.append(
                {
                    "name": row.get("Name") or f"{told.group(1)}:{told.group(2)}",
                    "vendor": row.get("Manufacturer"),
                    "vendor_id": told.group(1).lower(),
                    "product_id": told.group(2).lower(),
                    "serial": None if "&" in serial else serial,
                }
            )
    return sorted(found, key=lambda row: (str(row["name"]), str(row["serial"]), str(row)))


def monitors(machine: Machine) -> Rows:
    """Return the section `monitors`."""
    return [
        {
            "port": str(row.get("InstanceName") or "").partition("_")[0],
            "name": _letters(row.get("UserFriendlyName")),
            "vendor": _letters(row.get("ManufacturerName")),
            "serial": _letters(row.get("SerialNumberID")),
            "year": row.get("YearOfManufacture"),
        }
        for row in rows(machine, "Monitors")
    ]


def _letters(told: object) -> str | None:
    """Return the text that WMI gives as numbers of letters.

    >>> _letters([68, 69, 76, 0, 0])
    'DEL'
    """
    numbers = told if isinstance(told, list) else []
    return "".join(chr(one) for one in numbers if isinstance(one, int) and one).strip() or None


def batteries(machine: Machine) -> Rows:
    """Return the section `batteries`."""
    return [
        {
            "name": row.get("DeviceID"),
            "model": row.get("Name"),
            "design_capacity_mwh": row.get("DesignCapacity"),
        }
        for row in rows(machine, "Win32_Battery")
    ]


def printers(machine: Machine) -> Rows:
    """Return the section `printers`."""
    found = [
        {
            "name": row.get("Name"),
            "address": row.get("PortName"),
            "model": row.get("DriverName"),
            "shared": row.get("Shared") is True,
        }
        for row in rows(machine, "Win32_Printer")
    ]
    return sorted(found, key=lambda row: str(row["name"]))


def security(machine: Machine) -> Rows:
    """Return the section `security`."""
    boot, tpm = first(machine, "SecureBoot"), first(machine, "Tpm")
    told = [
        ("Secure Boot", "secure boot", boot.get("Enabled")),
        ("TPM", "tpm", tpm.get("IsEnabled_InitialValue")),
        *(
            (f"BitLocker {row.get('DriveLetter')}", "disk encryption", row["ProtectionStatus"] == 1)
            for row in rows(machine, "Encryption")
            if row.get("DriveLetter") and "ProtectionStatus" in row
        ),
        *(
            (row.get("displayName"), "antivirus", bool(row["productState"] & _ANTIVIRUS_ON))
            for row in rows(machine, "Antivirus")
            if isinstance(row.get("productState"), int)
        ),
        *(
            (f"Windows Firewall, {row.get('Name')}", "firewall", row.get("Enabled"))
            for row in rows(machine, "Firewall")
        ),
    ]
    return [
        {"name": name, "kind": kind, "enabled": on}
        for name, kind, on in told
        if isinstance(on, bool)
    ]


def routes(machine: Machine) -> Rows:
    """Return the section `routes`: those over gateways."""
    found = []
    for row in rows(machine, "Win32_IP4RouteTable"):
        gateway, mask = str(row.get("NextHop")), str(row.get("Mask"))
        if gateway in {"0.0.0.0", "None"} or str(row.get("Destination")).startswith("127."):  # noqa: S104 - a route to nowhere
            continue
        parts = [int(part) for part in mask.split(".") if part.isdecimal()]
        length = "".join(map(bin, parts)).count("1")
        destination = f"{row.get('Destination')}/{length}"
        name = "default" if length == 0 else destination
        found.append(
            {
                "name": f"{name} via {gateway}",
                "destination": destination,
                "gateway": gateway,
                "interface": str(row.get("InterfaceIndex")),
                "metric": row.get("Metric1"),
            }
        )
    return sorted(found, key=lambda row: (str(row["destination"]), str(row["gateway"])))


def dns(machine: Machine) -> Rows:
    """Return the section `dns`, in the order they are asked."""
    return [
        {"name": row["Name"], "kind": kind}
        for part, kind in (("NameServers", "server"), ("Suffixes", "search"))
        for row in rows(machine, part)
        if row.get("Name")
    ]
