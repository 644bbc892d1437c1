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
        item_id = callers.admin.post(path, {"organisation_id": 1})["item_id"]
        check_what_landed(callers, item_id or same_machine(callers))


def same_machine(callers: Callers) -> int:
    """Answer what is asked where nothing of the hardware shows that two agents are on one."""
    (question,) = callers.admin.get("/identity-reviews")["rows"]
    path = f"/identity-reviews/{question['id']}"
    (candidate,) = callers.admin.get(path)["candidates"]
    answer = {"answer": "same", "item_id": candidate["item"]["id"]}
    item_id: int = callers.admin.post(path, answer, status=200)["item_id"]
    return item_id


def test_ours_and_one_of_another_maker_on_this_machine_make_one_item(
    address: str, callers: Callers, tmp_path: Path
) -> None:
    """Whether this machine has a serial number or nothing at all to know it by."""
    fusion = require_program("fusioninventory-agent", "fusioninventory-agent")
    told = (fusion, f"--server={address}/inventory", "--force", "--no-httpd", _ONE_TASK)
    subprocess.run(told, check=True, capture_output=True, timeout=120)
    (waiting,) = callers.admin.get("/waiting-senders")["rows"]
    admission = f"/waiting-senders/{waiting['id']}/admission"
    theirs = callers.admin.post(admission, {"organisation_id": 1})["item_id"]
    assert theirs is not None
    report_with_ours(address, callers, tmp_path)
    assert [row["id"] for row in callers.admin.get("/items")["rows"]] == [theirs]
    kinds = {row["kind"]: row["item_id"] for row in callers.admin.get("/agents")["rows"]}
    assert kinds == {"fusioninventory": theirs, "cadastre": theirs}


def test_our_own_agent_reports_from_the_file_that_the_server_hands_out(
    address: str, callers: Callers, tmp_path: Path
) -> None:
    told = report_with_ours(address, callers, tmp_path)
    assert re.fullmatch(r"Accepted as \S+: \d+ bytes sent\.\n", told)
    (item,) = callers.admin.get("/items")["rows"]
    packages = callers.admin.get(f"/items/{item['id']}/software", limit=200)["rows"]
    assert "base-files" in {row["name"] for row in packages}


def report_with_ours(address: str, callers: Callers, tmp_path: Path) -> str:
    """Enrol the agent that the server hands out, let it report once, and return what it says."""
    program, state = tmp_path / "cadastre-agent.pyz", tmp_path / "state"
    packed = agent_archive()
    assert packed is not None
    program.write_bytes(packed.content)
    own = (sys.executable, "-I", "-S", str(program))
    token = callers.admin.post("/enrolment-tokens", {"name": "t", "organisation_id": 1})["token"]
    steps = (("enrol", "--server", address, "--token", "-"), ("once",))
    told: list[str] = [
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
    return told[1]


def check_what_landed(callers: Callers, item_id: int) -> None:
    packages = callers.admin.get(f"/items/{item_id}/software", limit=200)["rows"]
    assert {row["ecosystem"] for row in packages} == {"deb"}
    assert "base-files" in {row["name"] for row in packages}
    sections = {row["name"] for row in callers.admin.get(f"/items/{item_id}/sections")}
    assert {"cpus", "filesystems"} <= sections
    assert callers.admin.get(f"/items/{item_id}")["attributes"]["memory_bytes"] > 0
