"""Only an enrolled agent reports, and only of itself."""

import pytest
from sqlalchemy import func, select

from cmdb.records.items import Item
from tests.immunity.conftest import Program, Target
from tests.server.items.machines import IDENTITY, report, whole

OTHER = "9b2d7c1e-0000-4000-8000-000000000002"


def _items(target: Target) -> int:
    with target.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Item)) or 0


@pytest.mark.parametrize(
    "key", ["", "x", "cad_x", "agk_" + "A" * 43, "' OR 1=1 --", "null", "0", "Bearer"]
)
def test_a_report_without_a_right_key_is_401_and_leaves_nothing(target: Target, key: str) -> None:
    target.agent()
    before = _items(target)
    stranger = Program(target.site.test_client(), {"Authorization": f"Bearer {key}"})
    assert stranger.post("/reports", whole()).status_code == 401
    assert target.api(None).post("/reports", whole()).status_code == 401
    assert target.api(target.world.admin).post("/reports", whole()).status_code == 401
    assert _items(target) == before


def test_an_agent_speaks_for_itself_alone(target: Target) -> None:
    first = target.agent()
    assert first.post("/reports", whole()).status_code == 202
    second = target.agent(OTHER)
    in_the_name_of_the_first = report({"identity": IDENTITY}, 7)
    assert second.post("/reports", in_the_name_of_the_first).status_code in {403, 409, 422}


def test_an_enrolment_token_for_one_use_makes_one_agent(target: Target) -> None:
    wish = {"name": "once", "organisation_id": target.world.root.id, "uses": 1}
    token = target.api(target.world.admin).post("/enrolment-tokens", wish).get_json()["token"]
    body = {"token": token, "agent_id": OTHER}
    assert target.api(None).post("/agents/enrol", body).status_code == 201
    assert target.api(None).post("/agents/enrol", body).status_code == 401


def test_another_organisations_agent_is_not_taken_over(target: Target) -> None:
    agent_id = OTHER.replace("2", "3")
    target.agent(agent_id, target.world.operations.id)
    wish = {"name": "s", "organisation_id": target.world.sales.id, "uses": None}
    token = target.api(target.world.admin).post("/enrolment-tokens", wish).get_json()["token"]
    answer = target.api(None).post("/agents/enrol", {"token": token, "agent_id": agent_id})
    assert answer.status_code == 401
