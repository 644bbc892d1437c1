"""Whoever is disabled is out with the next request: sessions, tokens, grants, agents' tokens."""

from server.foundation.clock import utc_now
from server.people.sync_parties import deactivate_persons
from tests.immunity.conftest import Target


def test_who_left_is_out_at_once_everywhere(target: Target) -> None:
    actor = target.world.agent
    assert actor.person_id is not None
    program, browser = target.api(actor), target.browser(actor)
    assert program.get("/items").status_code == browser.get("/items").status_code == 200
    with target.database.writing() as session:
        deactivate_persons(session, "local", [actor.person_id], utc_now())
    for path in ("/session", "/items", "/tickets", "/people", "/tokens"):
        assert program.get(path).status_code == 401
    assert browser.get("/items").status_code == 302
    assert browser.post("/tickets/new", title="x").status_code in {302, 401, 403}


def test_a_closed_log_in_stops_its_tokens_and_sessions(target: Target) -> None:
    actor = target.world.change_manager
    program, browser = target.api(actor), target.browser(actor)
    assert program.get("/changes").status_code == 200
    closing = {"disabled": True}
    path = f"/people/{actor.person_id}/account"
    assert target.api(target.world.admin).patch(path, closing).status_code == 200
    assert program.get("/changes").status_code == 401
    assert browser.get("/changes").status_code == 302


def test_a_withdrawn_role_is_gone_with_the_next_request(target: Target) -> None:
    world = target.world
    program = target.api(world.reader)
    assert program.get("/items").status_code == 200
    admin = target.api(world.admin)
    grants = admin.get("/role-grants", person=world.reader.person_id).get_json()["rows"]
    for grant in grants:
        path = f"/api/v1/role-grants/{grant['id']}"
        assert admin.client.delete(path, headers=admin.headers).status_code == 204
    assert program.get("/items").status_code == 403
