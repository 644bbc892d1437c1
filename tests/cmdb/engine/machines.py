"""Machines as their agents describe them, and a register that remembers what it was told."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Self

from cmdb.engine.identity import Decision, Holder, Outcome, Question, decide, normalise
from cmdb.observation import Identifier
from cmdb.vocabulary import (
    AGENT_ID,
    BOARD_SERIAL,
    DEVICE_ID,
    FQDN,
    HARDWARE_UUID,
    LOCAL_MAC,
    MAC,
    MACHINE_ID,
    NAME,
    SERIAL,
    SERVER,
)

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Machine:
    """What one machine says of itself; empty is not known."""

    name: str = ""
    fqdn: str = ""
    agent_id: str = ""
    machine_id: str = ""
    uuid: str = ""
    vendor: str = ""
    serial: str = ""
    board_serial: str = ""
    macs: tuple[str, ...] = ()
    #: Addresses made up in software, and how agents of other makers on it call themselves.
    made_up: tuple[str, ...] = ()
    device_ids: tuple[str, ...] = ()
    organisation_id: int = 1

    def but(self, **changes: object) -> Self:
        return replace(self, **changes)  # type: ignore[arg-type]  # the fields above

    def evidence(self) -> tuple[Identifier, ...]:
        claims = [
            (AGENT_ID, self.agent_id),
            (MACHINE_ID, self.machine_id),
            (HARDWARE_UUID, self.uuid),
            (SERIAL, self.serial),
            (BOARD_SERIAL, self.board_serial),
            *((MAC, mac) for mac in self.macs),
            *((LOCAL_MAC, mac) for mac in self.made_up),
            *((DEVICE_ID, told) for told in self.device_ids),
            (FQDN, self.fqdn),
            (NAME, self.name),
        ]
        found = (normalise(kind, raw, self.vendor) for kind, raw in claims)
        return tuple(identifier for identifier in found if identifier is not None)


def rack_server(number: int) -> Machine:
    """A physical server with everything that DMI can tell."""
    return Machine(
        name=f"srv-{number:02}",
        fqdn=f"srv-{number:02}.example.test",
        agent_id=f"6f1f6a0e-0000-4000-8000-{number:012}",
        machine_id=f"{number:08x}a1b2c3d4e5f60718293a4b5c",
        uuid=f"4c4c4544-0042-3510-8052-{0xB4C04F000000 + number:012x}",
        vendor="Dell Inc.",
        serial=f"B5R{number:04}",
        board_serial=f".B5R{number:04}.CN7016.",
        macs=(f"18:66:da:00:{number:02x}:01", f"18:66:da:00:{number:02x}:02"),
    )


def virtual_machine(number: int) -> Machine:
    """A VMware guest: its serial is its UUID, its MAC comes from VMware's range."""
    tail = f"{number:02x}"
    return Machine(
        name=f"vm-{number:02}",
        agent_id=f"7e2e6a0e-0000-4000-8000-{number:012}",
        machine_id=f"{number:08x}b2c3d4e5f60718293a4b5c6d",
        uuid=f"564d8e5a-12f3-4c1b-9d0e-6a7b8c9d{number:04x}",
        vendor="VMware, Inc.",
        serial=f"VMware-56 4d 8e 5a 12 f3 4c 1b-9d 0e 6a 7b 8c 9d 00 {tail}",
        macs=(f"00:50:56:9a:00:{tail}",),
    )


class Register:
    """Decides report after report like the door does, and keeps what an item was told."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now
        self.items: dict[int, Holder] = {}
        self._known_as: dict[tuple[int, str], int] = {}

    def later(self, gap: timedelta = HOUR) -> None:
        self.now += gap

    def ask(self, machine: Machine, key: str | None = None) -> Decision:
        """Decide without remembering; the key is the agent's id unless another one is given."""
        evidence = machine.evidence()
        known = self._known_as.get((machine.organisation_id, self._key(machine, key)))
        question = Question(
            evidence,
            SERVER,
            machine.organisation_id,
            self.items[known] if known is not None else None,
            self.now,
        )
        return decide(question, self._holders(evidence))

    def report(self, machine: Machine, key: str | None = None) -> int | None:
        """Return the item that the report landed on, new or known; None for the review queue."""
        decision = self.ask(machine, key)
        if decision.outcome is Outcome.REVIEW:
            return None
        item_id = decision.item_id or len(self.items) + 1
        known = self.items.get(item_id)
        self.items[item_id] = Holder(
            item_id,
            known.organisation_id if known else machine.organisation_id,
            SERVER,
            (known.identifiers if known else frozenset()) | frozenset(machine.evidence()),
            self.now,
        )
        if named := self._key(machine, key):
            self._known_as.setdefault((machine.organisation_id, named), item_id)
        return item_id

    def retire(self, item_id: int) -> None:
        self.items[item_id] = replace(self.items[item_id], retired=True)

    def _key(self, machine: Machine, key: str | None) -> str:
        return machine.agent_id if key is None else key

    def _holders(self, evidence: Iterable[Identifier]) -> dict[Identifier, list[Holder]]:
        found = {
            identifier: [item for item in self.items.values() if identifier in item.identifiers]
            for identifier in evidence
        }
        return {identifier: holders for identifier, holders in found.items() if holders}
