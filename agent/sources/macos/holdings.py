"""What a Mac runs, keeps and is guarded by, in the words of the report's sections."""

from __future__ import annotations

from agent.sources.macos.asking import first, leaves, rows
from agent.sources.macos.programs import plist

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent.machine import Machine

    Rows = list[dict[str, Any]]

_LAUNCHD = ("/Library/LaunchDaemons", "/Library/LaunchAgents")
_FIREWALL = "/usr/libexec/ApplicationFirewall/socketfilterfw"
# (command, its name in a recording, what is guarded, kind, the words that mean "on")
_GUARDS = (
    (("/usr/bin/fdesetup", "status"), "FileVault", "disk encryption", "FileVault is On"),
    (
        ("/usr/bin/csrutil", "status"),
        "System Integrity Protection",
        "confinement",
        "status: enabled",
    ),
    (("/usr/sbin/spctl", "--status"), "Gatekeeper", "confinement", "assessments enabled"),
    ((_FIREWALL, "--getglobalstate"), "Application firewall", "firewall", "is enabled"),
)


def services(machine: Machine) -> Rows:
    """Return the section `services`: what launchd keeps running that macOS does not bring."""
    listed = machine.command(("/bin/launchctl", "list"))
    lines = [line.split("\t") for line in (listed or "").splitlines()]
    running = {line[2]: line[0].isdecimal() for line in lines if len(line) > 2}
    found = []
    for label, told in _jobs(machine):
        if not _timed(told):
            row: dict[str, Any] = {"name": label, "kind": "launchd"}
            row["enabled"] = told.get("Disabled") is not True
            if listed is not None:
                row["running"] = running.get(label, False)
            found.append(row)
    return sorted(found, key=lambda row: str(row["name"]))


def tasks(machine: Machine) -> Rows:
    """Return the section `tasks`: of a command only the program, the rest may hold a password."""
    found = []
    for label, told in _jobs(machine):
        if _timed(told):
            words = told.get("ProgramArguments") or [None]
            found.append(
                {
                    "name": label,
                    "kind": "launchd",
                    "schedule": _schedule(told),
                    "user": told.get("UserName") or "root",
                    "program": told.get("Program") or words[0],
                }
            )
    return sorted(found, key=lambda row: str(row["name"]))


def _jobs(machine: Machine) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for folder in _LAUNCHD:
        for name in machine.names(folder):
            if name.endswith(".plist"):
                told = plist(machine, f"{folder}/{name}")
                found.append((str(told.get("Label") or name[: -len(".plist")]), told))
    return found


def _timed(told: dict[str, Any]) -> bool:
    return bool(told.get("StartCalendarInterval") or told.get("StartInterval"))


def _schedule(told: dict[str, Any]) -> str:
    """Return when launchd starts a job.

    >>> _schedule({"StartCalendarInterval": {"Hour": 3, "Minute": 5}})
    'Hour 3, Minute 5'
    """
    if told.get("StartInterval"):
        return f"every {told['StartInterval']} s"
    given = told["StartCalendarInterval"]
    times = given if isinstance(given, list) else [given]
    shown = [", ".join(f"{k} {v}" for k, v in sorted(one.items())) for one in times]
    return "; ".join(shown) or "unknown"


def users(machine: Machine) -> Rows:
    """Return the section `users`: accounts of the machine's own directory."""
    found = [
        {
            "name": one.get("RecordName", "").split(" ")[0],
            "uid": one.get("UniqueID"),
            "full_name": one.get("RealName"),
            "home": one.get("NFSHomeDirectory"),
            "shell": one.get("UserShell"),
        }
        for one in _records(
            machine, "Users", ("UniqueID", "RealName", "NFSHomeDirectory", "UserShell")
        )
    ]
    return sorted(found, key=lambda row: (str(row["name"]), str(row["uid"])))


def groups(machine: Machine) -> Rows:
    """Return the section `groups`."""
    found = [
        {
            "name": one.get("RecordName", "").split(" ")[0],
            "gid": one.get("PrimaryGroupID"),
            "members": sorted(one.get("GroupMembership", "").split()),
        }
        for one in _records(machine, "Groups", ("PrimaryGroupID", "GroupMembership"))
    ]
    return sorted(found, key=lambda row: (str(row["name"]), str(row["gid"])))


def _records(machine: Machine, kind: str, wanted: tuple[str, ...]) -> list[dict[str, str]]:
    """Read `dscl -readall`: a dash parts records; a long value stands below its name."""
    asked = ("/usr/bin/dscl", ".", "-readall", f"/{kind}", "RecordName", *wanted)
    told = machine.command(asked, known_as=f"dscl-{kind}")
    if told is None:
        machine.remark(f"dscl told no {kind.lower()}")
    found: list[dict[str, str]] = [{}]
    key = ""
    for line in (told or "").splitlines():
        if line == "-":
            found.append({})
        elif line.startswith(" ") and key:
            found[-1][key] = f"{found[-1][key]} {line.strip()}".strip()
        else:
            key, _, value = line.partition(":")
            found[-1][key] = value.strip()
    return [one for one in found if one.get("RecordName")]


def usb(machine: Machine) -> Rows:
    """Return the section `usb`; what is built in is no plug."""
    found = []
    for row in leaves(rows(machine, "SPUSBDataType")):
        vendor, product = str(row.get("vendor_id") or ""), str(row.get("product_id") or "")
        name = str(row.get("_name"))
        if not product or "hub" in name.casefold() or row.get("Built-in_Device") == "Yes":
            continue
        number, _, words = vendor.partition(" ")
        found.append(
            {
                "name": name,
                "vendor": row.get("manufacturer") or words.strip("()") or None,
                # Apple's own devices say apple_vendor_id.
                "vendor_id": "05ac" if number == "apple_vendor_id" else number[2:],
                "product_id": product.partition(" ")[0][2:],
                "serial": row.get("serial_num"),
            }
        )
    return sorted(found, key=lambda row: (str(row["name"]), str(row["serial"]), str(row)))


def monitors(machine: Machine) -> Rows:
    """Return the section `monitors`."""
    found = []
    for card in rows(machine, "SPDisplaysDataType"):
        for row in card.get("spdisplays_ndrvs") or []:
            year = str(row.get("_spdisplays_display-year") or "")
            found.append(
                {
                    "port": str(row.get("spdisplays_connection_type") or "external").removeprefix(
                        "spdisplays_"
                    ),
                    "name": row.get("_name"),
                    "serial": row.get("spdisplays_display-serial-number")
                    or row.get("_spdisplays_display-serial-number"),
                    "year": int(year) if year.isdecimal() and int(year) else None,
                }
            )
    return found


def batteries(machine: Machine) -> Rows:
    """Return the section `batteries`."""
    return [
        {
            "name": "battery",
            "vendor": told.get("sppower_battery_manufacturer"),
            "model": told.get("sppower_battery_device_name"),
            "serial": told.get("sppower_battery_serial_number"),
        }
        for row in rows(machine, "SPPowerDataType")
        for told in [row.get("sppower_battery_model_info")]
        if isinstance(told, dict)
    ]


def security(machine: Machine) -> Rows:
    """Return the section `security`."""
    found = []
    for command, name, kind, on in _GUARDS:
        told = machine.command(command)
        if told is not None:
            found.append({"name": name, "kind": kind, "enabled": on in told})
    secure = first(machine, "SPSoftwareDataType").get("secure_boot")
    if secure:
        found.append({"name": "Secure Boot", "kind": "secure boot", "enabled": "full" in secure})
    return found


def routes(machine: Machine) -> Rows:
    """Return the section `routes`, from `netstat -rn`: those over gateways."""
    told = machine.command(("/usr/sbin/netstat", "-rn", "-f", "inet"))
    found = []
    for line in (told or "").splitlines():
        words = line.split()
        # G: over a gateway; a gateway that is a link begins with link#.
        if len(words) > 3 and "G" in words[2] and words[1][:1].isdigit():
            default = words[0] == "default"
            found.append(
                {
                    "name": f"{words[0]} via {words[1]}",
                    "destination": "0.0.0.0/0" if default else words[0],
                    "gateway": words[1],
                    "interface": words[3],
                    "metric": 0,
                }
            )
    return sorted(found, key=lambda row: (str(row["destination"]), str(row["gateway"])))
