"""What goes wrong in the field, at the rates it does, on machines that are truly something else.

Faults strike independently, so that a clone is also renamed and a swapped board also sits on
somebody's dock, as often as chance has it.
"""

import random
from collections.abc import Iterator
from dataclasses import replace

from tests.benchmarks.register.machines import (
    Estate,
    Machine,
    Sighting,
    claims_of,
    guest_serial,
)

#: Shares of all machines. Junk serials and board swaps strike hardware only, so often the more.
CLONED_UUIDS, JUNK_SERIALS, BOARD_SWAPS, RENAMES = 0.02, 0.01, 0.01, 0.03
_HARDWARE = 0.63
RESTORES, REINSTALLS, DOCKED, NAME_SWAPS, SEEN_BY_HOST = 0.005, 0.01, 0.3, 0.001, 0.2
#: Of cloned machines, how many were copied with their installation and the agent's state.
_WHOLE_IMAGE = 0.5
#: Of those, how many still go by the name of the machine they were copied from.
_NOT_YET_RENAMED = 0.1
#: Placeholders; the last two stand on no list and are met on whole batches of machines.
_JUNK = ("Default string", "To be filled by O.E.M.", "0123456789", "PROTO-SN-A", "PROTO-SN-B")


def strike_at_birth(estate: Estate) -> None:
    """Give machines the faults that they are delivered with: cloned UUIDs, junk serials."""
    dice, machines = estate.dice, estate.machines
    for number, machine in enumerate(machines):
        if machine.family == "micro":
            continue
        if dice.random() < CLONED_UUIDS:
            machines[number] = _clone(estate, machines[number])
        if machine.family != "guest" and dice.random() < JUNK_SERIALS / _HARDWARE:
            machines[number] = _junk_serial(estate, machines[number])


def _clone(estate: Estate, machine: Machine) -> Machine:
    """Give the machine another one's UUID; every other time its installation too.

    A physical machine keeps its own serial and boards. A guest's copy gets network cards of its
    own from the hypervisor, and its serial is made of the UUID: with the UUID it is copied too.
    """
    donor = _donor(estate, machine)
    if donor is None:
        return machine
    cloned = replace(machine, uuid=donor.uuid)
    if machine.family == "guest":
        cloned = replace(cloned, serial=guest_serial(donor.uuid))
    estate.count("cloned UUID")
    if estate.dice.random() < _WHOLE_IMAGE:
        estate.count("cloned UUID and installation")
        cloned = replace(cloned, machine_id=donor.machine_id, agent_id=donor.agent_id)
        if estate.dice.random() < _NOT_YET_RENAMED:
            estate.count("clone under its donor's name")
            cloned = replace(cloned, name=donor.name, domain=donor.domain)
    return cloned


def _donor(estate: Estate, machine: Machine) -> Machine | None:
    """Return some other machine of the same family and organisation."""
    for _ in range(400):
        other = estate.dice.choice(estate.machines)
        if (
            other.number != machine.number
            and other.family == machine.family
            and other.organisation == machine.organisation
        ):
            return other
    return None


def _junk_serial(estate: Estate, machine: Machine) -> Machine:
    estate.count("junk serial")
    junk = estate.dice.choice(_JUNK)
    board = estate.dice.choice((junk, machine.board_serial))
    return replace(machine, serial=junk, board_serial=board)


def strike_between_rounds(estate: Estate) -> None:
    """Let machines live: boards are swapped, hosts renamed, guests restored, disks wiped."""
    dice, machines = estate.dice, estate.machines
    for number, machine in enumerate(machines):
        changed = machine
        if machine.family not in {"guest", "micro"} and dice.random() < BOARD_SWAPS / _HARDWARE:
            changed = _swap_board(estate, changed)
        if machine.family == "guest" and dice.random() < RESTORES:
            changed = _restore(estate, changed)
        if dice.random() < RENAMES and machine.family != "micro":
            estate.count("rename")
            changed = replace(changed, name=f"new-{dice.getrandbits(24):06x}")
        if dice.random() < REINSTALLS and machine.family != "micro":
            estate.count("reinstalled")
            changed = replace(
                changed,
                machine_id=f"{dice.getrandbits(128):032x}",
                agent_id=f"{dice.getrandbits(64):016x}-reinstalled",
            )
        machines[number] = changed
    _swap_names(estate)


def _swap_board(estate: Estate, machine: Machine) -> Machine:
    """Put another board in: UUID, board and its network cards; the serial is written back."""
    estate.count("board swap")
    dice = estate.dice
    text = f"{dice.getrandbits(128):032x}"
    swapped = replace(
        machine,
        uuid=f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}",
        board_serial=f"/{dice.getrandbits(40):010X}/",
        macs=tuple(_other_card(mac, dice) for mac in machine.macs),
    )
    if dice.random() < 0.3:
        estate.count("board swap, serial forgotten")
        swapped = replace(swapped, serial="Default string")
    return swapped


def _other_card(mac: str, dice: random.Random) -> str:
    tail = f"{dice.getrandbits(24):06x}"
    return f"{mac[:8]}:{tail[:2]}:{tail[2:4]}:{tail[4:]}"


def _restore(estate: Estate, machine: Machine) -> Machine:
    """Restore a guest from its backup: the hypervisor gives it a UUID, sometimes cards, anew."""
    estate.count("restored guest")
    text = f"{estate.dice.getrandbits(128):032x}"
    uuid = f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
    restored = replace(machine, uuid=uuid, serial=guest_serial(uuid))
    if estate.dice.random() < 0.3:
        macs = tuple(_other_card(mac, estate.dice) for mac in machine.macs)
        restored = replace(restored, macs=macs)
    return restored


def _swap_names(estate: Estate) -> None:
    machines, dice = estate.machines, estate.dice
    for _ in range(int(len(machines) * NAME_SWAPS)):
        one, other = dice.randrange(len(machines)), dice.randrange(len(machines))
        first, second = machines[one], machines[other]
        if "micro" in {first.family, second.family} or one == other:
            continue
        estate.count("swapped names")
        machines[one] = replace(first, name=second.name)
        machines[other] = replace(second, name=first.name)


def reports(estate: Estate) -> Iterator[Sighting]:
    """Yield one round of reports in the order in which they come in: any.

    Laptops sit on whichever dock is free; hypervisors tell of some guests, byte order and key
    their own.
    """
    dice = estate.dice
    order = list(range(len(estate.machines)))
    dice.shuffle(order)
    for number in order:
        machine = estate.machines[number]
        dock = (_dock(len(order), dice),) if _is_docked(machine, dice) else ()
        yield Sighting(
            number,
            "agent",
            machine.agent_id,
            machine.organisation,
            claims_of(machine, dock),
        )
        if machine.family == "guest" and dice.random() < SEEN_BY_HOST:
            yield _seen_by_host(machine)


def _is_docked(machine: Machine, dice: random.Random) -> bool:
    return machine.family == "laptop" and dice.random() < DOCKED


def _dock(machines: int, dice: random.Random) -> str:
    """Return the address of one of the docks; one in five is of a maker nobody listed."""
    number = dice.randrange(max(machines // 10, 1))
    prefix = "a0:ce:c8" if number % 5 else "d4:f5:47"
    return f"{prefix}:{number >> 16 & 255:02x}:{number >> 8 & 255:02x}:{number & 255:02x}"


def _seen_by_host(machine: Machine) -> Sighting:
    head, tail = machine.uuid[:18], machine.uuid[18:]
    swapped = "-".join(bytes.fromhex(block)[::-1].hex() for block in head.split("-"))
    claims = (
        ("uuid", swapped + tail, ""),
        ("name", machine.name, ""),
        *(("mac", mac, "") for mac in machine.macs),
    )
    key = f"vm-{machine.number}"
    return Sighting(machine.number, "import:vcenter", key, machine.organisation, claims)
