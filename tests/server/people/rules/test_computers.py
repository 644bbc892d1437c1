"""What a directory's entry says of a computer."""

import uuid
from datetime import date

import pytest

from server.people.rules.computers import ComputerSeen, computer_seen, day_of, why_unmatched
from server.people.rules.mapping import ACTIVE_DIRECTORY, OPENLDAP, attribute_map

_ID = uuid.UUID("0f0e0d0c-0b0a-4908-8706-050403020100")


def _in_domain(**attributes: str) -> ComputerSeen | None:
    told = {name.lower(): [value.encode()] for name, value in attributes.items()}
    entry = {"objectguid": [_ID.bytes_le], **told}
    return computer_seen("CN=PC1,DC=example,DC=test", entry, attribute_map(ACTIVE_DIRECTORY, {}))


def test_an_account_of_active_directory_is_understood() -> None:
    seen = _in_domain(
        cn="SRV1",
        dNSHostName="SRV1.Corp.Example.test",
        operatingSystem="Windows Server 2022 Standard",
        operatingSystemVersion="10.0 (20348)",
        lastLogonTimestamp="133801632000000000",
        whenCreated="20240229101112.0Z",
        userAccountControl="4098",
        managedBy="CN=Ada,DC=example,DC=test",
        description="Print server",
        location="Rack 4",
    )
    assert seen is not None
    assert (seen.external_id, seen.fqdn) == (str(_ID), "srv1.corp.example.test")
    assert (seen.class_code, seen.disabled) == ("server", True)
    assert (seen.last_logon, seen.created_on) == (date(2025, 1, 1), date(2024, 2, 29))
    assert seen.values["directory_account"] == "disabled"
    assert seen.values["directory_since"] == "2024-02-29"
    assert seen.readings == {"directory_logon": "2025-01-01"}
    assert [one.value for one in seen.evidence] == ["srv1.corp.example.test", "srv1"]


def test_what_nothing_is_said_of_is_taken_back() -> None:
    seen = _in_domain(cn="PC1")
    assert seen is not None
    assert (seen.fqdn, seen.class_code, seen.last_logon) == ("", "computer", None)
    assert seen.values["os_name"] is None
    assert seen.readings == {}


def test_the_full_name_of_an_ip_host_is_the_one_with_a_domain() -> None:
    entry = {
        "entryuuid": [str(_ID).encode()],
        "cn": [b"web1", b"web1.example.test"],
    }
    seen = computer_seen("cn=web1", entry, attribute_map(OPENLDAP, {}))
    assert seen is not None
    assert (seen.name, seen.fqdn) == ("web1", "web1.example.test")


@pytest.mark.parametrize("fqdn", ["pc1", "two words.example.test", "x" * 300 + ".test"])
def test_what_is_no_full_name_is_none(fqdn: str) -> None:
    seen = _in_domain(cn="PC1", dNSHostName=fqdn)
    assert seen is not None
    assert seen.fqdn == ""


def test_a_domain_called_local_has_full_names_and_a_machine_alone_has_none() -> None:
    domain, alone = (
        _in_domain(cn="PC1", dNSHostName=name) for name in ("pc1.corp.local", "pc1.local")
    )
    assert domain is not None
    assert alone is not None
    assert (domain.fqdn, alone.fqdn) == ("pc1.corp.local", "")


def test_an_entry_without_id_or_name_is_nobody() -> None:
    assert _in_domain() is None
    assert computer_seen("cn=x", {"cn": [b"x"]}, attribute_map(ACTIVE_DIRECTORY, {})) is None


@pytest.mark.parametrize(
    "stamp", ["", "0", "9223372036854775807", "9" * 40, "never", "20261399000000Z", "²"]
)
def test_a_stamp_that_tells_no_day_tells_none(stamp: str) -> None:
    assert day_of(stamp) is None


def test_why_an_account_stands_for_nothing() -> None:
    named = ComputerSeen("1", "cn=a", "a", fqdn="a.example.test")
    assert why_unmatched(ComputerSeen("1", "cn=a", "a"), ()) == "name_only"
    assert why_unmatched(named, ()) == "no_match"
    assert why_unmatched(named, (1, 2)) == "several"
