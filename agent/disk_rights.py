"""The rights that it takes to ask disks how they are, and giving them to the service of systemd.

The unit comes without them: one is nearly all that root may do. They stand in a file of their own
beside the unit (a drop-in), which lets disks be opened for reading too: systemd before 253 takes
ProtectClock for a list of all devices that may be opened.
"""

from __future__ import annotations

import os

from agent.collectors import disks
from agent.errors import AgentError
from agent.sources import disk_health

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from agent.machine import Machine
    from agent.state import State

SERVICE = "cadastre-agent"
UNIT_FOLDERS = ("/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system")
DROP_IN = f"{UNIT_FOLDERS[0]}/{SERVICE}.service.d/disk-health.conf"
# How a disk is asked → the right, its number in linux/capability.h, its devices in /proc/devices.
_RIGHTS = {
    "nvme": ("CAP_SYS_ADMIN", 21, "block-blkext"),
    "smartctl": ("CAP_SYS_RAWIO", 17, "block-sd"),
}
_GROUPS = ("/sys/fs/cgroup", "/sys/fs/cgroup/systemd")
_HEAD = """\
# Written by `cadastre-agent disk-health on`; `cadastre-agent disk-health off` takes it back.
# The service may ask the disks of this machine how they are.
[Service]
"""


def needs(machine: Machine) -> dict[str, list[dict[str, Any]]]:
    """Return the disks that take a right to be asked, by how they are asked."""
    found: dict[str, list[dict[str, Any]]] = {}
    for disk in disks.listed(machine) if machine.linux else ():
        way = disk_health.way_to(disk)
        if way in _RIGHTS:
            found.setdefault(way, []).append(disk)
    return dict(sorted(found.items()))


def drop_in(ways: Iterable[str]) -> str:
    """Return the drop-in that lets disks be asked in these ways.

    >>> print(drop_in(["smartctl"]).splitlines()[3:])
    ['CapabilityBoundingSet=CAP_SYS_RAWIO', 'DeviceAllow=block-sd r']
    """
    given = [_RIGHTS[way] for way in ways]
    lines = [f"CapabilityBoundingSet={' '.join(right for right, _, _ in given)}"]
    lines += [f"DeviceAllow={devices} r" for _, _, devices in given]
    return _HEAD + "\n".join(lines) + "\n"


def turn_on(machine: Machine, systemctl: Callable[[list[str]], int]) -> str:
    """Give the service what the disks of this machine need; what was done, as a sentence.

    `systemctl` runs it with these words and returns its exit code. Raises AgentError without a
    service of systemd, without such disks, and when something cannot be written.
    """
    if not _has_unit(machine):
        raise AgentError("There is no service cadastre-agent of systemd here to give rights to.")
    needed = needs(machine)
    if not needed:
        raise AgentError("No disk of this machine takes a right to be asked how it is.")
    path = machine.path(DROP_IN)
    try:
        os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
        with open(f"{path}.new", "w", encoding="ascii") as file:
            file.write(drop_in(needed))
        os.chmod(f"{path}.new", 0o644)
        os.replace(f"{path}.new", path)
    except OSError as error:
        raise _closed("written", error) from error
    _load(systemctl)
    given = ", ".join(f"{_named(needed[way])} by {_RIGHTS[way][0]}" for way in needed)
    return f"The service may ask {given} ({DROP_IN})."


def turn_off(machine: Machine, systemctl: Callable[[list[str]], int]) -> str:
    """Take back what `turn_on` gave; what was done, as a sentence. Raises AgentError."""
    path = machine.path(DROP_IN)
    try:
        os.unlink(path)
    except FileNotFoundError:
        return "The service has no right to take back."
    except OSError as error:
        raise _closed("removed", error) from error
    folder = os.path.dirname(path)
    if not os.listdir(folder):  # nobody's own drop-ins lie beside it
        os.rmdir(folder)
    _load(systemctl)
    return f"The service may ask disks no longer ({DROP_IN} is gone)."


def ask_anew(state: State) -> None:
    """Forget what disks told, so that the next cycle asks them and not the next day's."""
    with state.locked():
        progress = state.progress()
        if progress.get("memory", {}).pop("disks", None) is not None:
            state.keep_progress(progress)


def verdicts(
    machine: Machine, progress: dict[str, Any], program: str
) -> Iterator[tuple[bool, str]]:
    """(whether all is well, sentence) for each way in which disks of this machine are asked.

    `progress` is what the agent remembers between cycles; `program` is how it is started here.
    """
    kept = progress.get("memory", {}).get("disks", {})
    told: dict[str, list[str]] = kept.get("health", {})
    for way, asked in needs(machine).items():
        names, (right, number, _) = _named(asked), _RIGHTS[way]
        if way == "smartctl" and disk_health.smartctl_of(machine) is None:
            yield (
                False,
                f"Health of {names}: smartctl is not installed: install the package smartmontools.",
            )
        if not _holds(machine, right, number):
            way_out = f"run `{program} disk-health on` as root."
            yield False, f"Health of {names}: the service lacks {right}: {way_out}"
            continue
        silent = [disk for disk in asked if told.get(disk_health.key_of(disk)) == []]
        if silent:
            yield False, f"Health of {_named(silent)}: asked with {right}, and told nothing."
        else:
            yield True, f"Health of {names}: may be asked with {right}."


def run_systemctl(words: list[str]) -> int:
    """Run systemctl with these words; its exit code, 127 where there is none."""
    import subprocess  # noqa: PLC0415 - costs 10 ms

    try:
        return subprocess.run(["systemctl", *words], check=False).returncode  # noqa: S603, S607 - our words
    except OSError:
        return 127


def _load(systemctl: Callable[[list[str]], int]) -> None:
    for words in (["daemon-reload"], ["try-restart", f"{SERVICE}.service"]):
        if systemctl(words):
            raise AgentError(f"`systemctl {' '.join(words)}` failed: run it again as root.")


def _closed(what: str, error: OSError) -> AgentError:
    return AgentError(f"{DROP_IN} cannot be {what}: {error.strerror}. Run this as root.")


def _has_unit(machine: Machine) -> bool:
    return any(machine.exists(f"{folder}/{SERVICE}.service") for folder in UNIT_FOLDERS)


def _holds(machine: Machine, right: str, number: int) -> bool:
    """Whether the running service has a right; one that stands still, by its drop-in."""
    for group in _GROUPS:
        running = machine.lines(f"{group}/system.slice/{SERVICE}.service/cgroup.procs")
        if running:
            return bool(_rights_of(machine, running[0]) >> number & 1)
    if _has_unit(machine):
        return any(right in line.split("=")[-1].split() for line in machine.lines(DROP_IN))
    return bool(_rights_of(machine, "self") >> number & 1)


def _rights_of(machine: Machine, process: str) -> int:
    """Return the effective rights of a process as bits, none when it is gone."""
    for line in machine.lines(f"/proc/{process}/status"):
        if line.startswith("CapEff:"):
            return int(line.split()[1], 16)
    return 0


def _named(some: Iterable[dict[str, Any]]) -> str:
    return ", ".join(disk["name"] for disk in some)
