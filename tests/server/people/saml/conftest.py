"""A provider that is a key, and what is agreed with it."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from server.foundation.errors import IdentityRefused
from server.people.saml.answers import read_answer
from server.people.saml.keys import make_pair
from server.people.saml.metadata import read_published
from server.people.saml.values import Agreement, ServiceProvider, our_addresses
from tests.support.saml_provider import Asked, SamlForger

Refused = Callable[..., None]


@pytest.fixture(scope="module")
def forger() -> SamlForger:
    return SamlForger()


@pytest.fixture(scope="module")
def agreement(forger: SamlForger) -> Agreement:
    key, certificate = make_pair("staff", datetime.now(UTC))
    ours = ServiceProvider(*our_addresses("https://cadastre.test", "staff"), certificate, key)
    theirs = read_published(forger.metadata(), datetime.now(UTC))
    return Agreement(1, "staff", ours, theirs, login_attribute="uid")


@pytest.fixture(scope="module")
def asked(agreement: Agreement) -> Asked:
    return Asked("_request", agreement.ours.entity_id, agreement.ours.answers_url)


@pytest.fixture(scope="module")
def refused(agreement: Agreement) -> Refused:
    """Return a check that an answer proves nothing, and why."""

    def check(answer: str, why: str | None = None, agreed: Agreement = agreement) -> None:
        with pytest.raises(IdentityRefused, match=why):
            read_answer(agreed, answer, datetime.now(UTC))

    return check
