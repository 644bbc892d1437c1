"""The program as a person and a script see it: output, one-sentence errors, exit codes."""

import json
import os
import pty
import signal
import subprocess
from pathlib import Path

import pytest

from tests.discovery.cli.program import PROGRAM, QUICK, environment, run
from tests.discovery.conftest import Serve, recording
from tests.discovery.visits import Devices
from tests.support import switched_lab
from tests.support.snmp import SnmpdServer
from tests.support.snmp_recordings import parse_recording
from tests.support.snmp_responder import RecordedDevice


def test_a_device_is_shown_as_tables(recorded_devices: Devices) -> None:
    port, addresses = recorded_devices
    shown = run(
        *("probe", addresses["stack-switch"], "--port", str(port)),
        CADASTRE_DISCOVER_COMMUNITY="public",
    )
    assert (shown.returncode, shown.stderr) == (0, "")
    for words in (
        *("Cisco WS-C2960X-48TS-L", "FOC0001T0AA", "IOS 15.2(7)E3", "access-3.example.net"),
        *("Te1/0/1", "Uplink core-1", "10,000", "10.20.3.2/24", "00:16:46:0a:0b:33"),
        *("power_supply", "LIT0003T0CC", "core-1.example.net", "Et1/3 (to access-3)"),
    ):
        assert words in shown.stdout
    assert "Not complete" not in shown.stdout


def test_optics_access_points_and_wireless_clients_are_tables_of_their_own(serve: Serve) -> None:
    optic, point = "1.3.6.1.4.1.14988.1.1.19.1.1", "1.3.6.1.4.1.14988.1.1.1.2.1"
    lines = [
        "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.14988.1",
        "1.3.6.1.2.1.2.2.1.2.9|4|sfp9",
        f"{optic}.9.9|2|-2150",
        f"{optic}.10.9|2|-4260",
        f"{point}.3.0.27.33.0.0.9.2|2|-61",
    ]
    port = serve({"127.77.9.7": RecordedDevice(parse_recording(lines))})
    shown = run(
        *("probe", "127.77.9.7", "--port", str(port), *QUICK),
        CADASTRE_DISCOVER_COMMUNITY="public",
    )
    (row,) = [line.split() for line in shown.stdout.splitlines() if "-4.3" in line]
    assert row == ["sfp9", "-4.3", "-2.1"]
    assert "00:1b:21:00:00:09" in shown.stdout


def test_a_device_is_one_line_of_json(recorded_devices: Devices) -> None:
    port, addresses = recorded_devices
    shown = run(
        *("probe", addresses["nas"], "--port", str(port), "--json"),
        CADASTRE_DISCOVER_COMMUNITY="public",
    )
    assert shown.stdout.count("\n") == 1
    document = json.loads(shown.stdout)
    assert document["found"] is True
    assert document["identity"]["model"] == "DS1821+"
    assert document["system"]["name"] == "nas-1"
    assert "public" not in shown.stdout


def test_a_device_is_shown_as_the_register_would_get_it(recorded_devices: Devices) -> None:
    port, addresses = recorded_devices
    shown = run(
        *("probe", addresses["printer"], "--port", str(port), "--output", "observation"),
        *("--organisation", "3"),
        CADASTRE_DISCOVER_COMMUNITY="public",
    )
    document = json.loads(shown.stdout)
    assert document["class_code"] == "printer"
    assert document["organisation_id"] == 3
    assert document["origin"]["key"] == "serial:VNB0000001|hp"
    assert {section["name"] for section in document["sections"]} >= {"interfaces", "components"}


def test_snmpv3_keys_come_from_theenvironment(snmpd_server: SnmpdServer) -> None:
    shown = run(
        *("probe", snmpd_server.host, "--port", str(snmpd_server.port), "--json"),
        *("--version", "3", "--user", snmpd_server.user),
        *("--auth-protocol", "sha-256", "--priv-protocol", "AES"),
        CADASTRE_DISCOVER_AUTH_KEY=snmpd_server.authentication_password,
        CADASTRE_DISCOVER_PRIV_KEY=snmpd_server.privacy_password,
    )
    assert shown.returncode == 0, shown.stderr
    assert json.loads(shown.stdout)["version"] == "3"


def test_credentials_of_a_file_are_tried_one_after_the_other(
    recorded_devices: Devices, tmp_path: Path
) -> None:
    port, addresses = recorded_devices
    path = tmp_path / "snmp.toml"
    path.write_text(
        "[[credential]]\nname = 'office'\ncommunity = 'wrong'\n"
        "[[credential]]\nname = 'lab'\ncommunity = 'public'\n"
    )
    path.chmod(0o644)
    shown = run(
        *("probe", addresses["ups"], "--port", str(port), *QUICK, "--json"),
        *("--credentials", str(path)),
    )
    assert json.loads(shown.stdout)["credential"] == "lab"
    assert "can be read by other users" in shown.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("probe", "127.77.9.9", "--port", "9", *QUICK), 1, "no answer after 2 tries of 0.5 s"),
        (("probe", "no..name"), 1, "has no address"),
        (("probe", "255.255.255.255", *QUICK), 4, "not sent"),
        (("probe",), 2, "Missing argument"),
        (("probe", "127.0.0.1", "--port", "0"), 2, "0 is not a UDP port."),
        (("probe", "127.0.0.1", "--credentials", "/no/such.toml"), 2, "cannot be read"),
        (("probe", "127.0.0.1", "--knowledge", "/no/such.toml"), 2, "cannot be read"),
        (("probe", "127.0.0.1", "--version", "3"), 2, "needs a name."),
        (("sweep",), 2, "no address range given."),
        (("sweep", "10.0.0.0/4"), 2, "more than 1,048,576 addresses."),
        (("sweep", "127.77.9.0/29", "--port", "9", *QUICK), 1, "6 of 6 addresses, 0 answered"),
    ],
)
def test_what_goes_wrong_is_one_sentence_and_an_exit_code(
    arguments: tuple[str, ...], code: int, words: str
) -> None:
    shown = run(*arguments, CADASTRE_DISCOVER_COMMUNITY="a secret")
    assert shown.returncode == code, shown.stderr
    assert words in shown.stderr
    assert shown.stdout.strip() == ""
    assert "Traceback" not in shown.stderr
    assert "secret" not in shown.stderr


def test_a_refusal_has_an_exit_code_of_its_own(snmpd_server: SnmpdServer) -> None:
    shown = run(
        *("probe", snmpd_server.host, "--port", str(snmpd_server.port), "--json"),
        *("--version", "3", "--user", "nobody"),
    )
    assert shown.returncode == 3
    assert "does not know the user" in shown.stderr
    assert json.loads(shown.stdout)["why"] == "refused"


def test_without_a_credential_a_script_is_told_where_to_put_it() -> None:
    shown = run("probe", "127.0.0.1")
    assert shown.returncode == 2
    assert shown.stderr == (
        "Error: Community missing: set CADASTRE_DISCOVER_COMMUNITY or use --credentials FILE.\n"
    )


def test_without_a_credential_a_person_is_asked_and_not_overheard(
    recorded_devices: Devices,
) -> None:
    port, addresses = recorded_devices
    leader, follower = pty.openpty()
    program = subprocess.Popen(
        [*PROGRAM, "probe", addresses["ups"], "--port", str(port), "--json"],
        env=environment({}),
        stdin=follower,
        stdout=subprocess.PIPE,
        stderr=follower,
        start_new_session=True,
    )
    os.close(follower)
    said = os.read(leader, 1000)
    while b"Community" not in said:
        said += os.read(leader, 1000)
    os.write(leader, b"public\n")
    output, _ = program.communicate(timeout=30)
    os.close(leader)
    assert json.loads(output)["identity"]["model"] == "VW 3000"


def test_a_sweep_prints_a_line_of_json_per_device(recorded_devices: Devices) -> None:
    port, addresses = recorded_devices
    shown = run(
        *("sweep", "127.77.0.0/27", "--port", str(port), *QUICK, "--json"),
        CADASTRE_DISCOVER_COMMUNITY="public",
    )
    assert shown.returncode == 0
    found = [json.loads(line) for line in shown.stdout.splitlines()]
    assert {one["address"] for one in found} == set(addresses.values())
    assert "30 of 30 addresses, 6 answered, 6 read" in shown.stderr


def test_a_sweep_prints_one_table_in_the_order_of_addresses(
    recorded_devices: Devices, tmp_path: Path
) -> None:
    port, addresses = recorded_devices
    (tmp_path / "ranges").write_text("# the lab\n127.77.0.1-10\n")
    shown = run(
        *("sweep", "--from", str(tmp_path / "ranges"), "--port", str(port), *QUICK),
        CADASTRE_DISCOVER_COMMUNITY="public",
    )
    lines = [line.split()[0] for line in shown.stdout.splitlines() if "127.77" in line]
    assert lines == list(addresses.values())
    assert "Synology DS1821+" in shown.stdout


def test_a_sweep_that_is_stopped_says_how_far_it_came(serve: Serve) -> None:
    port = serve({"127.77.9.1": RecordedDevice(recording("ups"))})
    program = subprocess.Popen(
        [*PROGRAM, "sweep", "127.77.9.0/24", "--port", str(port), "--pace", "20", "--json"],
        env=environment({"CADASTRE_DISCOVER_COMMUNITY": "public"}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    first = json.loads(program.stdout.readline())
    assert first["identity"]["model"] == "VW 3000"
    program.send_signal(signal.SIGINT)
    _, errors = program.communicate(timeout=30)
    assert program.returncode == 130
    assert "1 answered, 1 read" in errors
    assert "Traceback" not in errors


def test_the_probes_are_listed_and_the_help_names_the_exit_codes() -> None:
    listed = run("list-probes").stdout
    assert all(name in listed for name in ("system", "interfaces", "lldp", "particulars"))
    shown = run("--help").stdout
    assert "CADASTRE_DISCOVER_COMMUNITY" in shown
    assert "1 nothing answered" in shown
    assert "10.1.2.10-20" in run("sweep", "--help").stdout


def test_a_network_file_gives_the_cables_between_what_was_found(
    serve: Serve, tmp_path: Path
) -> None:
    port = serve(
        {
            "127.78.1.1": switched_lab.device(switched_lab.core()),
            "127.78.1.2": switched_lab.device(switched_lab.edge()),
        }
    )
    file = tmp_path / "office.toml"
    file.write_text('ranges = ["127.78.1.1-2"]\n[[credential]]\ncommunity = "cadastre"\n')
    file.chmod(0o600)
    shown = run("network", str(file), "--port", str(port), *QUICK)
    assert shown.returncode == 0, shown.stderr
    assert "core ge1" in shown.stdout
    assert "edge ge2" in shown.stdout
    assert "fdb:a, fdb:b, lldp:a, lldp:b" in shown.stdout
    lines = run("network", str(file), "--port", str(port), *QUICK, "--json").stdout.splitlines()
    links = [one for one in map(json.loads, lines) if one["kind"] == "link"]
    assert [(one["a"]["name"], one["b"]["name"], one["layer"]) for one in links] == [
        ("ge1", "ge2", 2)
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ranges = 7", "ranges must be a list of texts"),
        ('ranges = ["10.0.0.0/99"]', "is not an address range"),
        ("sites = []", "unknown key 'sites'"),
        ("ranges = [", "is not TOML"),
    ],
)
def test_a_network_file_that_cannot_be_used_says_why(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "office.toml"
    file.write_text(text)
    shown = run("network", str(file))
    assert shown.returncode == 2
    assert words in shown.stderr
