"""Signing in over SAML: set up, linked, let in once, kept out. The provider is a key of our own."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from server.foundation.audit import AuditEntry
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.edge.csrf import token_of as csrf_of
from server.foundation.jobs.handler import JobContext
from server.foundation.settings import Settings
from server.people.jobs import tidy
from server.people.models import Account, ExternalIdentity, SamlAnswer, SecondFactor
from server.people.models import IdentityProvider as StoredProvider
from tests.support.people import BEGINNING, World, cookie_of
from tests.support.saml_provider import Asked, SamlForger, asked_by, packed

_ANSWER = "/sign-in/saml/staff/answer"
_HOME = "/administration/identity-providers/saml"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


@pytest.fixture(scope="module")
def forger() -> SamlForger:
    return SamlForger()


@dataclass
class Person:
    """A browser, of nobody at first."""

    client: FlaskClient
    database: Database
    proof: str = ""

    def is_signed_in_as(self, person_id: int | None) -> "Person":
        assert person_id is not None
        with self.database.writing() as session:
            cookie = cookie_of(session, person_id)
        self.client.set_cookie("cadastre", cookie)
        self.proof = csrf_of(cookie)
        return self

    def post(self, address: str, **form: str) -> TestResponse:
        return self.client.post(address, data=form | {"csrf_token": self.proof})

    def leaves(self) -> Asked:
        went = self.client.get("/sign-in/with/staff?next=/tickets")
        assert went.status_code == 303, went.text
        return asked_by(went.location)

    def brings(self, answer: str, relay_state: str = "") -> TestResponse:
        """Do what the provider's page makes a browser do: post, as a request of another site."""
        form = {"SAMLResponse": answer, "RelayState": relay_state}
        headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://idp.example.test"}
        kept = self.client.get_cookie("cadastre-round-trip")
        # Browsers keep Lax cookies to themselves when another site posts.
        self.client.delete_cookie("cadastre-round-trip")
        posted = self.client.post(_ANSWER, data=form, headers=headers)
        if kept is not None:
            self.client.set_cookie("cadastre-round-trip", kept.value)
        return posted

    def claims(self, posted: TestResponse) -> TestResponse:
        assert posted.status_code == 303, posted.text
        return self.client.get(posted.location)

    def signs_in_with(self, forger: SamlForger) -> TestResponse:
        asked = self.leaves()
        return self.claims(self.brings(forger.answer(asked), asked.relay_state))

    @property
    def is_in(self) -> bool:
        return self.client.get_cookie("cadastre") is not None


Somebody = Callable[[], Person]


@pytest.fixture
def somebody(site: Flask, database: Database) -> Somebody:
    return lambda: Person(site.test_client(), database)


@pytest.fixture
def admin(somebody: Somebody, world: World, forger: SamlForger) -> Person:
    admin = somebody().is_signed_in_as(world.admin.person_id)
    form = {
        "code": "staff",
        "name": "Staff account",
        "metadata": forger.metadata(),
        "organisation_id": str(world.root.id),
        "enabled": "1",
    }
    made = admin.post(f"{_HOME}/new", **form)
    assert made.status_code == 303, made.text
    return admin


def _link(admin: Person, person_id: int | None, subject: str = "subject-1") -> TestResponse:
    form = {"provider_id": str(_provider_id(admin.database)), "subject": subject}
    return admin.post(f"/people/{person_id}/identities", **form)


def _provider_id(database: Database) -> int:
    with database.reading() as session:
        return session.scalars(select(StoredProvider.id)).one()


def _why(database: Database) -> str:
    with database.reading() as session:
        newest = select(AuditEntry.detail).order_by(AuditEntry.seq.desc())
        detail = session.scalars(newest).first()
        assert detail is not None
        return str(detail["why"])


def test_somebody_links_their_account_and_signs_in_with_it(
    admin: Person, somebody: Somebody, world: World, forger: SamlForger
) -> None:
    page = admin.client.get(f"{_HOME}/{_provider_id(admin.database)}").text
    assert "http://127.0.0.1:8080/sign-in/saml/staff/metadata" in page
    assert forger.entity_id in page
    assert "Staff account" in somebody().client.get("/sign-in").text
    sam = somebody().is_signed_in_as(world.agent.person_id)
    between = sam.post("/account/identities/link/staff")
    found = re.search(r'href="(https://idp[^"]+)"', between.text)
    assert found is not None
    asked = asked_by(unescape(found[1]))
    linked = sam.claims(sam.brings(forger.answer(asked), asked.relay_state))
    assert (linked.status_code, linked.location) == (303, "/account/identities")

    anew = somebody()
    assert anew.signs_in_with(forger).location == "/tickets"
    assert anew.client.get("/tickets").status_code == 200
    with admin.database.reading() as session:
        acts = list(session.scalars(select(AuditEntry.act).order_by(AuditEntry.seq)))
        identity = session.scalars(select(ExternalIdentity)).one()
        assert (identity.person_id, identity.subject) == (world.agent.person_id, "subject-1")
        # Nothing of them is kept once they are in.
        assert [row.proven for row in session.scalars(select(SamlAnswer))] == [{}, {}]
    assert acts == ["identity_provider_created", "identity_linked", "signed_in"]


def test_whoever_is_closed_or_unknown_is_kept_out_and_a_code_is_asked_for(
    admin: Person, somebody: Somebody, world: World, forger: SamlForger
) -> None:
    assert somebody().signs_in_with(forger).status_code == 401
    assert _why(admin.database) == "nobody here is linked with it"
    assert _link(admin, world.agent.person_id).status_code == 303
    assert _link(admin, world.reader.person_id).status_code == 409
    assert somebody().signs_in_with(forger).status_code == 303
    assert world.agent.person_id is not None
    with admin.database.writing() as session:
        second = SecondFactor(
            person_id=world.agent.person_id, confirmed_at=BEGINNING, created_at=BEGINNING
        )
        session.add(second)
    sam = somebody()
    assert sam.signs_in_with(forger).location == "/sign-in/code?next=/tickets"
    assert not sam.is_in
    with admin.database.writing() as session:
        session.execute(
            update(Account).where(Account.person_id == world.agent.person_id).values(disabled=True)
        )
    assert somebody().signs_in_with(forger).status_code == 401


def test_an_attribute_links_exactly_the_log_in_it_names_and_never_an_e_mail_address(
    admin: Person, somebody: Somebody, forger: SamlForger
) -> None:
    page = f"{_HOME}/{_provider_id(admin.database)}"
    mail = {"version": "1", "enabled": "1", "login_attribute": "urn:oid:0.9.2342.19200300.100.1.3"}
    refused = admin.post(page, **mail)
    assert refused.status_code == 422
    assert "does not verify" in refused.text
    assert admin.post(page, **mail | {"login_attribute": "uid"}).status_code == 303
    forger.subject, forger.uid = "subject-7", "SAM"
    assert somebody().signs_in_with(forger).status_code == 401
    forger.uid = "sam"
    assert somebody().signs_in_with(forger).status_code == 303
    # Linked by the NameID from now on: another one with the same attribute is somebody else.
    forger.subject = "subject-8"
    assert somebody().signs_in_with(forger).status_code == 401
    forger.subject = "SUBJECT-7"
    assert somebody().signs_in_with(forger).status_code == 401
    forger.subject = "subject-1"


def test_an_answer_and_its_ticket_count_once(
    admin: Person, somebody: Somebody, world: World, forger: SamlForger
) -> None:
    _link(admin, world.agent.person_id)
    sam = somebody()
    asked = sam.leaves()
    answer = forger.answer(asked)
    posted = sam.brings(answer, asked.relay_state)
    assert sam.brings(answer, asked.relay_state).status_code == 401
    assert _why(admin.database) == "this assertion was presented before"
    assert sam.claims(posted).status_code == 303
    assert sam.is_in
    sam.client.delete_cookie("cadastre")
    assert sam.claims(posted).status_code == 401
    assert not sam.is_in
    # Another assertion for the same request finds the round trip gone.
    again = sam.brings(forger.answer(asked), asked.relay_state)
    assert sam.claims(again).status_code == 401


def test_of_many_that_present_an_assertion_at_once_one_is_believed(
    admin: Person, site: Flask, somebody: Somebody, forger: SamlForger
) -> None:
    asked = somebody().leaves()
    answer = forger.answer(asked)

    def present(_number: int) -> int:
        form = {"SAMLResponse": answer, "RelayState": asked.relay_state}
        return site.test_client().post(_ANSWER, data=form).status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(present, range(4))) == [303, 401, 401, 401]


def test_what_another_browser_asked_for_is_not_claimed_here(
    admin: Person, somebody: Somebody, world: World, forger: SamlForger
) -> None:
    _link(admin, world.agent.person_id)
    attacker, victim = somebody(), somebody()
    asked = attacker.leaves()
    posted = attacker.brings(forger.answer(asked), asked.relay_state)
    assert victim.claims(posted).status_code == 401
    asked = attacker.leaves()
    posted = attacker.brings(forger.answer(asked), asked.relay_state)
    victim.leaves()
    assert victim.claims(posted).status_code == 401
    assert _why(admin.database) == "it answers a request that this browser did not make"
    assert not victim.is_in
    own = victim.leaves()
    assert victim.claims(victim.brings(forger.answer(own), "another state")).status_code == 401
    assert not victim.is_in


def test_an_account_is_linked_only_in_the_session_that_wanted_it(
    admin: Person, somebody: Somebody, world: World, forger: SamlForger
) -> None:
    sam = somebody().is_signed_in_as(world.agent.person_id)
    found = re.search(r'href="(https://idp[^"]+)"', sam.post("/account/identities/link/staff").text)
    assert found is not None
    asked = asked_by(unescape(found[1]))
    sam.is_signed_in_as(world.reader.person_id)
    sam.claims(sam.brings(forger.answer(asked), asked.relay_state))
    assert _why(admin.database) == "somebody else is signed in by now"
    with admin.database.reading() as session:
        assert session.scalars(select(ExternalIdentity)).all() == []


def test_what_nobody_asked_for_counts_only_where_that_was_agreed(
    admin: Person, somebody: Somebody, world: World, forger: SamlForger
) -> None:
    _link(admin, world.agent.person_id)
    asked = somebody().leaves()
    by_itself = Asked("", asked.us, asked.to)
    assert somebody().brings(forger.answer(by_itself)).status_code == 401
    assert _why(admin.database) == "nobody asked for this answer"
    page = f"{_HOME}/{_provider_id(admin.database)}"
    agreed = {"version": "1", "enabled": "1", "allow_unsolicited": "1"}
    assert admin.post(page, **agreed).status_code == 303
    sam = somebody()
    let_in = sam.claims(sam.brings(forger.answer(by_itself), "https://evil.test/"))
    assert (let_in.status_code, let_in.location) == (303, "/")
    assert sam.is_in


def test_refusals_are_few_from_one_address_and_what_is_over_is_forgotten(
    admin: Person, somebody: Somebody, forger: SamlForger, settings: Settings
) -> None:
    asked = somebody().leaves()
    somebody().brings(forger.answer(asked), asked.relay_state)
    nobody = somebody()
    seen = {nobody.brings(packed(forger.response(asked))).status_code for _ in range(61)}
    assert seen == {401, 429}
    with admin.database.writing() as session:
        past = utc_now() - timedelta(seconds=1)
        session.execute(update(SamlAnswer).values(expires_at=past))
    tidy(JobContext(admin.database, settings, {}))
    with admin.database.reading() as session:
        assert session.scalars(select(SamlAnswer)).all() == []


def test_metadata_of_another_entity_end_every_link(
    admin: Person, world: World, somebody: Somebody, forger: SamlForger
) -> None:
    _link(admin, world.agent.person_id)
    page = f"{_HOME}/{_provider_id(admin.database)}"
    renewed = SamlForger()
    form = {"version": "1", "enabled": "1", "metadata": renewed.metadata()}
    assert admin.post(page, **form).status_code == 303
    assert somebody().signs_in_with(renewed).status_code == 303
    assert somebody().brings(forger.answer(somebody().leaves())).status_code == 401
    other = SamlForger("https://other.example.test")
    form = {"version": "2", "enabled": "1", "metadata": other.metadata()}
    assert admin.post(page, **form).status_code == 303
    with admin.database.reading() as session:
        assert session.scalars(select(ExternalIdentity)).all() == []


def test_a_provider_that_is_switched_off_or_removed_lets_nobody_in(
    admin: Person, somebody: Somebody, world: World, forger: SamlForger
) -> None:
    _link(admin, world.agent.person_id)
    sam = somebody()
    asked = sam.leaves()
    posted = sam.brings(forger.answer(asked), asked.relay_state)
    page = f"{_HOME}/{_provider_id(admin.database)}"
    assert admin.post(page, version="1").status_code == 303
    assert sam.claims(posted).status_code == 401
    assert "Staff account" not in sam.client.get("/sign-in").text
    assert sam.brings(forger.answer(asked)).status_code == 404
    # What we publish is there before people see it.
    published = sam.client.get("/sign-in/saml/staff/metadata")
    assert published.mimetype == "application/samlmetadata+xml"
    assert urlsplit(asked.to).path in published.text
    assert admin.post(f"{page}/remove").status_code == 303
    assert sam.client.get("/sign-in/saml/staff/metadata").status_code == 404
