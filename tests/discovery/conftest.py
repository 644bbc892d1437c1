"""Recorded devices, each on an address of its own."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from discovery.settings import ScanSettings
from tests.support.snmp_recordings import Recording, read_recording
from tests.support.snmp_responder import Device, RecordedDevice, SnmpResponder

RECORDINGS = Path(__file__).parents[1] / "recordings" / "discovery"
NAMES = ("stack-switch", "edge-router", "printer", "ups", "nas", "odd-values")

Serve = Callable[[Mapping[str, Device]], int]


def recording(name: str) -> Recording:
    return read_recording(RECORDINGS / f"{name}.snmprec")


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Return a function that serves devices by address until the test ends and names the port."""
    with ExitStack() as stack:
        yield lambda devices: stack.enter_context(SnmpResponder(devices)).port


@pytest.fixture(scope="session")
def recorded_devices() -> Iterator[tuple[int, Mapping[str, str]]]:
    """All own recordings: the port, and the address of each by name."""
    addresses = {name: f"127.77.0.{place}" for place, name in enumerate(NAMES, 1)}
    devices = {addresses[name]: RecordedDevice(recording(name)) for name in NAMES}
    with SnmpResponder(devices) as responder:
        yield responder.port, addresses


@pytest.fixture
def quick() -> Callable[[int], ScanSettings]:
    """Return settings for loopback, where an answer takes no time."""
    return lambda port: ScanSettings(port=port, timeout_seconds=0.8, retries=0, device_seconds=30)
