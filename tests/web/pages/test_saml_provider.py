"""Signing in with a real SAML provider: SimpleSAMLphp reads our metadata, and we read its own."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from server.foundation.database import Database
from server.foundation.settings import Settings
from server.people.models import Account, ExternalIdentity, SamlProvider
from tests.support.people import World, cookie_of, token_of
from tests.support.saml_provider import CBC, GCM
from tests.support.simplesaml import (
    NoAnswerError,
    SimpleSaml,
    Visitor,
    running_simplesaml,
)

_V1 = "/api/v1/saml-providers"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, web_networks="127.0.0.0/8, ::1/128")


@pytest.fixture(scope="module")
def running() -> Iterator[SimpleSaml]:
    with running_simplesaml() as provider:
        yield provider


@pytest.fixture
def provider(running: SimpleSaml) -> SimpleSaml:
    running.encrypts(None)
    return running


class Program:
    """Sends REST requests as the administrator."""

    def __init__(self, site: Flask, database: Database, world: World) -> None:
        assert world.admin.person_id is not None
        with database.writing() as session:
            token = token_of(session, world.admin.person_id)
        self._client = site.test_client()
        self._headers = {"Authorization": f"Bearer {token}"}

    def __call__(self, method: str, path: str, body: object = None, status: int = 200) -> object:
        answer = self._client.open(path, method=method, json=body, headers=self._headers)
        assert answer.status_code == status, answer.text
        return answer.get_json()


@pytest.fixture
def api(site: Flask, database: Database, world: World) -> Program:
    return Program(site, database, world)


def _set_up(api: Program, site: Flask, world: World, provider: SimpleSaml, **more: object) -> int:
    body = {
        "code": "staff",
        "name": "Staff account",
        "metadata_url": provider.metadata_url,
        "organisation_id": world.root.id,
        "login_attribute": "uid",
    }
    made = api("POST", _V1, body | more, 201)
    assert isinstance(made, dict)
    assert made["entity_id"] == f"{provider.address}/idp"
    assert made["certificates"][0]["expires_at"] > made["created_at"]
    published = site.test_client().get("/sign-in/saml/staff/metadata")
    assert made["our_entity_id"].endswith("/sign-in/saml/staff/metadata")
    provider.knows(published.data)
    return int(made["id"])


def _sign_in(site: Flask) -> tuple[int, str]:
    """Go there, sign in, come back; return how and where that ended."""
    client = site.test_client()
    left = client.get("/sign-in/with/staff?next=/tickets")
    assert left.status_code == 303, left.text
    form = Visitor().answer(left.location)
    posted = client.post("/sign-in/saml/staff/answer", data=form)
    if posted.status_code != 303:
        return posted.status_code, ""
    ended = client.get(posted.location)
    return ended.status_code, ended.location or ""


@pytest.mark.parametrize("signs", [False, True])
def test_somebody_signs_in_with_what_both_sides_published(
    site: Flask,
    database: Database,
    world: World,
    api: Program,
    provider: SimpleSaml,
    signs: bool,
) -> None:
    _set_up(api, site, world, provider, sign_requests=signs)
    assert _sign_in(site) == (303, "/tickets")
    assert _sign_in(site) == (303, "/tickets")
    with database.reading() as session:
        identity = session.scalars(select(ExternalIdentity)).one()
        assert identity.person_id == world.agent.person_id
        # What it calls sam is nothing that anybody could guess.
        assert len(identity.subject) == 40


@pytest.mark.parametrize("algorithm", [GCM, CBC])
def test_it_may_encrypt_for_us(
    site: Flask, world: World, api: Program, provider: SimpleSaml, algorithm: str
) -> None:
    number = _set_up(api, site, world, provider)
    provider.encrypts(algorithm)
    assert _sign_in(site) == (303, "/tickets")
    # With another key of ours that it has not heard of, nobody can read what it says.
    api("POST", f"{_V1}/{number}/key")
    assert _sign_in(site)[0] == 401


def test_a_request_that_it_cannot_verify_is_answered_by_nobody(
    site: Flask, world: World, api: Program, provider: SimpleSaml
) -> None:
    number = _set_up(api, site, world, provider, sign_requests=True)
    api("POST", f"{_V1}/{number}/key")
    left = site.test_client().get("/sign-in/with/staff")
    with pytest.raises(NoAnswerError, match=r"(?i)unable to validate signature"):
        Visitor().answer(left.location)


def test_what_it_publishes_is_asked_through_the_gate_and_renewed(
    site: Flask, database: Database, world: World, api: Program, provider: SimpleSaml
) -> None:
    number = _set_up(api, site, world, provider)
    with database.writing() as session:
        session.get_one(SamlProvider, number).certificates = []
    assert _sign_in(site)[0] == 401
    renewed = api("POST", f"{_V1}/{number}/metadata")
    assert isinstance(renewed, dict)
    assert len(renewed["certificates"]) == 1
    assert _sign_in(site)[0] == 303
    place = site.extensions["cadastre"]
    place.settings = replace(place.settings, web_networks="")
    told = api("POST", f"{_V1}/{number}/metadata", None, 503)
    assert "may not connect" in str(told)


def test_whoever_is_gone_here_stays_out(
    site: Flask, database: Database, world: World, api: Program, provider: SimpleSaml
) -> None:
    _set_up(api, site, world, provider)
    assert world.agent.person_id is not None
    with database.writing() as session:
        assert cookie_of(session, world.agent.person_id)
        account = select(Account).where(Account.person_id == world.agent.person_id)
        session.scalars(account).one().disabled = True
    assert _sign_in(site)[0] == 401
