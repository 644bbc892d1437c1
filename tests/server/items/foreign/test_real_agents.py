"""The real agents of Debian, started as an administrator would, against a server that listens."""

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import make_server

from tests.server.items.rest import Callers
from tests.support.processes import require_program
from web.agent_archive import agent_archive

#: Tasks that have nothing to do with this machine's inventory.
_ONE_TASK = "--no-task=deploy,collect,esx,wakeonlan,netdiscovery,netinventory"


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


def test_the_agents_of_debian_report_and_read_our_answers(
    address: str, callers: Callers, tmp_path: Path
) -> None:
    fusion = require_program("fusioninventory-agent", "fusioninventory-agent")
    ocs = require_program("ocsinventory-agent", "ocsinventory-agent")
    commands = (
        (fusion, f"--server={address}/inventory", "--force", "--no-httpd", _ONE_TASK),
        (ocs, "--nolocal", f"--server={address}/ocsinventory", f"--basevardir={tmp_path}"),
    )
    running = [subprocess.Popen(command, stderr=subprocess.PIPE) for command in commands]
    for agent in running:
        _, complaints = agent.communicate(timeout=120)
        assert agent.returncode == 0, complaints
    waiting = {row["dialect"]: row for row in callers.admin.get("/waiting-senders")["rows"]}
    assert waiting.keys() == {"fusioninventory", "ocs"}
    for row in waiting.values():
        path = f"/waiting-senders/{row['id']}/admission"
        check_what_landed(callers, callers.admin.post(path, {"organisation_id": 1})["item_id"])


def test_our_own_agent_reports_from_the_file_that_the_server_hands_out(
    address: str, callers: Callers, tmp_path: Path
) -> None:
    program, state = tmp_path / "cadastre-agent.pyz", tmp_path / "state"
    packed = agent_archive()
    assert packed is not None
    program.write_bytes(packed.content)
    own = (sys.executable, "-I", "-S", str(program))
    token = callers.admin.post("/enrolment-tokens", {"name": "t", "organisation_id": 1})["token"]
    steps = (("enrol", "--server", address, "--token", "-"), ("once",))
    told = [
        subprocess.run(
            [*own, *step, "--state-dir", str(state)],
            input=token,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout
        for step in steps
    ]
    assert re.fullmatch(r"Accepted as \S+: \d+ bytes sent\.\n", told[1])
    (item,) = callers.admin.get("/items")["rows"]
    packages = callers.admin.get(f"/items/{item['id']}/software", limit=200)["rows"]
    assert "base-files" in {row["name"] for row in packages}


def check_what_landed(callers: Callers, item_id: int) -> None:
    packages = callers.admin.get(f"/items/{item_id}/software", limit=200)["rows"]
    assert {row["ecosystem"] for row in packages} == {"deb"}
    assert "base-files" in {row["name"] for row in packages}
    sections = {row["name"] for row in callers.admin.get(f"/items/{item_id}/sections")}
    assert {"cpus", "filesystems"} <= sections
    assert callers.admin.get(f"/items/{item_id}")["attributes"]["memory_bytes"] > 0
