"""Signing in with an identity provider, against a real one: set up, linked, let in, kept out."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from server.foundation.audit import AuditEntry
from server.foundation.database import Database
from server.foundation.edge.csrf import token_of as csrf_of
from server.foundation.settings import Settings
from server.people.models import Account, ExternalIdentity, SecondFactor
from server.people.models import IdentityProvider as StoredProvider
from tests.support.identity_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    IdentityProvider,
    running_identity_provider,
)
from tests.support.people import BEGINNING, World, cookie_of


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, web_networks="127.0.0.0/8")


@pytest.fixture(scope="module")
def running() -> Iterator[IdentityProvider]:
    with running_identity_provider() as provider:
        yield provider


@pytest.fixture
def provider(running: IdentityProvider) -> IdentityProvider:
    running.reset()
    return running


class Person:
    """A browser, of nobody at first."""

    def __init__(self, site: Flask, database: Database) -> None:
        self.client: FlaskClient = site.test_client()
        self._database = database
        self._proof = ""

    def is_signed_in_as(self, person_id: int | None) -> "Person":
        assert person_id is not None
        with self._database.writing() as session:
            cookie = cookie_of(session, person_id)
        self.client.set_cookie("cadastre", cookie)
        self._proof = csrf_of(cookie)
        return self

    def post(self, address: str, **form: str) -> TestResponse:
        return self.client.post(address, data=form | {"csrf_token": self._proof})

    def visits(self, provider: IdentityProvider, address: str) -> TestResponse:
        back = urlsplit(provider.authorize(address))
        return self.client.get(f"{back.path}?{back.query}")

    def signs_in_with(self, provider: IdentityProvider) -> TestResponse:
        return self.visits(provider, self.client.get("/sign-in/with/staff?next=/tickets").location)


def _set_up(site: Flask, database: Database, world: World, provider: IdentityProvider) -> Person:
    admin = Person(site, database).is_signed_in_as(world.admin.person_id)
    form = {
        "code": "staff",
        "name": "Staff account",
        "issuer": provider.issuer,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "scopes": "openid profile",
        "organisation_id": str(world.root.id),
        "enabled": "1",
    }
    made = admin.post("/administration/identity-providers/new", **form)
    assert made.status_code == 303, made.text
    page = admin.client.get(made.location)
    assert "http://127.0.0.1:8080/sign-in/back" in page.text
    assert CLIENT_SECRET not in unescape(page.text)
    tried = admin.post(f"{made.location}/try")
    assert "its keys can be read" in tried.text
    assert "Staff account" in site.test_client().get("/sign-in").text
    return admin


def test_somebody_links_their_account_and_signs_in_with_it(
    site: Flask, database: Database, world: World, provider: IdentityProvider
) -> None:
    _set_up(site, database, world, provider)
    sam = Person(site, database).is_signed_in_as(world.agent.person_id)
    assert "Staff account" in sam.client.get("/account/identities").text
    between = sam.post("/account/identities/link/staff")
    found = re.search(r'href="(http[^"]+/authorize[^"]+)"', between.text)
    assert found is not None
    linked = sam.visits(provider, unescape(found[1]))
    assert (linked.status_code, linked.location) == (303, "/account/identities")

    anew = Person(site, database)
    assert anew.signs_in_with(provider).location == "/tickets"
    assert anew.client.get("/tickets").status_code == 200
    with database.reading() as session:
        acts = list(session.scalars(select(AuditEntry.act).order_by(AuditEntry.seq)))
        identity = session.scalars(select(ExternalIdentity)).one()
        assert identity.person_id == world.agent.person_id
        assert identity.last_used_at is not None
    assert acts == ["identity_provider_created", "identity_linked", "signed_in"]

    # Without a password here, the last way in is not given away by accident.
    refused = sam.post(f"/account/identities/{identity.id}/unlink")
    assert refused.status_code == 409


def test_whoever_is_closed_or_unknown_or_of_another_house_is_kept_out(
    site: Flask, database: Database, world: World, provider: IdentityProvider
) -> None:
    admin = _set_up(site, database, world, provider)
    assert Person(site, database).signs_in_with(provider).status_code == 401
    with database.reading() as session:
        told = session.scalars(select(AuditEntry.detail).order_by(AuditEntry.seq.desc())).first()
    assert told == {"why": "nobody here is linked with it"}

    address = f"/people/{world.agent.person_id}/identities"
    provider_id = str(_provider_id(database))
    answer = admin.post(address, provider_id=provider_id, subject="subject-1")
    assert answer.status_code == 303, answer.text
    assert "subject-1" in admin.client.get(address).text
    assert Person(site, database).signs_in_with(provider).status_code == 303
    with database.writing() as session:
        session.execute(
            update(Account).where(Account.person_id == world.agent.person_id).values(disabled=True)
        )
    assert Person(site, database).signs_in_with(provider).status_code == 401
    # A second person cannot be the same subject.
    other = admin.post(
        f"/people/{world.reader.person_id}/identities", provider_id=provider_id, subject="subject-1"
    )
    assert other.status_code == 409


def test_a_claim_links_exactly_the_log_in_it_names(
    site: Flask, database: Database, world: World, provider: IdentityProvider
) -> None:
    admin = _set_up(site, database, world, provider)
    page = f"/administration/identity-providers/{_provider_id(database)}"
    form = {"version": "1", "login_claim": "preferred_username", "enabled": "1"}
    assert admin.post(page, **form).status_code == 303
    provider.claims = {"sub": "subject-7", "preferred_username": "SAM"}
    assert Person(site, database).signs_in_with(provider).status_code == 401
    provider.claims = {"sub": "subject-7", "preferred_username": "sam"}
    assert Person(site, database).signs_in_with(provider).status_code == 303
    # Linked by subject from now on: another one with the same name is somebody else.
    provider.claims = {"sub": "subject-8", "preferred_username": "sam"}
    assert Person(site, database).signs_in_with(provider).status_code == 401


def test_a_second_factor_is_asked_for_all_the_same(
    site: Flask, database: Database, world: World, provider: IdentityProvider
) -> None:
    admin = _set_up(site, database, world, provider)
    link = {"provider_id": str(_provider_id(database)), "subject": "subject-1"}
    admin.post(f"/people/{world.agent.person_id}/identities", **link)
    with database.writing() as session:
        assert world.agent.person_id is not None
        person_id = world.agent.person_id
        session.add(SecondFactor(person_id=person_id, confirmed_at=BEGINNING, created_at=BEGINNING))
    sam = Person(site, database)
    assert sam.signs_in_with(provider).location == "/sign-in/code?next=/tickets"
    assert sam.client.get_cookie("cadastre") is None


def test_another_issuer_ends_every_link_and_blanks_the_secret(
    site: Flask, database: Database, world: World, provider: IdentityProvider
) -> None:
    admin = _set_up(site, database, world, provider)
    number = _provider_id(database)
    link = {"provider_id": str(number), "subject": "subject-1"}
    admin.post(f"/people/{world.agent.person_id}/identities", **link)
    page = f"/administration/identity-providers/{number}"
    form = {"version": "1", "issuer": "https://id.elsewhere.test", "enabled": "1"}
    assert admin.post(page, **form).status_code == 303
    with database.reading() as session:
        assert session.scalars(select(ExternalIdentity)).all() == []
    assert "It goes in sealed" in admin.client.get(page).text


def test_a_provider_inside_is_not_asked_unless_the_settings_say_so(
    site: Flask, database: Database, world: World, provider: IdentityProvider
) -> None:
    admin = _set_up(site, database, world, provider)
    place = site.extensions["cadastre"]
    place.settings = replace(place.settings, web_networks="")
    provider.published = lambda _said: pytest.fail("it was asked")
    tried = admin.post(f"/administration/identity-providers/{_provider_id(database)}/try")
    assert "leads to where this server may not connect" in tried.text


def _provider_id(database: Database) -> int:
    with database.reading() as session:
        return session.scalars(select(StoredProvider.id)).one()
