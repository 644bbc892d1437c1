"""What foreign agents write is understood, whatever they leave out or get wrong."""

import json
import zlib
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmdb.errors import InvalidValue
from cmdb.inventory.acceptance import accept_values
from cmdb.model import shipped_model
from cmdb.observation import Observation
from server.items.foreign.messages import Dialect, read_json_message
from server.items.foreign.observing import observe
from server.items.foreign.wire import MOST_PLAIN, Packing, packed, packing_of, unpacked
from server.items.foreign.xml_reading import read_xml_message
from server.items.payload import TooLarge
from tests.server.items.foreign.messages import (
    DEVICE,
    PROLOG,
    glpi,
    glpi_package,
    inventory,
    package,
)

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def seen(plain: bytes) -> Observation:
    found = observe(read_xml_message(plain), 1, NOW)
    assert found is not None
    return found


def answered(device: str) -> bytes:
    """What an agent writes that asked a device over SNMP."""
    head = "<QUERY>SNMPQUERY</QUERY><DEVICEID>foo</DEVICEID>"
    return f"<REQUEST><CONTENT>{device}</CONTENT>{head}</REQUEST>".encode()


def rows(observation: Observation, name: str) -> Any:
    return next(section.rows for section in observation.sections if section.name == name)


def test_a_whole_inventory_becomes_evidence_values_and_sections() -> None:
    found = seen(inventory(package("bash", "5.2") + package("vim", "9.0")))
    assert (found.class_code, found.origin.key) == ("server", DEVICE)
    assert {(i.kind, i.value) for i in found.identifiers} == {
        ("uuid", "44454c4c-0042-3510-8052-b4c04f4a3339"),
        ("serial", "B5R0007|dell"),
        ("board_serial", ".B5R0007.CN1.|dell"),
        ("fqdn", "web-07.example.test"),
        ("name", "web-07"),
        ("device_id", DEVICE),
        ("mac", "18:66:da:00:07:01"),
    }
    accepted, refused = accept_values(shipped_model(), found, found.class_code)
    assert refused == {}
    assert accepted["memory_bytes"] == 2048 * 1024**2
    assert accepted["bios_date"] == "2024-01-15"
    assert accepted["boot_time"] == "2026-03-01T04:05:06Z"
    assert accepted["agent_version"] == "2.6-3"
    assert "asset_tag" not in accepted
    assert rows(found, "software") == [
        ("deb", "bash", "5.2", "amd64"),
        ("deb", "vim", "9.0", "amd64"),
    ]
    assert rows(found, "interfaces")[0]["addresses"] == [
        {"address": "192.0.2.7", "prefix_length": 24},
        {"address": "2001:db8::7", "prefix_length": 64},
    ]
    assert found.readings["filesystem_free_bytes"] == {"/": 400 * 1024**2}


def test_environment_variables_are_never_kept() -> None:
    assert "hunter2" not in repr(seen(inventory()))


def test_a_section_that_is_gone_from_a_whole_report_is_empty_and_from_a_partial_one_is_silent() -> (
    None
):
    content = {"softwares": [glpi_package("bash", "5.2")]}
    whole = read_json_message(json.dumps(glpi(content)).encode())
    part = read_json_message(json.dumps(glpi(content, partial=True)).encode())
    known = {"software", "monitors"}
    told = {s.name: s.rows for s in observe(whole, 1, NOW, known).sections}  # type: ignore[union-attr]
    assert told == {"software": [("deb", "bash", "5.2", "amd64")], "monitors": []}
    told = {s.name: s.rows for s in observe(part, 1, NOW, known).sections}  # type: ignore[union-attr]
    assert told == {"software": [("deb", "bash", "5.2", "amd64")]}


def test_the_same_sections_have_the_same_digests() -> None:
    first, second = seen(inventory(package("bash", "5.2"))), seen(inventory(package("bash", "5.2")))
    changed = seen(inventory(package("bash", "5.3")))
    assert first.sections == second.sections
    assert [a.name for a, b in zip(first.sections, changed.sections, strict=True) if a != b] == [
        "software"
    ]


def test_a_prolog_names_its_sender_and_says_nothing_of_it() -> None:
    message = read_xml_message(PROLOG, "OCS-NG_unified_unix_agent_v2.10.0")
    assert (message.action, message.device_id, message.dialect) == ("prolog", DEVICE, Dialect.OCS)
    assert observe(message, 1, NOW) is None


def test_a_device_asked_over_snmp_is_an_item_of_its_own() -> None:
    ports = "".join(
        f"<PORT><IFNUMBER>{n}</IFNUMBER><IFNAME>ge-0/0/{n}</IFNAME><IFSTATUS>1</IFSTATUS>"
        "<IFSPEED>1000000000</IFSPEED></PORT>"
        for n in range(10)
    )
    device = (
        "<DEVICE><INFO><TYPE>NETWORKING</TYPE><NAME>sw-1</NAME><SERIAL>JX1</SERIAL>"
        "<MANUFACTURER>Juniper</MANUFACTURER><IPS><IP>127.0.0.1</IP><IP>10.0.0.9</IP></IPS></INFO>"
        f"<PORTS>{ports}</PORTS></DEVICE>"
    )
    found = seen(answered(device))
    assert (found.class_code, found.origin.key) == ("switch", "device:serial:JX1")
    assert found.values["management_address"] == "10.0.0.9"
    assert [(p["name"], p["speed_mbps"], p["up"]) for p in rows(found, "interfaces")][:1] == [
        ("ge-0/0/0", 1000, True)
    ]


def test_a_device_that_did_not_answer_makes_nothing() -> None:
    body = answered("<DEVICE><ERROR><ID>7</ID><MESSAGE>timeout</MESSAGE></ERROR></DEVICE>")
    assert observe(read_xml_message(body), 1, NOW) is None


BOMB = b"""<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>
<REQUEST><DEVICEID>&b;</DEVICEID><QUERY>PROLOG</QUERY></REQUEST>"""


@pytest.mark.parametrize(
    ("plain", "field"),
    [
        (BOMB, "body"),
        (BOMB.replace(b'"aaaaaaaaaa"', b'SYSTEM "file:///etc/passwd"'), "body"),
        (b"<REQUEST><DEVICEID>x", "body"),
        (b"", "body"),
        (b"<HTML/>", "body"),
        (b'<?xml version="1.0" encoding="klingon"?><REQUEST/>', "body"),
        (b"<REQUEST><QUERY>PROLOG</QUERY></REQUEST>", "deviceid"),
        (b"<REQUEST><QUERY>PROLOG</QUERY><DEVICEID><A>1</A></DEVICEID></REQUEST>", "deviceid"),
        (b"<REQUEST><DEVICEID>" + b"x" * 300 + b"</DEVICEID></REQUEST>", "deviceid"),
    ],
)
def test_what_is_no_message_is_refused_by_name(plain: bytes, field: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        read_xml_message(plain)
    assert list(refused.value.fields) == [field]


def test_letters_of_an_old_code_page_and_control_characters_are_survived() -> None:
    body = inventory(more="<MONITORS><CAPTION>\x01Écran</CAPTION></MONITORS>").decode()
    assert rows(seen(body.encode("latin-1")), "monitors") == [{"name": "Écran"}]


def test_deep_nesting_is_cut() -> None:
    body = b"<REQUEST><DEVICEID>d-1</DEVICEID><CONTENT>" + b"<A>" * 20_000 + b"x"
    body += b"</A>" * 20_000 + b"</CONTENT></REQUEST>"
    assert read_xml_message(body).device_id == "d-1"


@pytest.mark.parametrize("packing", list(Packing))
def test_answers_are_packed_as_questions_are(packing: Packing) -> None:
    body = packed(PROLOG, packing)
    assert packing_of(body) is packing
    assert unpacked(body) == PROLOG


def test_a_bomb_and_a_torn_stream_are_refused() -> None:
    with pytest.raises(TooLarge):
        unpacked(zlib.compress(b" " * (MOST_PLAIN + 1)))
    with pytest.raises(InvalidValue):
        unpacked(zlib.compress(PROLOG)[:-9])


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
_NAMES = (
    "bios hardware operatingsystem cpus memories drives storages networks softwares antivirus "
    "batteries local_users local_groups virtualmachines monitors usbdevices network_device "
    "network_ports users printers firewalls timezone name uuid ssn ipaddress capacity speed "
    "status members type total free ips serial mac"
)
names = st.sampled_from(_NAMES.split())
contents = st.dictionaries(
    names,
    json_values
    | st.dictionaries(names, json_values, max_size=4)
    | st.lists(st.dictionaries(names, json_values, max_size=4), max_size=3),
    max_size=6,
)


@settings(max_examples=60)
@given(contents, st.booleans())
def test_no_content_breaks_the_reading(content: dict[str, Any], partial: bool) -> None:
    document = {"deviceid": "d-1", "content": content, "partial": partial}
    found = observe(read_json_message(json.dumps(document).encode()), 1, NOW, {"software"})
    if found is not None:
        accept_values(shipped_model(), found, found.class_code)


def test_the_version_of_an_ocs_agent_stands_in_the_header_of_its_request() -> None:
    plain = inventory().replace(b"FusionInventory-Agent_v2.6-3", b"")
    agent = "OCS-NG_unified_unix_agent_v2.10.0"
    assert read_xml_message(plain, agent).version == agent
    assert read_xml_message(plain, "ocs").version == ""
