"""The figures of imports: exports of other tools on the command line, checked line by line.

Each is read as a user would: rehearsed, recorded, and taken back, every step a process of its own
whose memory is its own. Targets are none: an import may take its time, but not the memory.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.people.actions.installation import create_first_administrator
from tests.benchmarks.figures import calibrate, note, scaled, tell
from tests.support.checked_lists import compared_with_told
from tests.support.foreign_lists import FORMS, write_list
from tests.support.postgres import running_cluster

_LINES = 100_000
_MANY = 1_000_000
_MOST_MEGABYTES = 500
_RENAMED = {"snipe-it": ({"Serial": "S/N"}, ("--column", "S/N=serial"))}


def run() -> None:
    """Measure the four forms on SQLite, and one of a million lines on PostgreSQL."""
    calibrate()
    with tempfile.TemporaryDirectory() as folder:
        for tool in FORMS:
            _measure(Path(folder) / tool, tool, scaled(_LINES), {})
        with running_cluster(shared_buffers="256MB", autovacuum="on") as cluster:
            url = {"CADASTRE_DATABASE_URL": cluster.new_database()}
            _measure(Path(folder) / "many", "netbox", scaled(_MANY), url)


def _measure(home: Path, tool: str, count: int, settings: Mapping[str, str]) -> None:
    home.mkdir()
    renamed, words = _RENAMED.get(tool, ({}, ()))
    file = home / f"{tool}.csv"
    write_list(file, tool, count, renamed)
    kind = "PostgreSQL" if settings else "SQLite"
    setting = f"{count} lines in the form of {FORMS[tool].label}, 3 % broken, on {kind}"
    environment = {**os.environ, **settings, "CADASTRE_HOME": str(home)}
    url = settings.get("CADASTRE_DATABASE_URL", f"sqlite:///{home}/cadastre.sqlite3")
    _cadastre(environment, "migrate")
    _begin(url)
    asked = ("import", str(file), "--source", tool, *words)
    _tell("rehearsed", _cadastre(environment, *asked, "--dry-run"), setting)
    done = _cadastre(environment, *asked)
    _tell("recorded", done, setting)
    number = int(re.findall(r"--undo (\d+)", done.out)[0])
    wrong = compared_with_told(url, number, tool, count)
    for one in wrong:
        note(one)
    met = not wrong
    tell("every line became what it should", float(met), "", "1", met=met, setting=setting)
    _tell("taken back", _cadastre(environment, "import", "--undo", str(number)), setting)


def _begin(url: str) -> None:
    database = Database(url)
    with database.writing() as session:
        create_first_administrator(session, "Organisation", utc_now())
    database.dispose()


class _Done(NamedTuple):
    """What a command said and cost; processor time without the database's own processes."""

    out: str
    seconds: float
    cpu_seconds: float
    megabytes: float


def _tell(step: str, done: _Done, setting: str) -> None:
    tell(f"import {step}", done.seconds, "s", "none", met=True, setting=setting)
    tell(f"import {step}, CPU", done.cpu_seconds, "s", "none", met=True, setting=setting)
    small = done.megabytes <= _MOST_MEGABYTES
    target = f"<= {_MOST_MEGABYTES}"
    tell(f"import {step}, peak memory", done.megabytes, "MB", target, met=small, setting=setting)


def _cadastre(environment: Mapping[str, str], *words: str) -> _Done:
    """Run a command as a process of its own."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "server.cli", *words]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=dict(environment),
    ) as process:
        out = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - started
    return _Done(out, seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000)
