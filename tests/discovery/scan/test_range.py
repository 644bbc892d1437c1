"""A sweep finds who answers, at its pace, and can be left at any moment."""

import threading
import time

import pytest

from discovery.findings import DeviceFindings, ScanProgress, Unreachable
from discovery.scan.blocking import scan_range
from discovery.settings import ScanSettings
from discovery.snmp.credentials import Community, Credential, Ladder, User
from discovery.targets.ranges import Targets, parse_targets
from tests.discovery.conftest import Serve, recording
from tests.discovery.visits import PUBLIC, Devices
from tests.support.hostile_snmp import VICES, Vicious
from tests.support.snmp import SnmpdServer
from tests.support.snmp_responder import Device, RecordedDevice


def test_a_sweep_finds_everybody_and_counts_the_silent(recorded_devices: Devices) -> None:
    port, addresses = recorded_devices
    seen: list[ScanProgress] = []
    settings = ScanSettings(port=port, timeout_seconds=1, pace=10_000)
    targets = parse_targets(["127.77.0.0/23"])
    found = list(scan_range(targets, PUBLIC, settings, on_progress=seen.append))
    assert {one.address for one in found} == set(addresses.values())
    assert all(isinstance(one, DeviceFindings) for one in found)
    last = seen[-1]
    assert (last.total, last.asked, last.answered, last.read) == (510, 510, 6, 6)
    assert last.sent == 2 * 510 - 6
    assert [one.asked for one in seen] == sorted(one.asked for one in seen)


def test_a_device_is_read_once_under_the_first_credential_that_answers(serve: Serve) -> None:
    port = serve({"127.77.4.1": RecordedDevice(recording("ups"), community=b"lab")})
    ladder = [
        Community("office", name="office"),
        Community("lab", "1", name="lab, old"),
        Community("lab", "2c", name="lab"),
    ]
    settings = ScanSettings(port=port, timeout_seconds=1, retries=0)
    (found,) = scan_range(parse_targets(["127.77.4.0/28"]), ladder, settings)
    assert isinstance(found, DeviceFindings)
    assert found.credential == "lab, old"


def test_what_fitted_a_device_before_is_all_that_it_is_offered(serve: Serve) -> None:
    device = RecordedDevice(recording("ups"), community=b"lab")
    port = serve({"127.77.4.1": device})
    rungs = (Community("office", name="office"), Community("lab", name="lab"), User("nobody"))
    settings = ScanSettings(port=port, timeout_seconds=1, retries=0, probes=("system",))
    (found,) = scan_range(_range("127.77.4.1"), Ladder(rungs, {"127.77.4.1": 1}), settings)
    assert isinstance(found, DeviceFindings)
    assert (found.credential, device.refused) == ("lab", 0)


def test_what_no_longer_fits_is_replaced_by_what_does(
    serve: Serve, snmpd_server: SnmpdServer
) -> None:
    device = RecordedDevice(recording("ups"), community=b"lab")
    port = serve({"127.77.4.1": device})
    rungs = (Community("office", name="office"), Community("lab", name="lab"))
    settings = ScanSettings(port=port, timeout_seconds=0.5, retries=0, probes=("system",))
    (found,) = scan_range(_range("127.77.4.1"), Ladder(rungs, {"127.77.4.1": 0}), settings)
    assert isinstance(found, DeviceFindings)
    assert found.credential == "lab"
    assert device.refused == 2

    # Every device that speaks SNMPv3 answers the first question, whoever its users are.
    here, community = snmpd_server.host, Community(snmpd_server.community, name="community")
    settings = ScanSettings(port=snmpd_server.port, timeout_seconds=0.5, probes=("system",))
    ladder = Ladder((User("nobody"), community), {here: 0})
    (found,) = scan_range(_range(here), ladder, settings)
    assert isinstance(found, DeviceFindings)
    assert found.credential == "community"


def test_how_much_of_a_sweep_is_over_is_told_from_its_start(serve: Serve) -> None:
    port = serve({"127.77.6.9": RecordedDevice(recording("ups"), delay_seconds=0.7)})
    settings = ScanSettings(port=port, timeout_seconds=1, retries=0, probes=("system",))
    seen: list[ScanProgress] = []
    (found,) = scan_range(_range("127.77.6.0/27"), PUBLIC, settings, on_progress=seen.append)
    assert isinstance(found, DeviceFindings)
    assert [one.settled for one in seen] == sorted(one.settled for one in seen)
    # The slow one is under way: it is not over, however many behind it are.
    assert {one.settled for one in seen if one.asked > 8 and not one.read} == {8}
    assert (seen[-1].settled, seen[-1].read) == (30, 1)


def test_a_device_with_snmpv3_alone_is_found_and_its_users_are_tried(
    snmpd_server: SnmpdServer,
) -> None:
    right = User(
        snmpd_server.user,
        "SHA-256",
        snmpd_server.authentication_password,
        "AES",
        snmpd_server.privacy_password,
        name="right",
    )
    ladder: list[Credential] = [Community("wrong"), User("nobody", name="nobody"), right]
    settings = ScanSettings(port=snmpd_server.port, timeout_seconds=0.5, retries=0)
    targets = parse_targets(["127.0.0.1-3"])
    found = {one.address: one for one in scan_range(targets, ladder, settings)}
    assert isinstance(found["127.0.0.1"], DeviceFindings)
    assert found["127.0.0.1"].credential == "right"


def test_a_device_that_refuses_is_a_result_with_a_reason(snmpd_server: SnmpdServer) -> None:
    settings = ScanSettings(port=snmpd_server.port, timeout_seconds=0.5, retries=0)
    (found,) = scan_range(parse_targets([snmpd_server.host]), [User("nobody")], settings)
    assert isinstance(found, Unreachable)
    assert "does not know the user" in found.reason


def test_hostile_devices_harm_nobody_else(serve: Serve) -> None:
    """Those that answer much and fast; the silent ones cost nobody but themselves."""
    loud = [name for name in VICES if name not in {"silent_tables", "not_snmp", "nested_deeply"}]
    devices: dict[str, Device] = {
        f"127.77.5.{place}": Vicious(vice=VICES[name]) for place, name in enumerate(loud, 1)
    }
    devices |= {
        f"127.77.5.{place}": RecordedDevice(recording("stack-switch")) for place in range(100, 104)
    }
    port = serve(devices)
    settings = ScanSettings(port=port, timeout_seconds=3, retries=1, max_rows=200)
    found = {one.address: one for one in scan_range(_range("127.77.5.0/25"), PUBLIC, settings)}
    assert set(found) == set(devices)
    for place in range(100, 104):
        polite = found[f"127.77.5.{place}"]
        assert isinstance(polite, DeviceFindings)
        assert polite.complete, polite.outcomes
        assert len(polite.interfaces) == 6


def test_packets_leave_no_faster_than_the_pace(serve: Serve) -> None:
    port = serve({})
    settings = ScanSettings(port=port, timeout_seconds=0.1, retries=0, pace=200)
    started = time.monotonic()
    assert list(scan_range(_range("127.77.6.0/24"), PUBLIC, settings)) == []
    assert time.monotonic() - started > 254 / 200 - 0.3


def test_leaving_a_sweep_ends_it(serve: Serve) -> None:
    port = serve({"127.77.7.1": RecordedDevice(recording("ups"))})
    settings = ScanSettings(port=port, timeout_seconds=30, pace=50)
    threads = threading.active_count()
    results = scan_range(_range("127.77.7.0/24"), PUBLIC, settings)
    assert isinstance(next(results), DeviceFindings)
    started = time.monotonic()
    results.close()
    assert time.monotonic() - started < 10
    assert threading.active_count() == threads


def test_a_sweep_waits_for_a_caller_who_takes_his_time(serve: Serve) -> None:
    devices: dict[str, Device] = {
        f"127.77.8.{place}": RecordedDevice(recording("ups")) for place in range(1, 21)
    }
    port = serve(devices)
    settings = ScanSettings(port=port, timeout_seconds=1, in_flight=2, probes=("system",))
    found = set()
    for result in scan_range(_range("127.77.8.0/27"), PUBLIC, settings):
        time.sleep(0.02)
        found.add(result.address)
    assert found == set(devices)


def test_an_error_in_the_scan_reaches_the_caller(serve: Serve) -> None:
    port = serve({"127.77.7.1": RecordedDevice(recording("ups"))})
    settings = ScanSettings(port=port, timeout_seconds=0.2, retries=0, probes=("system",))

    def broken(_: ScanProgress) -> None:
        raise RuntimeError("nobody listens")

    with pytest.raises(RuntimeError, match="nobody listens"):
        list(scan_range(_range("127.77.7.1"), PUBLIC, settings, on_progress=broken))


def _range(words: str) -> Targets:
    return parse_targets([words])
