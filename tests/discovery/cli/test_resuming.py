"""A sweep or network that was stopped or killed goes on where it was."""

import json
import signal
import stat
import subprocess
import time
from pathlib import Path

import pytest

from discovery.assembly.identity import identify
from discovery.cli.resuming import BadState, SweepState
from discovery.findings import DeviceFindings, ScanProgress, Unreachable, Why
from discovery.knowledge.rules import load_knowledge
from discovery.output.tables import DeviceLine
from discovery.scan.blocking import scan_host
from discovery.settings import ScanSettings
from discovery.snmp.credentials import Community
from discovery.targets.ranges import parse_targets
from tests.discovery.cli.program import PROGRAM, QUICK, environment, run
from tests.discovery.conftest import Serve, recording
from tests.support import switched_lab
from tests.support.snmp_responder import RecordedDevice

TARGETS = parse_targets(["10.0.0.1-9", "10.0.1.1-5"])
FOUND = DeviceLine("10.0.0.2", ("10.0.0.2", "core", "switch", "", "", "", "48"))
REFUSED = Unreachable("10.0.1.4", 161, Why.REFUSED, "it does not know the user")


def _told(settled: int, read: int) -> ScanProgress:
    return ScanProgress(len(TARGETS), settled, read, read, settled, 1.0, settled)


def _begun(path: Path) -> SweepState:
    state = SweepState(path, TARGETS, 161)
    before = state.before
    state.begin(TARGETS if before is None else before.remaining(TARGETS))
    return state


def test_what_was_silent_or_found_is_not_asked_again(tmp_path: Path) -> None:
    path = tmp_path / "sweep.state"
    state = _begun(path)
    assert state.before is None
    state.take(FOUND)
    state.take(REFUSED)
    state.tell(_told(settled=5, read=2))
    state.close(over=False)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600

    state = _begun(path)
    assert state.before is not None
    assert (state.before.found, state.before.unread) == ([FOUND], [REFUSED])
    left = state.before.remaining(TARGETS)
    assert str(left) == "10.0.0.6-10.0.0.9, 10.0.1.1-10.0.1.3, 10.0.1.5-10.0.1.5"
    # The second part counts from where it began.
    state.tell(_told(settled=6, read=0))
    state.close(over=False)
    state = _begun(path)
    assert state.before is not None
    assert str(state.before.remaining(TARGETS)) == "10.0.1.3-10.0.1.3, 10.0.1.5-10.0.1.5"
    state.close(over=True)
    assert not path.exists()


def test_nothing_is_over_before_the_results_that_belong_to_it_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "sweep.state"
    state = _begun(path)
    state.tell(_told(settled=1, read=0))
    state.tell(_told(settled=4, read=1))
    state.close(over=False)
    before = SweepState(path, TARGETS, 161).before
    assert before is not None
    assert before.start == "10.0.0.2"


def test_a_line_that_was_cut_off_costs_one_device(tmp_path: Path) -> None:
    path = tmp_path / "sweep.state"
    state = _begun(path)
    state.tell(_told(settled=1, read=0))
    state.take(FOUND)
    state.close(over=False)
    path.write_bytes(path.read_bytes()[:-20])
    state = _begun(path)
    assert state.before is not None
    assert (state.before.start, state.before.found) == ("10.0.0.2", [])
    state.take(FOUND)
    state.close(over=False)
    before = SweepState(path, TARGETS, 161).before
    assert before is not None
    assert before.found == [FOUND]


def test_the_state_of_another_sweep_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "sweep.state"
    _begun(path).close(over=False)
    kept = path.read_bytes()
    for targets, port in ((TARGETS, 1161), (parse_targets(["10.0.0.1-9"]), 161)):
        with pytest.raises(BadState, match=r"of another sweep \(10.0.0.1-10.0.0.9, 10.0.1.1"):
            SweepState(path, targets, port)
    assert path.read_bytes() == kept
    (tmp_path / "notes").write_text("milk, bread\n")
    with pytest.raises(BadState, match="is no state of a sweep"):
        SweepState(tmp_path / "notes", TARGETS, 161)
    with pytest.raises(BadState, match="cannot be written: No such file"):
        _begun(tmp_path / "nowhere" / "sweep.state")


def test_a_stopped_sweep_goes_on_with_the_same_command(serve: Serve, tmp_path: Path) -> None:
    first, last = RecordedDevice(recording("ups")), RecordedDevice(recording("printer"))
    port = serve({"127.77.9.1": first, "127.77.9.60": last})
    path = tmp_path / "sweep.state"
    sweep = ("sweep", "127.77.9.0/26", "--port", str(port), "--resume", str(path))
    program = subprocess.Popen(
        [*PROGRAM, *sweep, "--pace", "20", "--timeout", "0.2", "--retries", "0", "--json"],
        env=environment({"CADASTRE_DISCOVER_COMMUNITY": "public"}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    assert json.loads(program.stdout.readline())["address"] == "127.77.9.1"
    while '"before"' not in path.read_text():
        time.sleep(0.05)
    program.send_signal(signal.SIGINT)
    _, errors = program.communicate(timeout=30)
    assert program.returncode == 130, errors
    assert f"Stopped: the same command goes on from {path}." in errors

    asked = first.requests
    shown = run(*sweep, *QUICK, CADASTRE_DISCOVER_COMMUNITY="public")
    assert shown.returncode == 0, shown.stderr
    assert f"Going on from {path}: " in shown.stderr
    assert "of 62 addresses are over, 1 devices were read." in shown.stderr
    lines = [line.split()[0] for line in shown.stdout.splitlines() if "127.77" in line]
    assert lines == ["127.77.9.1", "127.77.9.60"]
    assert first.requests == asked
    assert not path.exists()


def test_a_sweep_of_which_nothing_is_left_ends_at_once(serve: Serve, tmp_path: Path) -> None:
    port = serve({"127.77.9.1": RecordedDevice(recording("ups"))})
    path = tmp_path / "sweep.state"
    targets = parse_targets(["127.77.9.1-2"])
    state = SweepState(path, targets, port)
    state.begin(targets)
    for address in targets:
        state.take(Unreachable(address, port, Why.REFUSED, "it does not know the user"))
    state.close(over=False)
    sweep = ("sweep", "127.77.9.1-2", "--port", str(port), "--resume", str(path))
    shown = run(*sweep, CADASTRE_DISCOVER_COMMUNITY="public")
    assert shown.returncode == 3, shown.stderr
    assert "2 of 2 addresses are over" in shown.stderr
    assert shown.stdout.count("it does not know the user") == 2
    assert not path.exists()


def test_the_state_of_a_network_is_none_of_a_sweep(tmp_path: Path) -> None:
    path = tmp_path / "sweep.state"
    _begun(path).close(over=False)
    with pytest.raises(BadState, match="is no state of a network: name another file"):
        SweepState(path, TARGETS, 161, "network")


def test_a_stopped_network_joins_what_it_found_before_with_what_is_new(
    serve: Serve, tmp_path: Path
) -> None:
    """
    core (127.78.9.1) ge1 === ge2 edge (127.78.9.60)

    The first half finds one end, the second the other.
    """
    core = switched_lab.device(switched_lab.core())
    port = serve({"127.78.9.1": core, "127.78.9.60": switched_lab.device(switched_lab.edge())})
    path, file = tmp_path / "network.state", tmp_path / "office.toml"
    file.write_text('ranges = ["127.78.9.0/26"]\n[[credential]]\ncommunity = "cadastre"\n')
    file.chmod(0o600)
    network = ("network", str(file), "--port", str(port), "--resume", str(path))
    program = subprocess.Popen(
        [*PROGRAM, *network, "--pace", "20", "--timeout", "0.2", "--retries", "0", "--json"],
        env=environment({}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not path.exists() or '"visit"' not in path.read_text():
        assert program.poll() is None
        time.sleep(0.05)
    while '"before"' not in path.read_text():
        time.sleep(0.05)
    program.send_signal(signal.SIGINT)
    told, errors = program.communicate(timeout=30)
    assert program.returncode == 130, errors
    assert f"Stopped: the same command goes on from {path}." in errors
    assert [one for one in map(json.loads, told.splitlines()) if one["kind"] == "link"] == []
    assert stat.S_IMODE(path.stat().st_mode) == 0o600

    asked = core.requests
    shown = run(*network, *QUICK, "--json")
    assert shown.returncode == 0, shown.stderr
    assert "of 62 addresses are over, 1 devices were read." in shown.stderr
    resumed = sorted(shown.stdout.splitlines())
    links = [one for one in map(json.loads, resumed) if one["kind"] == "link"]
    assert [(one["a"]["name"], one["b"]["name"], one["layer"]) for one in links] == [
        ("ge1", "ge2", 2)
    ]
    assert core.requests == asked
    assert not path.exists()
    # Nothing was lost on the way through the file: a sweep at one go says the same.
    assert sorted(run(*network, *QUICK, "--json").stdout.splitlines()) == resumed


def test_a_network_that_was_killed_keeps_what_names_a_device(serve: Serve, tmp_path: Path) -> None:
    """What a make tells beyond the standards says model and serial number, so it is kept too."""
    port = serve({"127.77.9.1": RecordedDevice(recording("ups"))})
    targets, knowledge = parse_targets(["127.77.9.1"]), load_knowledge()
    settings = ScanSettings(port=port, timeout_seconds=0.8, retries=0)
    found = scan_host("127.77.9.1", [Community("public", "2c")], settings, knowledge)
    assert isinstance(found, DeviceFindings)
    assert found.particulars
    path = tmp_path / "network.state"
    state = SweepState(path, targets, port, "network")
    state.begin(targets)
    state.take(found)
    state.close(over=False)
    before = SweepState(path, targets, port, "network").before
    assert before is not None
    assert [identify(one, knowledge) for one in before.visits] == [identify(found, knowledge)]
    assert len(before.remaining(targets)) == 0


def test_a_network_of_which_nothing_could_be_read_says_so(tmp_path: Path) -> None:
    path, file = tmp_path / "network.state", tmp_path / "office.toml"
    file.write_text('ranges = ["127.77.9.1"]\n')
    targets = parse_targets(["127.77.9.1"])
    state = SweepState(path, targets, 1161, "network")
    state.begin(targets)
    state.take(Unreachable("127.77.9.1", 1161, Why.REFUSED, "it does not know the user"))
    state.close(over=False)
    network = ("network", str(file), "--port", "1161", "--resume", str(path))
    shown = run(*network, CADASTRE_DISCOVER_COMMUNITY="public")
    assert shown.returncode == 3, shown.stderr
    assert "1 of 1 addresses are over, 0 devices were read." in shown.stderr
    assert not path.exists()
