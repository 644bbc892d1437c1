"""Every endpoint: nobody, somebody without the grant, an outsider, and somebody who may."""

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from server.foundation.permissions import Permission
from tests.contract.cast import Known
from tests.contract.endpoints import ENDPOINTS, PUBLIC, Endpoint, Public
from tests.contract.kit import Kit
from tests.contract.things import Things

_AUTOMATIC = {"HEAD", "OPTIONS"}
_WRITES = [endpoint for endpoint in ENDPOINTS if not endpoint.reads]
_SENT_BY_OUR_PAGES = [e for e in PUBLIC if e.method != "GET" and not e.posted_elsewhere]
_NAMES_THINGS = [e for e in ENDPOINTS if "<" in e.rule and not e.of_nobody]
_NAMES_IN_BODY = [endpoint for endpoint in ENDPOINTS if endpoint.names_in_body]

every_endpoint = pytest.mark.parametrize("endpoint", ENDPOINTS, ids=str)


def test_the_table_holds_every_route_and_no_other(kit: Kit) -> None:
    there = _methods(kit.app.url_map.iter_rules())
    missing = _missing(there)
    assert not missing, (
        f"{missing} are not in the endpoint kit: add an Endpoint for each to the file of its "
        "corner in tests/contract/endpoints/, saying which permission it asks for and how it is "
        "called; what anybody may use goes to public.py, with the reason."
    )
    gone = sorted(set(_table()) - there)
    assert not gone, f"{gone} are no longer routes: take their entries out of the endpoint kit."
    twice = sorted({entry for entry in _table() if _table().count(entry) > 1})
    assert not twice, f"{twice} are in the endpoint kit twice."


def test_a_new_route_and_a_new_method_of_a_known_route_are_missed() -> None:
    planted = [Rule("/planted", methods=["GET"]), Rule("/items", methods=["GET", "PURGE"])]
    assert _missing(_methods(planted)) == [("GET", "/planted"), ("PURGE", "/items")]


def _methods(rules: Iterable[Rule]) -> set[tuple[str, str]]:
    return {
        (method, rule.rule) for rule in rules for method in (rule.methods or set()) - _AUTOMATIC
    }


def _table() -> list[tuple[str, str]]:
    known = [(endpoint.method, endpoint.rule) for endpoint in ENDPOINTS]
    return known + [(entry.method, entry.rule) for entry in PUBLIC]


def _missing(there: set[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(there - set(_table()))


@every_endpoint
def test_nobody_gets_in_without_signing_in(kit: Kit, endpoint: Endpoint) -> None:
    answer = kit.ask(endpoint, None)
    if endpoint.is_rest:
        assert _problem(answer) == (401, "not-signed-in")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    else:
        assert answer.status_code == 302
        assert answer.location.startswith("/sign-in")
    assert kit.count_rows() == kit.prepared_rows


@pytest.mark.parametrize("endpoint", [e for e in ENDPOINTS if e.needs], ids=str)
def test_without_the_grant_it_is_forbidden(kit: Kit, endpoint: Endpoint) -> None:
    for who in _without_the_grant(kit, endpoint):
        answer = kit.ask(endpoint, who)
        assert answer.status_code == 403, answer.text
        if endpoint.is_rest:
            assert _problem(answer) == (403, "permission-denied")
        assert kit.count_rows() == kit.prepared_rows


def _without_the_grant(kit: Kit, endpoint: Endpoint) -> Iterator[Known]:
    cast = kit.world.cast
    yield cast.nobody
    if isinstance(endpoint.needs, Permission):
        yield cast.lacking[endpoint.needs]
    if endpoint.everywhere:
        yield cast.insider


@pytest.mark.parametrize("endpoint", _NAMES_THINGS, ids=str)
def test_what_is_out_of_sight_is_not_there(kit: Kit, endpoint: Endpoint) -> None:
    hidden = {**kit.world.inside, **_named(endpoint, kit.world.hidden)}
    answer = kit.ask(endpoint, kit.world.cast.insider, hidden)
    assert answer.status_code == 404, answer.text
    assert kit.count_rows() == kit.prepared_rows


@pytest.mark.parametrize("endpoint", [e for e in ENDPOINTS if "<" in e.rule], ids=str)
def test_what_there_is_none_of_is_not_there_either(kit: Kit, endpoint: Endpoint) -> None:
    unknown = {**kit.world.inside, **_named(endpoint, kit.world.unknown)}
    answer = kit.ask(endpoint, kit.world.cast.admin, unknown)
    assert answer.status_code == 404, answer.text
    if endpoint.is_rest:
        assert _problem(answer) == (404, "not-found")


@pytest.mark.parametrize("endpoint", _NAMES_IN_BODY, ids=str)
def test_what_is_out_of_sight_cannot_be_named(kit: Kit, endpoint: Endpoint) -> None:
    path = _named(endpoint, kit.world.inside)
    answer = kit.ask(endpoint, kit.world.cast.insider, {**kit.world.hidden, **path})
    if endpoint.overlooks:
        assert answer.status_code == endpoint.status
        assert "-sales" not in answer.text
    else:
        assert answer.status_code in {403, 404, 422}, answer.text
    assert kit.count_rows() == kit.prepared_rows


@every_endpoint
def test_who_may_is_answered_and_reading_writes_nothing(
    kit_on_both: Kit, endpoint: Endpoint
) -> None:
    kit = kit_on_both
    cast = kit.world.cast
    answer = kit.ask(endpoint, cast.admin if endpoint.everywhere else cast.insider)
    assert answer.status_code == endpoint.status, answer.text
    if endpoint.reads:
        # That somebody saved a list is an act; nothing else is written by reading.
        saved = answer.headers.get("Content-Disposition", "").startswith("attachment")
        acts = kit.prepared_rows["audit_entry"]
        written = dict(kit.count_rows())
        assert written.pop("audit_entry") in ((acts, acts + 1) if saved else (acts,))
        assert written == {k: n for k, n in kit.prepared_rows.items() if k != "audit_entry"}


@pytest.mark.parametrize("endpoint", _WRITES, ids=str)
def test_a_browser_must_prove_that_our_page_sent_it(kit: Kit, endpoint: Endpoint) -> None:
    admin = kit.world.cast.admin
    answer = kit.ask(endpoint, admin, headers=admin.signed_in)
    assert answer.status_code == 403
    assert kit.count_rows() == kit.prepared_rows


@pytest.mark.parametrize("endpoint", _WRITES, ids=str)
def test_what_another_site_makes_a_browser_send_is_refused(kit: Kit, endpoint: Endpoint) -> None:
    admin = kit.world.cast.admin
    from_afar = admin.on_our_page | {"Sec-Fetch-Site": "cross-site"}
    assert kit.ask(endpoint, admin, headers=from_afar).status_code == 403
    assert kit.count_rows() == kit.prepared_rows


@pytest.mark.parametrize("entry", _SENT_BY_OUR_PAGES, ids=str)
def test_not_even_what_is_public_takes_what_another_site_sends(kit: Kit, entry: Public) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    answer = kit.send(entry.method, entry.rule, headers=headers, **_empty(entry))
    assert answer.status_code == 403
    assert kit.count_rows() == kit.prepared_rows


@pytest.mark.parametrize("entry", PUBLIC, ids=str)
def test_what_is_public_answers_anybody(kit: Kit, entry: Public) -> None:
    answer = kit.send(entry.method, entry.rule, **_empty(entry))
    assert answer.status_code == entry.status, answer.text
    # Who tries to sign in is counted, whether or not anybody has such a name.
    left = dict(kit.count_rows().items() - kit.prepared_rows.items())
    assert left.keys() <= ({"sign_in_attempt"} if entry.rule == "/sign-in" else set())


def _empty(entry: Public) -> dict[str, Any]:
    """Return a request without anything in it."""
    return {"json": {}} if entry.rule.startswith("/api/") and entry.method == "POST" else {}


def _named(endpoint: Endpoint, things: Things) -> dict[str, int | str]:
    return {name: things[name] for name in endpoint.named_things(things)}


def _problem(answer: TestResponse) -> tuple[int, str]:
    """Return (status, slug) of a problem document."""
    assert answer.mimetype == "application/problem+json"
    document = answer.json
    assert isinstance(document, dict)
    assert document["status"] == answer.status_code
    return answer.status_code, document["type"].removeprefix("urn:cadastre:problem:")
