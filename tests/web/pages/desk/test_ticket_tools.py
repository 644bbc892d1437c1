"""From a ticket one takes over its machines, and asks their agents for a report."""

import gzip
import json
from typing import Any

from flask import Flask

from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.items.enrolment import EnrolmentRequest, TokenDraft, create_token, enrol
from tests.server.desk.estate import Estate
from tests.server.desk.tickets.test_reaching import put_address
from tests.server.items.machines import AGENT_ID, whole
from tests.web.pages.conftest import Browser
from tests.web.pages.desk.conftest import open_on


def test_a_tickets_tools_are_links_to_its_machines_and_their_agents(
    agent: Browser, requester: Browser, site: Flask, database: Database, estate: Estate
) -> None:
    machine = _reported(site, database, estate)
    put_address(database, estate.app, "10.77.0.5")
    reference = open_on(database, estate, machine, estate.app, estate.laptop)
    tools = f"/tickets/{reference}/tools"
    assert f'hx-get="{tools}"' in agent.read(f"/tickets/{reference}")
    page = agent.read(tools)
    assert 'href="ssh://10.77.0.5"' in page
    assert page.count("Ask for a report, web-01") == 1
    assert "LT-0231" not in page
    act = f"/tickets/{reference}/items/{machine}/report"
    assert act in page
    assert act not in requester.read(tools)

    agent.done(act)
    said = "The agent of web-01 was asked for a report"
    assert said in agent.read(f"/tickets/{reference}")
    assert said not in requester.read(f"/tickets/{reference}")
    assert agent.post(f"/tickets/{reference}/items/{estate.app}/report").status_code == 409
    assert requester.post(act).status_code == 403


def test_an_administrator_keeps_the_links_that_items_show(
    admin: Browser, agent: Browser, database: Database, estate: Estate
) -> None:
    put_address(database, estate.app, "10.77.0.5")
    item = f"/items/{estate.app}"
    assert 'href="ssh://10.77.0.5"' in agent.read(item)
    assert "Remote control" not in agent.read(f"/items/{estate.orders}")
    page = "/administration/desk/remote"
    assert "ssh://{address}" in admin.read(page)
    text = (
        '[remote_links.kvm]\nclasses = ["computer"]\nurl = "https://kvm.example.org/{name}"\n'
        'labels = { en = "Console" }\n'
    )
    bad = admin.post(page, act="save", text=text.replace("https:", "javascript:"))
    assert bad.status_code == 422
    assert "must begin with http://" in bad.text
    admin.done(page, act="save", text=text)
    shown = agent.read(item)
    assert 'href="https://kvm.example.org/app-1"' in shown
    assert "Console" in shown
    assert "ssh://" not in shown
    admin.done(page, act="save", text="[remote_links]")
    assert "Remote control" not in agent.read(item)
    assert "[remote_links]" in admin.read(page)


def _reported(site: Flask, database: Database, estate: Estate) -> int:
    now = utc_now()
    with database.writing() as session:
        draft = TokenDraft("t", estate.world.root.id)
        token = create_token(session, estate.world.admin, draft, now)
        key = enrol(session, EnrolmentRequest(token, AGENT_ID, "web-01", "0.1.0"), now)
    answer: Any = site.test_client().post(
        "/api/v1/reports",
        data=gzip.compress(json.dumps(whole()).encode()),
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}", "Content-Encoding": "gzip"},
    )
    assert answer.status_code == 202, answer.text
    item_id: int = answer.json["item"]
    return item_id
