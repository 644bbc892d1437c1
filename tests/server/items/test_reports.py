"""A report, read: its envelope checked, its sections folded, whatever else it holds."""

import json
import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmdb.errors import InvalidValue
from cmdb.model import shipped_model
from cmdb.observation import Observation
from server.items.observing import class_of, observe
from server.items.payload import read_json, unpack
from server.items.reports import read_report
from tests.server.items.machines import HARDWARE, IDENTITY, SYSTEM, report, whole

NOW = datetime.now(UTC)


def read(document: Any, now: datetime = NOW) -> Observation:
    return observe(read_report(json.dumps(document).encode()), 1, now)


def test_a_whole_report_becomes_evidence_values_and_lists() -> None:
    seen = read(whole())
    assert (seen.class_code, seen.origin.source, seen.origin.key[:8]) == (
        "server",
        "agent",
        "5f0c1f7e",
    )
    assert [(i.kind, i.value) for i in seen.identifiers] == [
        ("agent_id", "5f0c1f7e-9f0b-4a53-9d55-0f6f0b6a1c11"),
        ("machine_id", "0123a1b2c3d4e5f60718293a4b5c6d7e"),
        ("uuid", "44454c4c-0042-3510-8052-b4c04f4a3332"),
        ("serial", "B5R0001|dell"),
        ("board_serial", ".B5R0001.CN70163.|dell"),
        ("fqdn", "web-01.example.test"),
        ("name", "web-01"),
        ("mac", "18:66:da:00:01:01"),
    ]
    values = {name: value for name, value in seen.values.items() if value is not None}
    assert values["name"] == "web-01"
    assert values["bios_date"] == "2024-01-15"
    assert values["kernel"] == "Linux 6.1.0-18-amd64"
    assert (values["cpu_sockets"], values["cpu_cores"], values["cpu_threads"]) == (2, 24, 48)
    assert (values["memory_bytes"], values["disk_bytes"]) == (68719476736, 1200)
    # What firmware leaves where a number should be says nothing.
    assert "chassis_serial" not in values
    assert "asset_tag" not in values
    lists = {
        section.name: len(section.rows or ()) for section in seen.sections if not section.folded
    }
    assert lists == {"cpus": 2, "memory": 1, "disks": 3, "software": 2}
    assert {section.name for section in seen.sections if section.folded} == {
        "identity",
        "hardware",
        "os",
    }


def test_every_value_of_a_report_is_one_the_model_knows() -> None:
    model = shipped_model()
    for role, chassis in (
        ("physical", "Rack Mount Chassis"),
        ("guest", ""),
        ("physical", "Laptop"),
    ):
        seen = read(whole(hardware=HARDWARE | {"virtual_role": role, "chassis_type": chassis}))
        for name, value in seen.values.items():
            attribute = model.attribute(name, seen.class_code)
            model.validate_value(attribute, value)


CLOUD = {
    "provider": "aws",
    "instance_id": "i-0abc",
    "region": "eu-west-1",
    "instance_type": "m7i.large",
}


@pytest.mark.parametrize(
    ("hardware", "told"),
    [
        (
            {"virtual_role": "guest"},
            {"cloud_region": "eu-west-1", "cloud_instance_type": "m7i.large"},
        ),
        # Containers and bare metal have no such attributes.
        ({"virtual_role": "container"}, {}),
        ({"virtual_role": "physical"}, {}),
    ],
)
def test_the_instance_of_a_cloud_is_evidence_and_where_it_runs_values(
    hardware: dict[str, Any], told: dict[str, str]
) -> None:
    seen = read(whole(identity=IDENTITY | {"cloud": CLOUD}, hardware=HARDWARE | hardware))
    assert ("cloud_id", "aws:i-0abc") in [(one.kind, one.value) for one in seen.identifiers]
    values = {name: value for name, value in seen.values.items() if name.startswith("cloud")}
    assert values == told
    model = shipped_model()
    for name, value in values.items():
        model.validate_value(model.attribute(name, seen.class_code), value)


@pytest.mark.parametrize(
    "cloud",
    [
        None,
        "aws",
        [],
        {"provider": "aws"},
        {"provider": "aws", "instance_id": 7},
        {"provider": ["aws"], "instance_id": "i-0abc"},
        {"provider": "", "instance_id": "i-0abc"},
    ],
)
def test_half_a_cloud_is_no_evidence(cloud: Any) -> None:
    seen = read(whole(identity=IDENTITY | {"cloud": cloud}))
    assert "cloud_id" not in {one.kind for one in seen.identifiers}
    assert seen.values["name"] == "web-01"


def test_sections_that_were_left_out_say_nothing() -> None:
    sections = {"identity": IDENTITY, "os": SYSTEM, "disks": []}
    seen = read(report(sections, leave_out=sections))
    assert (seen.class_code, seen.identifiers) == ("computer", ())
    assert seen.values == {"agent_version": "0.1.0"}
    assert [(section.name, section.rows) for section in seen.sections] == [
        ("disks", None),
        ("identity", None),
        ("os", None),
    ]


@pytest.mark.parametrize(
    ("hardware", "expected"),
    [
        ({}, "computer"),
        ({"virtual_role": "guest", "chassis_type": "Other"}, "virtual_machine"),
        ({"virtual_role": "container"}, "container"),
        ({"virtual_role": "host"}, "hypervisor"),
        ({"virtual_role": "physical", "chassis_type": "Notebook"}, "laptop"),
        ({"virtual_role": "physical", "chassis_type": "Mini Tower"}, "desktop"),
        ({"virtual_role": "physical", "chassis_type": "Main Server Chassis"}, "server"),
        ({"virtual_role": ["odd"], "chassis_type": 7}, "server"),
    ],
)
def test_what_kind_of_computer_reports(hardware: dict[str, Any], expected: str) -> None:
    assert class_of(hardware) == expected


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"format": "cadastre-report/2"}, "format"),
        ({"format": None}, "format"),
        ({"agent": "me"}, "agent"),
        ({"agent": {"id": "short"}}, "agent.id"),
        ({"agent": {"id": 12345678}}, "agent.id"),
        ({"sequence": -1}, "sequence"),
        ({"sequence": True}, "sequence"),
        ({"sequence": 2**70}, "sequence"),
        ({"sequence": "1"}, "sequence"),
        ({"collected_at": "yesterday"}, "collected_at"),
        ({"collected_at": None}, "collected_at"),
        ({"collected_at": "0001-01-01T00:00:00+14:00"}, "collected_at"),
        ({"digests": []}, "digests"),
        ({"sections": "x"}, "sections"),
        ({"readings": 5}, "readings"),
        ({"problems": []}, "problems"),
    ],
)
def test_an_envelope_that_cannot_be_understood_is_refused_by_field(
    change: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidValue) as refused:
        read(whole() | change)
    assert refused.value.fields.keys() == {field}


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"x": NaN}', b"[" * 10_000]
)
def test_a_body_that_is_no_report_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidValue):
        read_report(body)


def test_unknown_members_are_passed_over() -> None:
    seen = read(whole(weather={"today": "fine"}) | {"mood": "good"})
    assert seen.values["name"] == "web-01"
    assert "weather" not in {section.name for section in seen.sections}


def test_sections_of_another_shape_say_nothing_and_sink_nothing() -> None:
    odd: dict[str, Any] = {"hardware": [], "os": "Debian", "cpus": {"x": 1}, "memory": [1]}
    odd |= {
        "disks": "sda",
        "software": {"columns": ["name"], "rows": [["x"]]},
        "interfaces": 5,
        "listeners": [1],
    }
    seen = read(whole(**odd))
    assert seen.values["name"] == "web-01"
    rows = {section.name: list(section.rows or ()) for section in seen.sections}
    assert all(rows[name] == [] for name in odd)


def test_a_wrong_clock_is_not_believed() -> None:
    for told, believed in (
        (NOW - timedelta(hours=5), NOW - timedelta(hours=5)),
        (NOW + timedelta(hours=5), NOW),
        (NOW - timedelta(days=400), NOW),
        (datetime(1970, 1, 1, tzinfo=UTC), NOW),
    ):
        assert read(whole() | {"collected_at": told.isoformat()}).observed_at == believed
    naive = (NOW - timedelta(hours=1)).replace(tzinfo=None)
    assert read(whole() | {"collected_at": naive.isoformat()}).observed_at == naive.replace(
        tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("01/15/2024", "2024-01-15"),
        ("1/5/2024", "2024-01-05"),
        ("12/31/99", "1999-12-31"),
        ("2024-01-15", "2024-01-15"),
        (None, None),
    ],
)
def test_a_date_of_firmware_is_brought_into_iso(told: Any, expected: Any) -> None:
    assert read(whole(hardware=HARDWARE | {"bios_date": told})).values["bios_date"] == expected


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=150)
@given(
    sections=st.dictionaries(
        st.sampled_from(
            [
                "identity",
                "hardware",
                "os",
                "cpus",
                "memory",
                "disks",
                "software",
                "interfaces",
                "listeners",
                "x",
            ]
        ),
        JSON,
    ),
    more=st.dictionaries(st.sampled_from(["boot_id", "readings", "problems", "digests"]), JSON),
)
def test_whatever_a_report_holds_it_is_read_or_refused(
    sections: dict[str, Any], more: dict[str, Any]
) -> None:
    try:
        seen = read(report(sections) | more)
    except InvalidValue:
        return
    assert seen.origin.source == "agent"
    assert all(
        value is None or not (isinstance(value, float) and math.isnan(value))
        for value in seen.values.values()
    )


def test_nothing_is_unpacked_that_says_nothing_of_itself() -> None:
    assert unpack(b"plain", "") == b"plain"
    assert unpack(b"plain", "identity") == b"plain"
    assert read_json(b'{"a": 1}') == {"a": 1}
