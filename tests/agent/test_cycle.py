"""Cycles against a server that answers in every way a server can."""

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from agent import cycle, report, settings
from agent.errors import KeyRefused, ReportRefused, ServerAway
from agent.machine import Machine
from agent.state import State
from tests.agent.desk import Desk, Reply, accepted, faults
from tests.agent.recordings import recorded


class OneMachine:
    """An agent on a recorded machine: `tree` can be changed between two cycles."""

    def __init__(self, folder: Path, tree: Path) -> None:
        self.folder = folder
        self.tree = tree
        self.said: list[str] = []
        self.uname = recorded("rack-server", tree).uname

    def run(self) -> dict[str, Any]:
        """Run one cycle as a process of its own would: nothing is left in memory."""
        state = State(str(self.folder))
        machine = Machine(str(self.tree), uname=self.uname)
        return cycle.Cycle(state, settings.load(state), machine, self.said.append).run()

    def change_host_name(self, name: str) -> None:
        """Make `identity` another section."""
        (self.tree / "proc/sys/kernel/hostname").write_text(f"{name}\n")

    @property
    def wait_seconds(self) -> float:
        """What the supervisor would sleep now."""
        return float((self.folder / "next").read_text())


@pytest.fixture
def machine(enrolled: Path, tmp_path: Path) -> OneMachine:
    return OneMachine(enrolled, tmp_path / "tree")


def test_a_first_report_is_whole_and_the_next_one_nearly_empty(
    desk: Desk, machine: OneMachine
) -> None:
    machine.run()
    machine.run()
    first, second = desk.reports
    assert set(first["sections"]) == set(first["digests"])
    assert second["sections"] == {}
    assert second["digests"] == {"identity": first["digests"]["identity"]}
    rest = {name: told for name, told in first["digests"].items() if name != "identity"}
    assert second["unchanged"] == report.digest(rest)
    assert second["readings"] == {}
    assert [faults(first), faults(second)] == [[], []]
    assert second["sequence"] > first["sequence"]
    assert second["agent"]["id"] == first["agent"]["id"]


def test_an_unchanged_cycle_takes_a_few_hundred_bytes(desk: Desk, machine: OneMachine) -> None:
    machine.run()
    machine.run()
    assert desk.requests[-1].wire_bytes <= 700


def test_only_what_changed_is_sent(desk: Desk, machine: OneMachine) -> None:
    machine.run()
    machine.change_host_name("db-02")
    machine.run()
    assert list(desk.reports[-1]["sections"]) == ["identity"]


def test_sections_the_server_asks_for_follow_at_once(desk: Desk, machine: OneMachine) -> None:
    machine.run()
    desk.replies = [accepted("os", "memory", "no-such-section"), accepted("os")]
    machine.run()
    asked, resent = desk.reports[-2:]
    assert asked["sections"] == {}
    assert set(resent["sections"]) == {"os", "memory"}
    assert resent["sequence"] > asked["sequence"]
    assert faults(resent) == []


def test_a_server_that_lost_its_data_gets_everything_again(desk: Desk, machine: OneMachine) -> None:
    machine.run()
    desk.replies = [accepted(*desk.reports[0]["digests"])]
    machine.run()
    assert desk.reports[-1]["sections"] == desk.reports[0]["sections"]


def test_the_server_sets_the_pace(desk: Desk, machine: OneMachine) -> None:
    desk.replies = [accepted(next_report_seconds=600)]
    machine.run()
    assert 600 <= machine.wait_seconds <= 660


@pytest.mark.parametrize(("wished", "taken"), [(0, 10), (-5, 10), (10**9, 7 * 86400)])
def test_a_pace_beyond_reason_is_bounded(
    desk: Desk, machine: OneMachine, wished: int, taken: int
) -> None:
    desk.replies = [accepted(next_report_seconds=wished)]
    machine.run()
    assert taken <= machine.wait_seconds <= taken * 1.1 + 1


def test_a_server_that_is_busy_names_the_time_and_gets_the_report_then(
    desk: Desk, machine: OneMachine
) -> None:
    desk.replies = [Reply(503, {"title": "Busy"}, {"Retry-After": "120"})]
    with pytest.raises(ServerAway, match="503, Busy"):
        machine.run()
    assert 120 <= machine.wait_seconds <= 240
    machine.run()
    waited, fresh = desk.reports[1:]
    assert waited == desk.reports[0]
    assert fresh["sections"] == {}


def test_a_retry_date_is_measured_by_the_servers_own_clock(desk: Desk, machine: OneMachine) -> None:
    # http.server adds today's Date first; Message.get gives the first of the name.
    desk.replies = [Reply(429, {}, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"})]
    with pytest.raises(ServerAway) as away:
        machine.run()
    assert away.value.retry_after_seconds == 0


def test_while_the_server_is_away_the_newest_content_of_each_section_waits(
    desk: Desk, machine: OneMachine
) -> None:
    machine.run()
    address, held = desk.address, _closed_port()
    _point_to(machine.folder, held)
    for name in ("db-02", "db-03"):
        machine.change_host_name(name)
        (machine.tree / "etc/debian_version").write_text("12.9\n")
        with pytest.raises(ServerAway, match="was not reached"):
            machine.run()
    _point_to(machine.folder, address)
    machine.change_host_name("db-04")
    machine.run()
    waited, fresh = desk.reports[1:]
    assert waited["sections"]["identity"]["hostname"] == "db-03"
    assert set(waited["sections"]) == {"identity", "os"}
    assert list(fresh["sections"]) == ["identity"]
    assert fresh["sections"]["identity"]["hostname"] == "db-04"
    assert waited["sequence"] < fresh["sequence"]
    assert [faults(waited), faults(fresh)] == [[], []]


def test_what_changed_and_changed_back_during_an_outage_is_not_sent_as_news(
    desk: Desk, machine: OneMachine
) -> None:
    machine.change_host_name("db-01")
    machine.run()
    address = desk.address
    _point_to(machine.folder, _closed_port())
    for name in ("db-02", "db-01"):
        machine.change_host_name(name)
        with pytest.raises(ServerAway):
            machine.run()
    _point_to(machine.folder, address)
    machine.run()
    assert [sent["sections"] for sent in desk.reports[1:]] == [{}, {}]


def test_the_wait_for_a_lost_server_grows_and_is_random(
    machine: OneMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cycle, "jitter", lambda longest: longest)
    _point_to(machine.folder, _closed_port())
    waits = []
    for _ in range(8):
        with pytest.raises(ServerAway):
            machine.run()
        waits.append(machine.wait_seconds)
    assert waits == [60, 120, 240, 480, 960, 1920, 3600, 3600]


def test_jitter_spreads_over_the_whole_time() -> None:
    drawn = [cycle.jitter(100) for _ in range(1000)]
    assert all(0 <= one < 100 for one in drawn)
    assert min(drawn) < 10
    assert max(drawn) > 90


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_refused_report_is_explained_and_not_kept(
    desk: Desk, machine: OneMachine, status: int
) -> None:
    desk.replies = [Reply(status, {"detail": "sections.os: too strange"})]
    with pytest.raises(ReportRefused, match=f"{status}, sections.os: too strange"):
        machine.run()
    assert not (machine.folder / "spool.json.gz").exists()
    machine.run()
    assert len(desk.reports) == 2
    assert set(desk.reports[-1]["sections"]) == set(desk.reports[-1]["digests"])


def test_a_waiting_report_that_is_refused_does_not_block_the_next(
    desk: Desk, machine: OneMachine
) -> None:
    desk.replies = [Reply(500), Reply(422, {"title": "No"})]
    with pytest.raises(ServerAway):
        machine.run()
    machine.run()
    assert machine.said == [
        "The server refused the report (422, No). A report that had waited is dropped."
    ]
    assert len(desk.reports) == 3


def test_a_revoked_key_is_said_clearly(desk: Desk, machine: OneMachine) -> None:
    desk.replies = [Reply(401, {"title": "Unknown key"})]
    with pytest.raises(KeyRefused, match="enrol it again"):
        machine.run()
    assert machine.wait_seconds >= 3600


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, {"accepted": True}),
        Reply(202, {"accepted": False}),
        Reply(202, b"<html>Please log in to the hotel network</html>"),
        Reply(204),
        Reply(301, {}, {"Location": "http://127.0.0.1:1/"}),
        Reply(404),
        Reply(502, b"\xff\xfe not json"),
    ],
)
def test_nothing_but_a_plain_yes_counts_as_delivered(
    desk: Desk, machine: OneMachine, reply: Reply
) -> None:
    desk.replies = [reply]
    with pytest.raises(ServerAway):
        machine.run()
    machine.run()
    assert desk.reports[1]["sections"] == desk.reports[0]["sections"]


def test_an_acknowledgement_that_was_lost_repeats_the_same_report(
    desk: Desk, machine: OneMachine
) -> None:
    desk.replies = [Reply(202, b"cut off")]
    with pytest.raises(ServerAway):
        machine.run()
    machine.run()
    assert desk.reports[1] == desk.reports[0]


def test_numbers_rise_even_when_the_memory_is_lost(desk: Desk, machine: OneMachine) -> None:
    machine.run()
    machine.run()
    (machine.folder / "state.json").write_text("{damaged")
    machine.run()
    numbers = [sent["sequence"] for sent in desk.reports]
    assert numbers == sorted(set(numbers))
    assert set(desk.reports[-1]["sections"]) == set(desk.reports[-1]["digests"])


def test_a_section_that_is_left_out_is_not_even_collected(desk: Desk, machine: OneMachine) -> None:
    kept = json.loads((machine.folder / "settings.json").read_text())
    kept["leave_out"] = ["software", "connections"]
    (machine.folder / "settings.json").write_text(json.dumps(kept))
    machine.run()
    assert not {"software", "connections"} & set(desk.reports[0]["digests"])
    assert faults(desk.reports[0]) == []


def _closed_port() -> str:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


def _point_to(folder: Path, address: str) -> None:
    (folder / "settings.json").write_text(json.dumps({"server": address}))
