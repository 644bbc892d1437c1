"""What the agent says of the machine the tests run on, brought in as the server would take it."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from agent.preview import preview
from agent.report import digest
from server.foundation.permissions import Actor
from server.items.enrolment import EnrolmentRequest, TokenDraft, agent_with_key, create_token, enrol
from server.items.intake import take_report
from server.items.reports import read_report

#: When the later report came in, and by how much a package had changed since the earlier one.
SEEN = timedelta(minutes=4)
BEFORE = timedelta(hours=2)
OLD_VERSION = "0.9-1"


def report_this_machine(session: Session, actor: Actor, organisation_id: int, now: datetime) -> int:
    """Enrol the agent of this machine, let it report twice, and return the machine's item.

    Between the two reports one package was upgraded, so there is a difference to discover.
    """
    document = preview("", ())
    draft = TokenDraft("this machine", organisation_id)
    secret = create_token(session, actor, draft, now - BEFORE)
    agent_id = document["agent"]["id"]
    wish = EnrolmentRequest(secret, agent_id, _host_name(document), document["agent"]["version"])
    agent = agent_with_key(session, enrol(session, wish, now - BEFORE))
    reports = ((_earlier(document), now - BEFORE), ({**document, "sequence": 1}, now - SEEN))
    for told, at in reports:
        plain = json.dumps({**told, "collected_at": at.isoformat()}).encode()
        taken = take_report(session, agent, read_report(plain), at)
        assert taken.recorded is not None
        assert not taken.recorded.problems, taken.recorded.problems
    assert agent.item_id is not None
    return agent.item_id


def _host_name(document: Mapping[str, Any]) -> str:
    return str(document["sections"]["identity"].get("hostname", ""))


def _earlier(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the report as it was before the first package in the list was upgraded."""
    software = document["sections"]["software"]
    ecosystem, name, _version, architecture = software["rows"][0]
    rows = [[ecosystem, name, OLD_VERSION, architecture], *software["rows"][1:]]
    before = {**software, "rows": rows}
    return {
        **document,
        "sections": {**document["sections"], "software": before},
        "digests": {**document["digests"], "software": digest(before)},
    }
