"""One visit to one device: find the credential that works, ask every question, keep what comes."""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import fields, replace
from functools import partial

from discovery.assembly.identity import object_id
from discovery.findings import (
    DeviceFindings,
    Harvest,
    ProbeOutcome,
    ProbeState,
    Unreachable,
    Why,
)
from discovery.knowledge.rules import Knowledge
from discovery.probes import particulars, vendor_tables
from discovery.scan.outline import columns_asked, outline
from discovery.scan.questions import PARTICULARS, QUESTIONS, SYSTEM, VENDOR_TABLES
from discovery.settings import ScanSettings
from discovery.snmp.conversation import Conversation
from discovery.snmp.credentials import Credential, User
from discovery.snmp.session import (
    Limits,
    NoAnswer,
    Oid,
    Refused,
    SnmpError,
    SnmpSession,
    SnmpSessions,
    Unsendable,
)
from discovery.topology.local_ports import with_local_ports

#: How long a request that is under way at the deadline may still take.
_GRACE_SECONDS = 5.0

_WHY: dict[type[SnmpError], Why] = {
    NoAnswer: Why.SILENT,
    Refused: Why.REFUSED,
    Unsendable: Why.UNSENDABLE,
}


class DeviceReader:
    """Reads devices with one client; many visits may run at the same time."""

    def __init__(self, client: SnmpSessions, settings: ScanSettings, knowledge: Knowledge) -> None:
        self._client = client
        self._settings = settings
        self._knowledge = knowledge
        self._columns: Sequence[Oid] = ()

    async def read(
        self, address: str, credentials: Sequence[Credential]
    ) -> DeviceFindings | Unreachable:
        """Visit the device at an IP address; credentials are tried in their order.

        Never takes much longer than ``settings.device_seconds``; what could not be asked by then
        is said in the outcomes.
        """
        visit = _Visit(self._settings, self._knowledge)
        found = await self._greet(visit, address, credentials)
        if isinstance(found, Unreachable):
            return found
        device, findings = found
        if findings.version != "1" and not self._settings.probes:
            self._columns = self._columns or await columns_asked()
            await outline(device, self._columns)
        return await visit.ask_everything(device, findings)

    async def _greet(
        self, visit: "_Visit", address: str, credentials: Sequence[Credential]
    ) -> tuple[Conversation, DeviceFindings] | Unreachable:
        """Find the first credential under which the system group answers."""
        settings = self._settings
        failures: list[tuple[Credential, SnmpError]] = []
        for credential in credentials:
            session = self._client.session(address, settings.port, credential, _limits(settings))
            in_vlan = partial(self._in_vlan, address, credential)
            device = Conversation(session, visit.deadline, in_vlan)
            greeting = DeviceFindings(address, settings.port, credential.name, credential.version)
            try:
                return device, await visit.ask(SYSTEM, QUESTIONS[SYSTEM].ask(device), greeting)
            except SnmpError as error:
                failures.append((credential, error))
            except TimeoutError:
                break
        return _unreachable(address, settings, failures)

    def _in_vlan(self, address: str, credential: Credential, vlan: int) -> SnmpSession:
        """Return a session in the VLAN's own view of the bridge, as Cisco's IOS offers it."""
        if isinstance(credential, User):
            inner: Credential = replace(credential, context=f"vlan-{vlan}")
        else:
            inner = replace(credential, community=f"{credential.community}@{vlan}")
        settings = self._settings
        return self._client.session(address, settings.port, inner, _limits(settings))


class _Visit:
    """The clock and the outcomes of one visit."""

    def __init__(self, settings: ScanSettings, knowledge: Knowledge) -> None:
        self._settings = settings
        self._knowledge = knowledge
        self._started = time.monotonic()
        self.deadline = self._started + settings.device_seconds

    async def ask_everything(
        self, device: Conversation, findings: DeviceFindings
    ) -> DeviceFindings:
        """Ask what the settings want; what tells the device apart comes first."""
        wanted = self._settings.probes or (PARTICULARS, *QUESTIONS, VENDOR_TABLES)
        if PARTICULARS in wanted:
            findings = await self._ask_particulars(device, findings)
        for name, question in QUESTIONS.items():
            if name in wanted and name != SYSTEM:
                findings = await self._ask_safely(name, partial(question.ask, device), findings)
        if VENDOR_TABLES in wanted:
            findings = await self._ask_vendor_tables(device, findings)
        return replace(
            findings,
            neighbours=with_local_ports(findings.neighbours, findings.interfaces),
            seconds=self._elapsed(),
        )

    async def _ask_particulars(
        self, device: Conversation, findings: DeviceFindings
    ) -> DeviceFindings:
        system = findings.system
        names = self._knowledge.questions(object_id(system.object_id), system.description)
        if not names:
            return findings
        return await self._ask_safely(
            PARTICULARS, partial(particulars.ask, device, names), findings
        )

    async def _ask_vendor_tables(
        self, device: Conversation, findings: DeviceFindings
    ) -> DeviceFindings:
        system = findings.system
        tables = self._knowledge.tables_of(object_id(system.object_id), system.description)
        if not tables:
            return findings
        known = [one.serial for one in findings.entities]
        ask = partial(vendor_tables.ask, device, tables, known)
        return await self._ask_safely(VENDOR_TABLES, ask, findings)

    async def _ask_safely(
        self, name: str, ask: Callable[[], Awaitable[Harvest]], findings: DeviceFindings
    ) -> DeviceFindings:
        """Ask one question; its failure is an outcome, never the end of the visit."""
        begun = self._elapsed()
        if begun >= self._settings.device_seconds:
            reason = f"not asked: the device took longer than {self._settings.device_seconds:g} s"
            return _with(findings, ProbeOutcome(name, ProbeState.FAILED, reason=reason))
        try:
            return await self.ask(name, ask(), findings)
        except SnmpError as error:
            reason = str(error)
        except TimeoutError:
            reason = f"stopped: the device took longer than {self._settings.device_seconds:g} s"
        seconds = self._elapsed() - begun
        return _with(findings, ProbeOutcome(name, ProbeState.FAILED, 0, seconds, reason))

    async def ask(
        self, name: str, answer: Awaitable[Harvest], findings: DeviceFindings
    ) -> DeviceFindings:
        """Ask one question. Raises SnmpError, and TimeoutError where the device's time is over.

        The conversation stops by itself at the deadline and keeps what it has; the timeout is for
        a request that is under way then.
        """
        begun = self._elapsed()
        async with asyncio.timeout(self._settings.device_seconds - begun + _GRACE_SECONDS):
            harvest = await answer
        outcome = ProbeOutcome(
            name,
            ProbeState.PARTIAL if harvest.complaints else ProbeState.DONE,
            harvest.rows,
            self._elapsed() - begun,
            "; ".join(harvest.complaints),
            harvest.cut_short,
        )
        return _with(_merged(findings, harvest), outcome)

    def _elapsed(self) -> float:
        return time.monotonic() - self._started


def _merged(findings: DeviceFindings, harvest: Harvest) -> DeviceFindings:
    """Add what a probe brought; rows of the same kind from two probes stand one after the other."""
    known = {field.name for field in fields(findings)}
    changes: dict[str, object] = {}
    for name, value in harvest.fields.items():
        if name not in known:
            raise TypeError(f"a probe brought the unknown field {name!r}")
        before = getattr(findings, name)
        changes[name] = (*before, *value) if isinstance(value, tuple) else value
    return replace(findings, **changes)  # type: ignore[arg-type]  # names were checked above


def _with(findings: DeviceFindings, outcome: ProbeOutcome) -> DeviceFindings:
    return replace(findings, outcomes=(*findings.outcomes, outcome))


def _limits(settings: ScanSettings) -> Limits:
    return Limits(
        timeout_seconds=settings.timeout_seconds,
        retries=settings.retries,
        max_rows=settings.max_rows,
        max_variables=settings.max_variables,
        max_repetitions=settings.max_repetitions,
        requests_per_second=settings.device_pace,
    )


def _unreachable(
    address: str, settings: ScanSettings, failures: Sequence[tuple[Credential, SnmpError]]
) -> Unreachable:
    """Say why, with the failure that tells most: a refusal says more than silence."""
    if not failures:
        reason = f"it took longer than {settings.device_seconds:g} s to say who it is"
        return Unreachable(address, settings.port, Why.SLOW, reason)
    telling = [one for one in failures if not isinstance(one[1], NoAnswer)] or list(failures)
    credential, error = telling[0]
    reason = f"{error} (credential {credential.name!r}, SNMP version {credential.version})"
    if isinstance(error, NoAnswer) and isinstance(credential, User) and credential.priv_protocol:
        reason += "; many devices are silent when the privacy key is wrong"
    why = _WHY.get(type(error), Why.UNINTELLIGIBLE)
    return Unreachable(address, settings.port, why, reason)


async def resolve(host: str, port: int) -> str | Unreachable:
    """Return the IP address of a host name (IPv4 first); addresses pass through."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError):
        return Unreachable(host, port, Why.UNRESOLVED, f"the name {host!r} has no address")
    ordered = sorted(found, key=lambda one: one[0] != socket.AF_INET)
    return str(ordered[0][4][0])
