"""Who is this device, and how do its ports stand: two questions over SNMP, strictly bounded."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from discovery.findings import InterfaceFinding, SystemFinding, Why
from discovery.probes import interfaces, system
from discovery.reach.values import DeviceAnswer, DownPort
from discovery.snmp.client import SnmpClient
from discovery.snmp.conversation import Conversation
from discovery.snmp.credentials import Credential, Ladder
from discovery.snmp.session import (
    LimitReached,
    Limits,
    NoAnswer,
    Refused,
    SnmpError,
    SnmpSessions,
    Unsendable,
)

_SECONDS = 20.0
_LIMITS = Limits(
    timeout_seconds=1.5, retries=1, max_rows=2_000, max_variables=25_000, requests_per_second=100.0
)
#: Credentials that one check offers at most, and ports that it names.
_MOST_CREDENTIALS = 20
_MOST_DOWN = 200
_LONGEST_NAME = 80
_WHY: dict[type[SnmpError], Why] = {
    NoAnswer: Why.SILENT,
    Refused: Why.REFUSED,
    Unsendable: Why.UNSENDABLE,
    LimitReached: Why.SLOW,
}


@dataclass(frozen=True, slots=True)
class _Greeted:
    device: Conversation
    system: SystemFinding


def ask_device(address: str, port: int, credentials: Sequence[Credential]) -> DeviceAnswer:
    """Ask a device for its system group and the states of its ports; ends within 25 seconds.

    What fitted the address before (see ``Ladder``) is offered alone at first, all others together
    after that; of several that fit the first is taken. Of a credential nothing is told.
    """
    return asyncio.run(_ask(address, port, Ladder.over(credentials)))


async def _ask(address: str, port: int, ladder: Ladder) -> DeviceAnswer:
    credentials = ladder.at(address)[:_MOST_CREDENTIALS]
    alone = 1 if ladder.first_at(address) is not None else 0
    deadline = time.monotonic() + _SECONDS
    errors: list[SnmpError] = []
    async with SnmpClient() as client:
        for rungs in (credentials[:alone], credentials[alone:]):
            tried = await asyncio.gather(
                *(_greet(client, address, port, one, deadline) for one in rungs)
            )
            for found in tried:
                if isinstance(found, _Greeted):
                    return await _read(address, found)
            errors += [one for one in tried if isinstance(one, SnmpError)]
    return DeviceAnswer(address, _why(errors))


async def _greet(
    client: SnmpSessions, address: str, port: int, credential: Credential, deadline: float
) -> _Greeted | SnmpError:
    device = Conversation(client.session(address, port, credential, _LIMITS), deadline)
    try:
        harvest = await system.ask(device)
    except SnmpError as error:
        return error
    return _Greeted(device, cast(SystemFinding, harvest.fields["system"]))


def _why(errors: Sequence[SnmpError]) -> Why:
    """Return why nothing was read, by the failure that tells most: silence tells least."""
    telling = [one for one in errors if not isinstance(one, NoAnswer)]
    return _WHY.get(type(telling[0]), Why.UNINTELLIGIBLE) if telling else Why.SILENT


async def _read(address: str, found: _Greeted) -> DeviceAnswer:
    ports: tuple[InterfaceFinding, ...] = ()
    try:
        harvest = await interfaces.ask(found.device)
        ports = cast(tuple[InterfaceFinding, ...], harvest.fields["interfaces"])
        complaint = "; ".join(harvest.complaints) if harvest.cut_short else ""
    except SnmpError as error:
        complaint = str(error)
    down = [DownPort(port_name(one), one.admin_up is False) for one in ports if one.up is False]
    # What somebody switched off is left out before what fell.
    down.sort(key=lambda one: one.off)
    left_out = down[_MOST_DOWN:]
    return DeviceAnswer(
        address,
        name=found.system.name,
        description=found.system.description,
        object_id=found.system.object_id,
        uptime_seconds=found.system.uptime_seconds,
        up=sum(one.up is True for one in ports),
        down=tuple(down[:_MOST_DOWN]),
        more_down=sum(not one.off for one in left_out),
        more_off=sum(one.off for one in left_out),
        complaint=complaint,
    )


def port_name(port: InterfaceFinding) -> str:
    """Return by what a port is called in answers: its name, else its description or number."""
    return (port.name or port.description or f"#{port.index}")[:_LONGEST_NAME]
