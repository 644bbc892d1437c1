"""What an identity provider says counts only when it is proved to be its word, for us, now."""

import copy
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from sqlalchemy import delete, func, select
from werkzeug.test import TestResponse

from server.foundation.allowances import Spent
from server.foundation.edge.requests import installation
from server.people.models import ExternalIdentity
from tests.immunity.conftest import Target, corpus
from tests.support.identity_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    Claims,
    IdentityProvider,
    running_identity_provider,
    unsigned,
)
from tests.support.saml_provider import Asked, Bend, Element, SamlForger, asked_by, found

_BEGIN = "/sign-in/with/staff"


class Visit:
    """A browser of nobody in particular, and the provider it is sent to."""

    def __init__(self, target: Target, provider: IdentityProvider) -> None:
        self.client: FlaskClient = target.site.test_client()
        self.provider = provider

    def leave(self, **query: str) -> str:
        answer = self.client.get(f"{_BEGIN}?{urlencode(query)}")
        assert answer.status_code == 303, answer.text
        return str(answer.location)

    def come_back(self, address: str) -> TestResponse:
        return self.client.get(urlsplit(address).path + "?" + urlsplit(address).query)

    def round_trip(self, **query: str) -> TestResponse:
        return self.come_back(self.provider.authorize(self.leave(**query)))

    @property
    def is_in(self) -> bool:
        return self.client.get_cookie("cadastre") is not None


@pytest.fixture(scope="module")
def running(target: Target) -> Iterator[IdentityProvider]:
    assert target.world.agent.person_id is not None
    place = installation(target.site)
    place.settings = replace(place.settings, web_networks="127.0.0.0/8")
    admin = target.api(target.world.admin)
    with running_identity_provider() as provider:
        body = {
            "code": "staff",
            "name": "Staff",
            "issuer": provider.issuer,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "organisation_id": target.world.root.id,
        }
        made = admin.post("/identity-providers", body).get_json()
        link = {"provider_id": made["id"], "subject": "subject-1"}
        linked = admin.post(f"/people/{target.world.agent.person_id}/external-identities", link)
        assert linked.status_code == 201, linked.text
        yield provider


@pytest.fixture
def provider(running: IdentityProvider) -> Iterator[IdentityProvider]:
    yield running
    running.reset()


@pytest.fixture
def visit(target: Target, provider: IdentityProvider) -> Visit:
    # All these visits come from one address, which may begin only so many round trips.
    with target.database.writing() as session:
        session.execute(delete(Spent))
    return Visit(target, provider)


def test_whom_it_vouches_for_is_let_in(visit: Visit) -> None:
    answer = visit.round_trip(next="/tickets")
    assert (answer.status_code, answer.location) == (303, "/tickets")
    assert visit.is_in


def _refused(visit: Visit) -> None:
    answer = visit.round_trip()
    assert answer.status_code == 401, answer.text
    assert not visit.is_in


_BENT: dict[str, Callable[[Claims], Claims]] = {
    "another nonce": lambda claims: claims | {"nonce": "of another round trip"},
    "no nonce": lambda claims: {k: v for k, v in claims.items() if k != "nonce"},
    "another audience": lambda claims: claims | {"aud": "another client"},
    "no audience": lambda claims: {k: v for k, v in claims.items() if k != "aud"},
    "an audience beside us": lambda claims: claims | {"aud": [CLIENT_ID, "x"], "azp": "x"},
    "another issuer": lambda claims: claims | {"iss": "https://evil.test"},
    "an issuer that looks alike": lambda claims: claims | {"iss": claims["iss"] + "/"},
    "long over": lambda claims: claims | {"exp": int(time.time()) - 3600},
    "without an end": lambda claims: {k: v for k, v in claims.items() if k != "exp"},
    "of tomorrow": lambda claims: claims | {"iat": int(time.time()) + 86_400},
    "another access token": lambda claims: claims | {"at_hash": "bm90IHRoaXMgb25l"},
    "a subject in other letters": lambda claims: claims | {"sub": "SUBJECT-1"},
    "a subject with space": lambda claims: claims | {"sub": "subject-1 "},
    "a subject that is a number": lambda claims: claims | {"sub": 1},
    "no subject": lambda claims: {k: v for k, v in claims.items() if k != "sub"},
}


@pytest.mark.parametrize("bend", _BENT.values(), ids=_BENT.keys())
def test_a_token_that_is_not_for_this_round_trip_lets_nobody_in(
    visit: Visit, bend: Callable[[Claims], Claims]
) -> None:
    visit.provider.bend = bend
    _refused(visit)


def _by_our_secret(claims: Claims) -> str:
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(CLIENT_SECRET * 2))


def _by_a_stranger(claims: Claims) -> str:
    return jwt.encode({"alg": "ES256"}, claims, ECKey.generate_key("P-256"))


def _by_a_key_it_brings(claims: Claims) -> str:
    key = ECKey.generate_key("P-256")
    return jwt.encode({"alg": "ES256", "jwk": key.as_dict(private=False)}, claims, key)


@pytest.mark.parametrize(
    "encode",
    [unsigned, _by_our_secret, _by_a_stranger, _by_a_key_it_brings, lambda _claims: "x.y.z"],
)
def test_a_token_that_the_provider_did_not_sign_lets_nobody_in(
    visit: Visit, encode: Callable[[Claims], str]
) -> None:
    visit.provider.encode = encode
    _refused(visit)


def test_a_round_trip_counts_once(visit: Visit) -> None:
    back = visit.provider.authorize(visit.leave())
    assert visit.come_back(back).status_code == 303
    assert visit.is_in
    visit.client.delete_cookie("cadastre")
    assert visit.come_back(back).status_code == 401
    assert not visit.is_in


def test_what_another_browser_began_is_not_ended_here(target: Target, visit: Visit) -> None:
    back = visit.provider.authorize(visit.leave())
    victim = Visit(target, visit.provider)
    assert victim.come_back(back).status_code == 401
    victim.leave()
    assert victim.come_back(back).status_code == 401
    assert not victim.is_in


@pytest.mark.parametrize("change", [{"state": "x"}, {"state": ""}, {"iss": "https://evil.test"}])
def test_an_answer_that_is_not_to_our_question_is_refused(
    visit: Visit, change: dict[str, str]
) -> None:
    back = urlsplit(visit.provider.authorize(visit.leave()))
    query = {name: values[0] for name, values in parse_qs(back.query).items()} | change
    before = visit.provider.tokens_given
    assert visit.come_back(f"{back.path}?{urlencode(query)}").status_code == 401
    assert visit.provider.tokens_given == before


def test_an_e_mail_address_links_nobody(target: Target, visit: Visit) -> None:
    visit.provider.claims = {"sub": "stranger", "email": "ada@example.test", "email_verified": True}
    _refused(visit)
    with target.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ExternalIdentity)) == 1


@pytest.mark.parametrize("address", corpus("next"))
def test_the_way_back_leads_nowhere_else(visit: Visit, address: str) -> None:
    answer = visit.round_trip(next=address)
    assert answer.status_code == 303
    assert answer.location.startswith("/")
    assert not answer.location.startswith(("//", "/\\"))


_SAML = "/sign-in/saml/partners"


class SamlVisit:
    """A browser of nobody in particular, and the SAML provider it is sent to."""

    def __init__(self, target: Target, forger: SamlForger) -> None:
        self.client: FlaskClient = target.site.test_client()
        self.forger = forger

    def leave(self) -> Asked:
        answer = self.client.get("/sign-in/with/partners?next=/tickets")
        assert answer.status_code == 303, answer.text
        return asked_by(answer.location)

    def come_back(self, answer: str, relay_state: str) -> TestResponse:
        form = {"SAMLResponse": answer, "RelayState": relay_state}
        posted = self.client.post(f"{_SAML}/answer", data=form)
        return self.client.get(posted.location) if posted.status_code == 303 else posted

    def round_trip(self, bend: Bend | None = None, **how: Any) -> TestResponse:
        asked = self.leave()
        return self.come_back(self.forger.answer(asked, bend, **how), asked.relay_state)

    @property
    def is_in(self) -> bool:
        return self.client.get_cookie("cadastre") is not None


@pytest.fixture(scope="module")
def forger(target: Target) -> SamlForger:
    assert target.world.agent.person_id is not None
    admin = target.api(target.world.admin)
    forger = SamlForger()
    body = {
        "code": "partners",
        "name": "Partners",
        "metadata": forger.metadata(),
        "organisation_id": target.world.root.id,
    }
    made = admin.post("/saml-providers", body)
    assert made.status_code == 201, made.text
    link = {"provider_id": made.get_json()["id"], "subject": "subject-1"}
    linked = admin.post(f"/people/{target.world.agent.person_id}/external-identities", link)
    assert linked.status_code == 201, linked.text
    return forger


@pytest.fixture
def saml(target: Target, forger: SamlForger) -> SamlVisit:
    with target.database.writing() as session:
        session.execute(delete(Spent))
    return SamlVisit(target, forger)


def test_whom_a_signed_assertion_is_about_is_let_in(saml: SamlVisit) -> None:
    answer = saml.round_trip()
    assert (answer.status_code, answer.location) == (303, "/tickets")
    assert saml.is_in


def _elsewhere(path: str) -> Bend:
    def bend(response: Element) -> None:
        found(response, path).text = "https://evil.test"

    return bend


def _named(subject: str) -> Bend:
    def bend(response: Element) -> None:
        found(response, ".//a:NameID").text = subject

    return bend


def _another_request(response: Element) -> None:
    response.set("InResponseTo", "_another")
    found(response, ".//a:SubjectConfirmationData").set("InResponseTo", "_another")


_BENT_SAML: dict[str, Bend] = {
    "another issuer": _elsewhere("a:Assertion/a:Issuer"),
    "another audience": _elsewhere(".//a:Audience"),
    "another request": _another_request,
    "a subject in other letters": _named("SUBJECT-1"),
    "a subject with space": _named("subject-1 "),
}


@pytest.mark.parametrize("bend", _BENT_SAML.values(), ids=_BENT_SAML.keys())
def test_an_assertion_that_is_not_for_this_round_trip_lets_nobody_in(
    saml: SamlVisit, bend: Bend
) -> None:
    assert saml.round_trip(bend).status_code == 401
    assert not saml.is_in


def test_an_assertion_that_the_provider_did_not_sign_lets_nobody_in(saml: SamlVisit) -> None:
    assert saml.round_trip(assertion=False).status_code == 401
    saml.forger = SamlForger()
    assert saml.round_trip().status_code == 401
    assert not saml.is_in


def test_what_is_wrapped_around_a_signed_assertion_is_not_read(saml: SamlVisit) -> None:
    def wrap(response: Element) -> None:
        good = found(response, "a:Assertion")
        evil = copy.deepcopy(good)
        evil.set("ID", "_evil")
        evil.remove(found(evil, "ds:Signature"))
        good.addprevious(evil)

    assert saml.round_trip(after=wrap).status_code == 401
    assert not saml.is_in


def test_an_assertion_counts_once_and_in_its_own_browser(
    target: Target, saml: SamlVisit, forger: SamlForger
) -> None:
    asked = saml.leave()
    answer = forger.answer(asked)
    victim = SamlVisit(target, forger)
    form = {"SAMLResponse": answer, "RelayState": asked.relay_state}
    posted = saml.client.post(f"{_SAML}/answer", data=form)
    assert victim.client.get(posted.location).status_code == 401
    assert saml.come_back(answer, asked.relay_state).status_code == 401
    assert not victim.is_in
    assert not saml.is_in


def test_a_header_that_names_somebody_signs_nobody_in(target: Target) -> None:
    for header in (
        "X-Remote-User",
        "Remote-User",
        "X-Forwarded-User",
        "X-On-Behalf-Of",
        "REMOTE_USER",
    ):
        answer = target.site.test_client().get("/api/v1/session", headers={header: "ada"})
        assert answer.status_code == 401
