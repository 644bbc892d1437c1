"""A visit to one device ends, says what it found, and says why where it found nothing."""

import time
from collections.abc import Callable

import pytest

from discovery.findings import DeviceFindings, ProbeState, Unreachable, Why
from discovery.scan.blocking import Stopped, scan_host
from discovery.settings import ScanSettings
from discovery.snmp.credentials import Community, Credential, User
from tests.discovery.conftest import Serve, recording
from tests.discovery.visits import PUBLIC, Devices
from tests.support.hostile_snmp import VICES, SlowDrip, Vicious
from tests.support.snmp import SnmpdServer
from tests.support.snmp_responder import Answer, RecordedDevice, Request

_HOST = "127.77.3.1"
Quick = Callable[[int], ScanSettings]


def test_the_first_credential_that_works_is_used_and_named(
    recorded_devices: Devices, quick: Quick
) -> None:
    port, addresses = recorded_devices
    ladder = [Community("wrong", name="office"), Community("public", name="lab")]
    found = scan_host(addresses["ups"], ladder, quick(port))
    assert isinstance(found, DeviceFindings)
    assert (found.credential, found.version) == ("lab", "2c")
    assert "public" not in repr(found)


def test_silence_is_told_with_what_was_tried_and_without_the_secret(
    recorded_devices: Devices, quick: Quick
) -> None:
    port, addresses = recorded_devices
    ladder = [Community("a secret", name="office")]
    found = scan_host(addresses["ups"], ladder, quick(port))
    assert found == Unreachable(
        addresses["ups"],
        port,
        Why.SILENT,
        "no answer after one try of 0.8 s (credential 'office', SNMP version 2c)",
    )


def test_a_refusal_says_more_than_the_silence_of_other_credentials(
    snmpd_server: SnmpdServer, quick: Quick
) -> None:
    wrong = User(snmpd_server.user, "SHA-256", "not the pass phrase")
    ladder: list[Credential] = [Community("wrong"), wrong]
    found = scan_host(snmpd_server.host, ladder, quick(snmpd_server.port))
    assert isinstance(found, Unreachable)
    assert found.why is Why.REFUSED
    assert "authentication key" in found.reason


def test_silence_after_a_wrong_privacy_key_gets_a_hint(
    snmpd_server: SnmpdServer, quick: Quick
) -> None:
    password = snmpd_server.authentication_password
    user = User(snmpd_server.user, "SHA-256", password, "AES", "not the pass phrase")
    found = scan_host(snmpd_server.host, [user], quick(snmpd_server.port))
    assert isinstance(found, Unreachable)
    assert found.why is Why.SILENT
    assert "privacy key" in found.reason


def test_a_name_without_an_address_is_told(quick: Quick) -> None:
    found = scan_host("no..name", PUBLIC, quick(161))
    assert isinstance(found, Unreachable)
    assert (found.why, found.address) == (Why.UNRESOLVED, "no..name")


def test_a_name_is_resolved(snmpd_server: SnmpdServer, quick: Quick) -> None:
    found = scan_host("localhost", [Community(snmpd_server.community)], quick(snmpd_server.port))
    assert isinstance(found, DeviceFindings)
    assert found.address == "127.0.0.1"


def test_only_the_probes_that_were_asked_for_run(recorded_devices: Devices) -> None:
    port, addresses = recorded_devices
    settings = ScanSettings(port=port, probes=("interfaces",))
    found = scan_host(addresses["stack-switch"], PUBLIC, settings)
    assert isinstance(found, DeviceFindings)
    assert [one.probe for one in found.outcomes] == ["system", "interfaces"]


@pytest.mark.parametrize("vice", VICES)
def test_no_vice_keeps_a_visit_from_ending(serve: Serve, vice: str) -> None:
    port = serve({_HOST: Vicious(vice=VICES[vice])})
    settings = ScanSettings(
        port=port, timeout_seconds=0.1, retries=0, max_rows=200, device_seconds=8
    )
    started = time.monotonic()
    found = scan_host(_HOST, PUBLIC, settings)
    assert time.monotonic() - started < 20
    assert isinstance(found, DeviceFindings)
    assert found.system.name == "vicious"
    troubled = [one for one in found.outcomes if one.state is not ProbeState.DONE]
    assert troubled or vice == "huge_values"
    assert all(one.reason for one in troubled)


def test_a_device_that_drips_is_left_when_its_time_is_over(serve: Serve) -> None:
    port = serve({_HOST: SlowDrip()})
    settings = ScanSettings(port=port, timeout_seconds=1, device_seconds=1.5)
    started = time.monotonic()
    found = scan_host(_HOST, PUBLIC, settings)
    assert time.monotonic() - started < 10
    assert isinstance(found, DeviceFindings)
    reasons = {one.probe: one.reason for one in found.outcomes}
    assert "took too long" in reasons["entities"]
    assert "not asked" in reasons["cdp"]
    assert found.entities  # what had dripped until then is kept


def test_a_device_that_answers_no_snmp_is_unintelligible(serve: Serve, quick: Quick) -> None:
    port = serve({_HOST: _Babbling()})
    found = scan_host(_HOST, PUBLIC, quick(port))
    assert isinstance(found, Unreachable)
    assert found.why is Why.UNINTELLIGIBLE
    assert "not SNMP" in found.reason


class _Babbling:
    def answer(self, request: Request) -> Answer | None:
        return VICES["not_snmp"](request)


def test_a_visit_can_be_stopped(serve: Serve) -> None:
    port = serve({_HOST: RecordedDevice(recording("ups"), delay_seconds=30)})
    started = time.monotonic()
    with pytest.raises(Stopped):
        scan_host(
            _HOST,
            PUBLIC,
            ScanSettings(port=port, timeout_seconds=20),
            should_stop=lambda: time.monotonic() - started > 0.3,
        )
    assert time.monotonic() - started < 10


def test_settings_that_cannot_work_are_refused() -> None:
    for wrong in (
        {"port": 0},
        {"timeout_seconds": 0.0},
        {"retries": -1},
        {"max_rows": 0},
        {"pace": 0},
    ):
        with pytest.raises(ValueError, match=r"\w+ \w+"):
            ScanSettings(**wrong)
