"""The agent and the server share the shape of a report and no code: this holds both ends to it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from agent import report as reports
from agent.collectors import SECTIONS
from cmdb.inventory.door import Inventory
from cmdb.inventory.outcomes import Outcome, Recorded
from cmdb.records.facts import Installation, Interface, Listener
from cmdb.records.sources import ItemSource
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.items import folding
from server.items.observing import FOLDED, LISTS, observe
from server.items.reports import FORMAT, read_report
from tests.agent.desk import ROOT, SCHEMA, faults
from tests.agent.recordings import recorded
from tests.support.people import make_world

RECORDINGS = {
    "rack-server": "server",
    "vmware-guest": "virtual_machine",
    "alpine-container": "container",
    "raspberry": "server",
}


@cache
def report_of_this_machine() -> dict[str, Any]:
    """Return what the agent's own command line prints of the machine that runs the tests."""
    printed = subprocess.run(
        [sys.executable, "-m", "agent", "print", "--compact"],
        cwd=ROOT,
        env=os.environ | {"CADASTRE_AGENT_STATE": "/nonexistent"},
        capture_output=True,
        check=True,
        timeout=120,
    )
    found: dict[str, Any] = json.loads(printed.stdout)
    return found


def report_of_recording(name: str, place: Path) -> dict[str, Any]:
    machine = recorded(name, place / name)
    found, problems = reports.collect(machine)
    head = reports.heading(machine, reports.new_agent_id(), 1)
    return reports.build(head, found, problems, {})


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    with opened.writing() as session:
        make_world(session)
    yield opened
    opened.dispose()


def take(database: Database, report: dict[str, Any]) -> Recorded:
    wire = reports.encoded(report)
    with database.writing() as session:
        now = utc_now()
        return Inventory(session, now).record(observe(read_report(wire), 1, now))


def test_the_report_of_this_machine_is_as_the_schema_says() -> None:
    report = report_of_this_machine()
    assert faults(report) == []
    assert report["format"] == FORMAT
    assert report["sections"]["identity"]["hostname"]


def test_the_report_of_this_machine_lands_without_a_refused_value(database: Database) -> None:
    report = report_of_this_machine()
    recorded_ = take(database, report)
    assert (recorded_.outcome, recorded_.resend) == (Outcome.CREATED, ())
    assert recorded_.problems == {}
    with database.reading() as session:
        (source,) = session.scalars(select(ItemSource))
        assert source.digests == report["digests"]
        packages = {tuple(row) for row in report["sections"]["software"]["rows"]}
        assert len(session.scalars(select(Installation.release_id)).all()) == len(packages)
        names = set(session.scalars(select(Interface.name)))
        assert names == {row["name"] for row in report["sections"]["interfaces"]}
        ports = set(session.scalars(select(Listener.port)))
        assert ports == {row["port"] for row in report["sections"]["listeners"]}


def test_the_same_report_again_without_its_sections_changes_nothing(database: Database) -> None:
    report = report_of_this_machine()
    first = take(database, report)
    again = take(database, report | {"sections": {}, "sequence": report["sequence"] + 1})
    assert (again.outcome, again.item_id, again.resend) == (Outcome.UNCHANGED, first.item_id, ())


@pytest.mark.parametrize("name", RECORDINGS)
def test_recorded_machines_report_what_the_schema_says_and_land_whole(
    database: Database, tmp_path: Path, name: str
) -> None:
    report = report_of_recording(name, tmp_path)
    assert faults(report) == []
    recorded_ = take(database, report)
    assert recorded_.outcome is Outcome.CREATED
    assert recorded_.problems == {}
    assert (
        observe(read_report(reports.encoded(report)), 1, utc_now()).class_code == RECORDINGS[name]
    )


def test_different_machines_are_different_items_and_stay_so(
    database: Database, tmp_path: Path
) -> None:
    machines = [report_of_recording(name, tmp_path) for name in RECORDINGS]
    items = [take(database, report).item_id for report in machines]
    assert len(set(items)) == len(RECORDINGS)
    assert [take(database, report).item_id for report in machines] == items


def test_both_ends_know_the_same_sections() -> None:
    told = set(SCHEMA["properties"]["sections"]["properties"])
    assert told == set(SECTIONS) == {*LISTS, *FOLDED}


def test_the_server_folds_nothing_that_no_agent_sends() -> None:
    for section, names in (
        ("identity", folding.FROM_IDENTITY),
        ("hardware", folding.FROM_HARDWARE),
        ("os", folding.FROM_OS),
        ("memory", folding.FROM_MEMORY),
    ):
        assert set(names.values()) <= set(SCHEMA["$defs"][section]["properties"])
