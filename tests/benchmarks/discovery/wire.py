"""What asking costs: silent addresses, one switch, many switches with storage, hostile agents.

CPU is that of the process without the thread that plays the devices.
"""

import asyncio
import resource
import socket
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cmdb.inventory.outcomes import Author
from discovery.findings import DeviceFindings
from discovery.knowledge.rules import load_knowledge
from discovery.scan.answering import RollCall
from discovery.scan.blocking import scan_range
from discovery.scan.device import DeviceReader
from discovery.settings import ScanSettings
from discovery.snmp.client import SnmpClient
from discovery.snmp.credentials import Community, Credential, User
from discovery.targets.ranges import parse_targets
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.migrations.runner import Migrations
from server.people.organisations import create_organisation
from server.scanning.recording import record_device
from tests.benchmarks.discovery.switches import PORTS, switch
from tests.benchmarks.figures import tell
from tests.support.hostile_snmp import VICES, Vicious
from tests.support.snmp_responder import Device, RecordedDevice, SnmpResponder
from tests.support.snmp_secured import SecuredEngine

_PUBLIC = (Community("public"),)
_USER = User("reader", "SHA-256", "one pass phrase", "AES-256", "another pass phrase")
_SWITCHES = 200
_HOSTILE = 500


def measure() -> None:
    """Tell all figures of the wire."""
    _silent()
    _one_switch(_PUBLIC[0], 15)
    _one_switch(_USER, 25)
    _many_switches()
    _hostile()


def _silent() -> None:
    """A socket that nobody reads takes all packets and answers none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("", 0))
        settings = ScanSettings(
            port=deaf.getsockname()[1], timeout_seconds=1, retries=1, pace=20_000
        )
        roll = RollCall(_PUBLIC, settings)

        async def call() -> None:
            async for _ in roll.run(parse_targets(["127.50.0.0/16"])):
                raise AssertionError

        started, used = time.monotonic(), time.process_time()
        asyncio.run(call())
        wall, cpu = time.monotonic() - started, time.process_time() - used
    setting = f"silent /16 at 20,000 packets a second, timeout 1 s, 1 retry, {roll.sent} packets"
    tell("silent sweep", wall, "s", "<= 15", met=wall <= 15, setting=setting)
    tell("silent sweep", cpu, "CPU s", "<= 3", met=cpu <= 3, setting=setting)


def _one_switch(credential: Credential, most: float) -> None:
    device = RecordedDevice(switch(1), max_bytes=8_000)
    best = float("inf")
    variables = 0
    with _serving({"127.9.0.1": device}) as (port, _):
        reader_of = _reader(port, credential)
        for _ in range(10):
            device.requests = 0
            cpu, variables = asyncio.run(reader_of())
            best = min(best, cpu)
    speech = "v2c" if credential in _PUBLIC else "v3 SHA-256 and AES-256"
    setting = f"{PORTS} ports, {variables} variables, {speech}, all probes, best of 10 visits"
    requests, milliseconds = device.requests, 1000 * best
    tell("one switch", requests, "requests", "<= 40", met=requests <= 40, setting=setting)
    met = milliseconds <= most
    tell("one switch", milliseconds, "CPU ms", f"<= {most}", met=met, setting=setting)


def _reader(
    port: int, credential: Credential
) -> Callable[[], Coroutine[None, None, tuple[float, int]]]:
    settings, knowledge = ScanSettings(port=port), load_knowledge()

    async def read() -> tuple[float, int]:
        async with SnmpClient() as client:
            reader = DeviceReader(client, settings, knowledge)
            started = time.thread_time()
            found = await reader.read("127.9.0.1", [credential])
            cpu = time.thread_time() - started
        if not isinstance(found, DeviceFindings) or len(found.interfaces) != PORTS:
            raise AssertionError
        return cpu, len(switch(1))

    return read


def _many_switches() -> None:
    devices = {_address(n): RecordedDevice(switch(n), max_bytes=8_000) for n in range(_SWITCHES)}
    with tempfile.TemporaryDirectory() as folder, _serving(devices) as (port, played):
        url = f"sqlite:///{Path(folder) / 'wire.sqlite3'}"
        Migrations(url).upgrade()
        database = Database(url)
        with database.writing() as session:
            organisation = create_organisation(session, None, "root", "Root", utc_now()).id
        author, kept = Author(None, "bench"), 0
        settings = ScanSettings(port=port, timeout_seconds=2, pace=20_000)
        used = time.process_time() - played()
        for found in scan_range(parse_targets(["127.9.0.0/24"]), _PUBLIC, settings):
            if isinstance(found, DeviceFindings):
                with database.writing() as session:
                    recorded = record_device(session, found, organisation, author, utc_now())
                    kept += recorded.item_id is not None
        cpu = time.process_time() - played() - used
    rate = 60 * kept / cpu
    setting = f"{kept} of {_SWITCHES} switches found, read, identified and stored in SQLite"
    met = rate >= 600 and kept == _SWITCHES
    tell("end to end", rate, "devices a CPU minute", ">= 600", met=met, setting=setting)


def _hostile() -> None:
    names = sorted(VICES)
    devices: dict[str, Device] = {
        _address(n): Vicious(vice=VICES[names[n % len(names)]]) for n in range(_HOSTILE)
    }
    polite = "127.9.3.250"
    devices[polite] = RecordedDevice(switch(1), max_bytes=8_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with _serving(devices) as (port, _):
        settings = ScanSettings(
            port=port, timeout_seconds=1, retries=0, device_seconds=20, max_rows=2_000, pace=20_000
        )
        started = time.monotonic()
        results = scan_range(parse_targets(["127.9.0.0/22"]), _PUBLIC, settings)
        found = {one.address: one for one in results}
        wall = time.monotonic() - started
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    one = found.get(polite)
    unharmed = isinstance(one, DeviceFindings) and len(one.interfaces) == PORTS
    setting = f"{len(found)} results of {_HOSTILE} hostile agents and a polite one"
    ended = len(found) == _HOSTILE + 1
    tell("hostile agents", wall, "s", "ends", met=ended, setting=setting)
    tell("hostile agents", grown, "MB more", "<= 500", met=grown <= 500, setting=setting)
    tell("the polite one", float(unharmed), "whole", "1", met=unharmed, setting=setting)


def _address(number: int) -> str:
    return f"127.9.{number // 250}.{number % 250 + 1}"


@contextmanager
def _serving(devices: Mapping[str, Device]) -> Iterator[tuple[int, Callable[[], float]]]:
    """Play devices; yield the port, and a function that tells the CPU seconds of playing."""
    with SnmpResponder(devices, SecuredEngine(_USER)) as responder:
        yield responder.port, responder.cpu_seconds
