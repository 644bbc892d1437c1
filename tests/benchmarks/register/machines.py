"""Machines as they truly are, and as they are reported: truth is drawn first, faults afterwards.

Nothing here knows how identity is decided (no import from ``cmdb.engine``): what a report says is
raw, as firmware, hypervisors and people write it.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

ORGANISATIONS = 4
_DAY_TO_DAY = ("LAPTOP", "PC", "WS", "NB")
_MAKERS = ("Dell Inc.", "LENOVO", "HP", "Hewlett-Packard", "FUJITSU", "ASUSTeK COMPUTER INC.")


@dataclass(frozen=True)
class Machine:
    """One machine, truly. ``family`` is "laptop", "desktop", "server", "guest" or "micro"."""

    number: int
    family: str
    organisation: int
    name: str
    domain: str
    machine_id: str
    agent_id: str
    uuid: str = ""
    vendor: str = ""
    serial: str = ""
    board_serial: str = ""
    macs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sighting:
    """One report: who it is truly about, under which key, and what it says."""

    machine: int
    source: str
    key: str
    organisation: int
    claims: tuple[tuple[str, str, str], ...]


@dataclass
class Estate:
    """Machines, and the faults they suffer from birth; ``faults`` counts them by name."""

    machines: list[Machine]
    dice: random.Random
    faults: dict[str, int] = field(default_factory=dict)

    def count(self, fault: str) -> None:
        """Note that a fault has struck."""
        self.faults[fault] = self.faults.get(fault, 0) + 1


def draw_estate(count: int, seed: int = 1) -> Estate:
    """Draw the truth, then the faults that machines are born with."""
    dice = random.Random(seed)
    machines = [_machine(number, dice) for number in range(count)]
    estate = Estate(machines, dice)
    _share_names(estate)
    return estate


def _machine(number: int, dice: random.Random) -> Machine:
    family = dice.choices(("laptop", "desktop", "server", "guest", "micro"), (35, 15, 13, 35, 2))[0]
    made = Machine(
        number=number,
        family=family,
        organisation=number % ORGANISATIONS,
        name=_name(family, number, dice),
        domain=f"site{number % 7}.example.test",
        machine_id=f"{dice.getrandbits(128):032x}",
        agent_id=_uuid(dice),
    )
    if family == "micro":
        return made
    if family == "guest":
        return _as_guest(made, dice)
    return _as_hardware(made, dice)


def _name(family: str, number: int, dice: random.Random) -> str:
    if family == "micro":
        return "vm"
    if family in {"laptop", "desktop"}:
        return f"{dice.choice(_DAY_TO_DAY)}{number:06d}"
    return f"{dice.choice(('srv', 'db', 'app', 'web'))}-{number:06d}"


def _uuid(dice: random.Random) -> str:
    text = f"{dice.getrandbits(128):032x}"
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"


def _mac(prefix: str, dice: random.Random) -> str:
    tail = f"{dice.getrandbits(24):06x}"
    return f"{prefix}:{tail[:2]}:{tail[2:4]}:{tail[4:]}"


def _as_hardware(made: Machine, dice: random.Random) -> Machine:
    vendor = dice.choice(_MAKERS)
    prefix = f"{dice.choice(('18:66:da', '3c:52:82', '54:bf:64', '8c:16:45'))}"
    return replace(
        made,
        vendor=vendor,
        uuid=_uuid(dice),
        serial=f"{dice.getrandbits(36):09X}"[-8:] + f"{made.number:06d}"[-3:],
        board_serial=f"/{dice.getrandbits(40):010X}/CN{dice.getrandbits(20):05X}/",
        macs=tuple(_mac(prefix, dice) for _ in range(dice.choice((1, 2, 2, 4)))),
    )


def _as_guest(made: Machine, dice: random.Random) -> Machine:
    uuid = _uuid(dice)
    return replace(
        made,
        vendor="VMware, Inc.",
        uuid=uuid,
        serial=guest_serial(uuid),
        macs=tuple(_mac("00:50:56", dice) for _ in range(dice.choice((1, 1, 2)))),
    )


def guest_serial(uuid: str) -> str:
    """Return the serial that the hypervisor makes of a UUID."""
    digits = uuid.replace("-", "")
    pairs = [digits[i : i + 2] for i in range(0, 32, 2)]
    return f"VMware-{' '.join(pairs[:8])}-{' '.join(pairs[8:])}"


def _share_names(estate: Estate) -> None:
    """Let the four organisations use the same names for some of their machines (PC000001)."""
    for first in range(0, len(estate.machines) - ORGANISATIONS, 50 * ORGANISATIONS):
        name = estate.machines[first].name
        for offset in range(1, ORGANISATIONS):
            other = estate.machines[first + offset]
            if other.family != "micro":
                estate.machines[first + offset] = replace(other, name=name)
                estate.count("one name in several organisations")


def claims_of(machine: Machine, extra_macs: Sequence[str] = ()) -> tuple[tuple[str, str, str], ...]:
    """Return what the machine's agent says of its identity, as (kind, raw value, vendor)."""
    told = [
        ("agent_id", machine.agent_id, ""),
        ("machine_id", machine.machine_id, ""),
        ("uuid", machine.uuid, ""),
        ("serial", machine.serial, machine.vendor),
        ("board_serial", machine.board_serial, machine.vendor),
        ("fqdn", f"{machine.name}.{machine.domain}", ""),
        ("name", machine.name, ""),
        *(("mac", mac, "") for mac in (*machine.macs, *extra_macs)),
    ]
    return tuple(claim for claim in told if claim[1])
