"""How a machine is read."""

import os
from pathlib import Path

import pytest

from agent.machine import Machine


def test_what_is_absent_is_none_and_no_remark(tmp_path: Path) -> None:
    machine = Machine(str(tmp_path))
    assert machine.text("/etc/nothing") is None
    assert machine.lines("/etc/nothing") == []
    assert machine.names("/etc") == []
    assert machine.link("/etc/nothing") is None
    assert machine.remarks == []


def test_bytes_that_are_no_text_are_replaced(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"caf\xe9\n")
    assert Machine(str(tmp_path)).word("/file") == "caf\ufffd"


@pytest.mark.parametrize(("content", "number"), [("42\n", 42), ("-1", -1), ("x", None), ("", None)])
def test_a_number_is_a_number_or_none(tmp_path: Path, content: str, number: int | None) -> None:
    (tmp_path / "file").write_text(content)
    assert Machine(str(tmp_path)).number("/file") == number


def test_no_more_is_read_than_asked_for(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 1_000_000)
    assert len(Machine(str(tmp_path)).data("/file", 300_000) or b"") == 300_000


def test_a_command_runs_on_a_live_machine_only(tmp_path: Path) -> None:
    assert Machine().command(("uname", "-s")) == f"{os.uname().sysname}\n"
    assert Machine(str(tmp_path)).command(("uname", "-s")) is None


@pytest.mark.parametrize("argv", [("no-such-program",), ("false",)])
def test_a_command_that_fails_is_none(argv: tuple[str, ...]) -> None:
    assert Machine().command(argv) is None


def test_a_command_that_takes_too_long_is_none() -> None:
    assert Machine().command(("sleep", "5"), timeout_seconds=0.1) is None


def test_a_source_answers_once_and_repeats_its_remarks_to_each_section() -> None:
    machine = Machine("/nonexistent")
    asked = []

    def read(machine: Machine) -> str:
        asked.append(1)
        machine.remark("half of it is closed")
        return "answer"

    assert machine.once("source", read) == "answer"
    machine.remarks.clear()
    assert machine.once("source", read) == "answer"
    assert (asked, machine.remarks) == ([1], ["half of it is closed"])
