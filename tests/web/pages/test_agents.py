"""Agents on pages: a line to install one, its arrival, the list, and the file itself."""

import io
import plistlib
import re
import shutil
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.items.enrolment import EnrolmentRequest, enrol
from server.items.models import Agent, EnrolmentToken
from tests.architecture.tree import ROOT
from tests.support.people import World
from tests.web.pages.conftest import Browser, Browsers
from web.agent_archive import agent_archive

AGENTS = "/administration/agents"


def _line(admin: Browser, world: World, **changes: str) -> tuple[str, str]:
    """Make a line; return the page and the token in it."""
    form = {"organisation_id": str(world.root.id), "uses": "1", "days": "1", **changes}
    answer = admin.post(f"{AGENTS}/install", **form)
    assert answer.status_code == 200
    found = re.search(r"cet_[\w-]+", answer.text)
    assert found is not None
    return answer.text, found.group(0)


def _enrol(database: Database, token: str, name: str = "web-01") -> int:
    with database.writing() as session:
        enrol(session, EnrolmentRequest(token, f"agent-of-{name}", name, "0.1.0"), utc_now())
        return session.scalars(select(Agent.id).where(Agent.hostname == name)).one()


def test_without_agents_the_page_says_how_to_begin(admin: Browser) -> None:
    assert "No agent has enrolled yet" in admin.read(AGENTS)


def test_the_lines_name_this_server_and_carry_the_token(admin: Browser, world: World) -> None:
    page, token = _line(admin, world)
    assert "http://127.0.0.1:8080/agent/install.sh" in page
    assert page.count(token) >= 3
    assert "listens on its own machine alone" in page
    assert token not in admin.read(AGENTS)


def test_a_token_may_be_for_any_number_of_machines_and_is_revoked(
    admin: Browser, database: Database, world: World
) -> None:
    _line(admin, world, uses="any", name="the whole hall")
    assert "the whole hall" in admin.read(AGENTS)
    with database.reading() as session:
        token = session.scalars(select(EnrolmentToken)).one()
    assert token.uses_left is None
    admin.done(f"{AGENTS}/tokens/{token.id}/revoke")
    assert "the whole hall" not in admin.read(AGENTS)


@pytest.mark.parametrize("days", ["9999", "99999999999999999999"])
def test_a_line_does_not_work_for_ever(admin: Browser, world: World, days: str) -> None:
    form = {"organisation_id": str(world.root.id), "days": days}
    answer = admin.post(f"{AGENTS}/install", **form)
    assert answer.status_code in {200, 422}
    if answer.status_code == 422:
        assert "This takes a number from 1 to 365." in answer.text


def test_an_arrival_is_greeted_and_silence_changes_nothing(
    admin: Browser, database: Database, world: World
) -> None:
    page, token = _line(admin, world)
    asked = re.search(r'hx-get="([^"]+/arrivals[^"]+)"', page)
    assert asked is not None
    address = asked.group(1).replace("&amp;", "&")
    assert admin.get(address).status_code == 204
    number = _enrol(database, token)
    enrolled = admin.read(address)
    assert "Waiting for its first report" in enrolled
    with database.writing() as session:
        session.get_one(Agent, number).last_report_at = utc_now()
    following = re.search(r'hx-get="([^"]+)"', enrolled)
    assert following is not None
    assert "web-01" in admin.read(following.group(1).replace("&amp;", "&"))


@pytest.mark.parametrize("since", ["", "nan", "1e999", "abc"])
def test_a_nonsense_moment_is_refused(admin: Browser, world: World, since: str) -> None:
    answer = admin.get(f"{AGENTS}/arrivals?organisation={world.root.id}&since={since}")
    assert answer.status_code == 422


def test_silent_agents_can_be_listed_and_an_agent_is_revoked(
    admin: Browser, database: Database, world: World
) -> None:
    number = _enrol(database, _line(admin, world)[1], "silent-01")
    with database.writing() as session:
        agent = session.get_one(Agent, number)
        agent.enrolled_at = agent.last_report_at = utc_now() - timedelta(days=3)
        agent.problems = {"software": "dpkg did not answer"}
    assert "silent-01" in admin.read(f"{AGENTS}?show=silent")
    assert "1 is silent" in admin.read("/administration")
    assert "dpkg did not answer" in admin.read(f"{AGENTS}/{number}")
    admin.done(f"{AGENTS}/{number}/revoke")
    assert "silent-01" not in admin.read(AGENTS)
    assert "silent-01" in admin.read(f"{AGENTS}?show=revoked")


def test_agents_of_another_organisation_are_out_of_sight(
    admin: Browser, nobody: Browser, database: Database, world: World
) -> None:
    number = _enrol(database, _line(admin, world)[1])
    assert nobody.get(f"{AGENTS}/{number}").status_code == 403
    assert nobody.post(f"{AGENTS}/{number}/revoke").status_code == 403
    assert nobody.post(f"{AGENTS}/install").status_code == 403


def test_the_file_is_handed_out_to_anybody_and_runs(site: Flask, tmp_path: Path) -> None:
    client = site.test_client()
    answer = client.get("/agent/cadastre-agent.pyz")
    assert answer.status_code == 200
    names = zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
    assert "agent/cli.py" in names
    assert all(name.endswith(".py") for name in names)
    program = tmp_path / "cadastre-agent.pyz"
    program.write_bytes(answer.data)
    told = subprocess.run(
        [sys.executable, str(program), "--version"], capture_output=True, text=True, check=True
    )
    assert told.stdout.startswith("cadastre-agent ")
    again = client.get(
        "/agent/cadastre-agent.pyz", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert again.status_code == 304


def test_the_file_is_the_one_that_a_build_makes(tmp_path: Path) -> None:
    packed, built = agent_archive(), tmp_path / "built.pyz"
    assert packed is not None
    builder = ROOT / "deploy" / "agent" / "build_zipapp.py"
    subprocess.run([sys.executable, str(builder), str(built)], check=True, capture_output=True)
    assert packed.content == built.read_bytes()


def test_the_script_checks_what_it_fetches_and_is_good_shell(site: Flask) -> None:
    packed = agent_archive()
    assert packed is not None
    script = site.test_client().get("/agent/install.sh").text
    assert packed.digest in script
    assert "server=http://127.0.0.1:8080\n" in script
    shell = shutil.which("dash") or "sh"
    checked = subprocess.run(
        [shell, "-n"], input=script, text=True, capture_output=True, check=False
    )
    assert checked.returncode == 0, checked.stderr


def test_the_script_knows_one_option_and_refuses_others(site: Flask) -> None:
    script = site.test_client().get("/agent/install.sh").text
    # As the line of the page runs it, with what stands behind it.
    words = ["sh", "-c", script, "install", "--disk-helth"]
    refused = subprocess.run(words, input="", text=True, capture_output=True, check=False)
    assert refused.returncode == 1
    assert "unknown option --disk-helth; known: --disk-health" in refused.stderr
    served = script.index("systemctl restart cadastre-agent")
    assert script.index('"$program" disk-health on') > served


def test_the_script_for_windows_checks_what_it_fetches_and_closes_its_folder(site: Flask) -> None:
    packed = agent_archive()
    assert packed is not None
    answer = site.test_client().get("/agent/install.ps1")
    script = answer.text
    assert answer.mimetype == "text/plain"
    assert f"$digest = '{packed.digest}'" in script
    assert "$server = 'http://127.0.0.1:8080'\n" in script
    # Cut short it does nothing: the block closes in its last line.
    code = [line for line in script.splitlines() if not line.lstrip().startswith("#")]
    assert (code[0], code[-1]) == ("& {", "}")
    assert all("\n".join(code).count(a) == "\n".join(code).count(b) for a, b in ("{}", "()", "[]"))
    order = ("icacls", "Invoke-WebRequest -", "Get-FileHash", " enrol ", "service install")
    # The task is what is left where no service can be made.
    left = ("WaitForStatus", "Unregister-", "service remove", "Register-")
    assert sorted(order + left, key=script.index) == [*order, *left]


def test_the_script_and_the_package_start_the_same_daemon_of_a_mac() -> None:
    packaged = plistlib.loads((ROOT / "deploy/agent/com.cadastre.agent.plist").read_bytes())
    ours = plistlib.loads((ROOT / "web/templates/agent/launchd.plist").read_bytes())
    assert ours.pop("ProgramArguments") == ["$python", "-I", "$program", "run"]
    assert packaged.pop("ProgramArguments")[1::2] == ["-I", "run"]
    assert ours == packaged


def test_the_script_and_the_packages_start_the_same_service() -> None:
    packaged = (ROOT / "deploy/agent/cadastre-agent.service").read_text()
    ours = (ROOT / "web/templates/agent/unit.service").read_text()
    told = packaged[packaged.index("[Unit]") :]
    assert [line for line in ours.splitlines() if not line.startswith("ExecStart")] == [
        line for line in told.splitlines() if not line.startswith("ExecStart")
    ]


def test_support_agents_install_nothing(browser_of: Browsers, world: World) -> None:
    agent = browser_of(world.agent.person_id)
    assert agent.post(f"{AGENTS}/install", organisation_id=str(world.root.id)).status_code == 403
