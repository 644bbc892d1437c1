"""What an answer proves, and every way in which it proves nothing: signed by a key of our own."""

import base64
import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod

from server.foundation.errors import IdentityRefused
from server.people.saml.answers import LARGEST_ANSWER, read_answer
from server.people.saml.keys import make_pair
from server.people.saml.metadata import read_published
from server.people.saml.values import Agreement, Proven, ServiceProvider, our_addresses
from tests.server.people.saml.conftest import Refused
from tests.support.saml_provider import (
    CBC,
    GCM,
    NAMES,
    PERSISTENT,
    Asked,
    Bend,
    Element,
    SamlForger,
    encrypted,
    found,
    packed,
)

_A = f"{{{NAMES['a']}}}"
_P = f"{{{NAMES['p']}}}"
_DS = f"{{{NAMES['ds']}}}"
_NOW = datetime.now(UTC)


def _read(agreement: Agreement, answer: str, now: datetime | None = None) -> Proven:
    return read_answer(agreement, answer, now or datetime.now(UTC))


@pytest.mark.parametrize(
    "how",
    [
        {"assertion": True},
        {"assertion": False, "whole": True},
        {"assertion": True, "whole": True},
        {"method": SignatureMethod.RSA_SHA512, "digest": DigestAlgorithm.SHA512},
        {"method": SignatureMethod.SHA256_RSA_MGF1},
    ],
)
def test_a_signed_answer_proves_whom_it_is_about(
    agreement: Agreement, forger: SamlForger, asked: Asked, how: dict[str, Any]
) -> None:
    proven = _read(agreement, forger.answer(asked, **how))
    assert (proven.subject, proven.login, proven.answers_request) == (
        "subject-1",
        "sam",
        "_request",
    )
    assert timedelta(minutes=4) < proven.ends_at - datetime.now(UTC) < timedelta(minutes=7)


def test_any_of_several_certificates_may_have_signed(
    agreement: Agreement, forger: SamlForger, asked: Asked, refused: Refused
) -> None:
    newer = SamlForger()
    both = read_published(forger.metadata(also=[newer.certificate]), _NOW)
    for one in (forger, newer):
        assert _read(replace(agreement, theirs=both), one.answer(asked)).subject == "subject-1"
    refused(newer.answer(asked), "is not the provider's")


@pytest.mark.parametrize("algorithm", [GCM, CBC])
@pytest.mark.parametrize("inner", [True, False])
def test_an_encrypted_assertion_is_opened_with_our_key(
    agreement: Agreement, forger: SamlForger, asked: Asked, algorithm: str, inner: bool
) -> None:
    response = forger.signed(forger.response(asked), assertion=inner)
    encrypted(response, agreement.ours.certificate, algorithm)
    assert _read(agreement, packed(forger.sign(response))).subject == "subject-1"


def test_an_encrypted_assertion_counts_only_signed_and_for_us(
    agreement: Agreement, forger: SamlForger, asked: Asked, refused: Refused
) -> None:
    plain = forger.response(asked)
    encrypted(plain, agreement.ours.certificate)
    refused(packed(plain), "neither the answer nor its assertion is signed")
    signed = forger.signed(forger.response(asked))
    encrypted(signed, agreement.ours.certificate)
    assert _read(agreement, packed(signed)).subject == "subject-1"
    bent = forger.signed(forger.response(asked))
    encrypted(bent, agreement.ours.certificate, CBC)
    refused(packed(bent), "encrypted in a way that is not accepted")
    foreign = forger.signed(forger.response(asked))
    encrypted(foreign, forger.certificate)
    refused(packed(foreign), "not encrypted for us")


def _set(path: str, name: str, value: str | None) -> Bend:
    def bend(response: Element) -> None:
        one = response if path == "." else found(response, path)
        if value is None:
            del one.attrib[name]
        else:
            one.set(name, value)

    return bend


def _say(path: str, text: str) -> Bend:
    def bend(response: Element) -> None:
        found(response, path).text = text

    return bend


def _drop(path: str) -> Bend:
    def bend(response: Element) -> None:
        one = found(response, path)
        one.getparent().remove(one)

    return bend


def _twice(path: str) -> Bend:
    def bend(response: Element) -> None:
        one = found(response, path)
        one.addnext(copy.deepcopy(one))

    return bend


def _at(**shift: float) -> str:
    return (datetime.now(UTC) + timedelta(**shift)).strftime("%Y-%m-%dT%H:%M:%SZ")


_DATA = ".//a:SubjectConfirmationData"
_BENT: dict[str, Bend] = {
    "another issuer": _say("a:Assertion/a:Issuer", "https://evil.test"),
    "an issuer that looks alike": _say("a:Assertion/a:Issuer", "https://idp.example.test/saml/"),
    "the answer of another": _say("a:Issuer", "https://evil.test"),
    "no issuer": _drop("a:Assertion/a:Issuer"),
    "another audience": _say(".//a:Audience", "https://cadastre.test/other"),
    "no audience": _drop(".//a:AudienceRestriction"),
    "an empty audience": _drop(".//a:Audience"),
    "a second, foreign audience": lambda r: found(r, ".//a:Conditions").append(
        etree.fromstring(
            f"<a:AudienceRestriction xmlns:a='{NAMES['a']}'><a:Audience>x</a:Audience>"
            "</a:AudienceRestriction>"
        )
    ),
    "no conditions": _drop(".//a:Conditions"),
    "an unknown condition": lambda r: found(r, ".//a:Conditions").append(etree.Element("only")),
    "another recipient": _set(_DATA, "Recipient", "https://cadastre.test/elsewhere"),
    "no recipient": _set(_DATA, "Recipient", None),
    "another destination": _set(".", "Destination", "https://cadastre.test/elsewhere"),
    "another request outside": _set(".", "InResponseTo", "_another"),
    "over": _set(_DATA, "NotOnOrAfter", _at(hours=-1)),
    "conditions over": _set(".//a:Conditions", "NotOnOrAfter", _at(hours=-1)),
    "without an end": _set(_DATA, "NotOnOrAfter", None),
    "for a week": _set(_DATA, "NotOnOrAfter", _at(days=7)),
    "a bearer with a beginning": _set(_DATA, "NotBefore", _at(hours=-1)),
    "not yet": _set(".//a:Conditions", "NotBefore", _at(hours=12)),
    "of tomorrow": _set("a:Assertion", "IssueInstant", _at(days=1)),
    "a time without a zone": _set(_DATA, "NotOnOrAfter", _at(hours=1).removesuffix("Z")),
    "a time that is none": _set(_DATA, "NotOnOrAfter", "soon"),
    "the session is over": _set(".//a:AuthnStatement", "SessionNotOnOrAfter", _at(hours=-1)),
    "nobody signed in": _drop(".//a:AuthnStatement"),
    "not by a bearer": _set(".//a:SubjectConfirmation", "Method", "urn:x"),
    "no confirmation": _drop(".//a:SubjectConfirmation"),
    "two confirmations": _twice(".//a:SubjectConfirmation"),
    "refused there": _set(".//p:StatusCode", "Value", "urn:x"),
    "no status": _drop("p:Status"),
    "another version": _set("a:Assertion", "Version", "1.1"),
    "another version outside": _set(".", "Version", "1.1"),
    "a transient name": _set(
        ".//a:NameID", "Format", "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
    ),
    "an e-mail address": _set(
        ".//a:NameID", "Format", "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
    ),
    "a name without a format": _set(".//a:NameID", "Format", None),
    "a name for another service": _set(".//a:NameID", "SPNameQualifier", "https://other.test"),
    "a name of another provider": _set(".//a:NameID", "NameQualifier", "https://other.test"),
    "an empty name": _say(".//a:NameID", ""),
    "a name in space": _say(".//a:NameID", " subject-1"),
    "a long name": _say(".//a:NameID", "x" * 256),
    "no name": _drop(".//a:NameID"),
    "two names": _twice(".//a:NameID"),
    "an element in the name": lambda r: found(r, ".//a:NameID").append(etree.Element("b")),
}


@pytest.mark.parametrize("bend", _BENT.values(), ids=_BENT.keys())
@pytest.mark.parametrize("whole", [True, False])
def test_an_answer_that_is_not_for_us_now_proves_nothing_however_well_signed(
    forger: SamlForger, asked: Asked, bend: Bend, whole: bool, refused: Refused
) -> None:
    refused(forger.answer(asked, bend, whole=whole))


def test_two_clocks_may_be_a_minute_apart(
    agreement: Agreement, forger: SamlForger, asked: Asked
) -> None:
    answer = forger.answer(asked)
    now = datetime.now(UTC)
    for shift in (timedelta(seconds=-50), timedelta(minutes=5, seconds=50)):
        assert _read(agreement, answer, now + shift).subject == "subject-1"
    for shift in (timedelta(minutes=-2), timedelta(minutes=7)):
        with pytest.raises(IdentityRefused):
            _read(agreement, answer, now + shift)


@pytest.mark.parametrize(
    "how",
    [
        {"assertion": False},
        {"method": SignatureMethod.RSA_SHA1, "digest": DigestAlgorithm.SHA1},
        {"digest": DigestAlgorithm.SHA1},
        {"method": SignatureMethod.RSA_SHA1},
        {"method": SignatureMethod.RSA_SHA224},
    ],
)
def test_no_signature_and_one_of_yesterday_prove_nothing(
    forger: SamlForger, asked: Asked, how: dict[str, Any], refused: Refused
) -> None:
    refused(forger.answer(asked, **how))
    # Outside as well, even around an assertion that is signed as it must be.
    if how.get("assertion", True):
        good = forger.signed(forger.response(asked))
        refused(packed(forger.signed(good, assertion=False, whole=True, **how)))


def test_a_stranger_and_an_ended_certificate_prove_nothing(
    forger: SamlForger, refused: Refused
) -> None:
    key, certificate = make_pair("staff", _NOW)
    ours = ServiceProvider(*our_addresses("https://cadastre.test", "staff"), certificate, key)
    asked = Asked("_request", ours.entity_id, ours.answers_url)
    honest = Agreement(1, "staff", ours, read_published(forger.metadata(), _NOW))
    # It brings its own certificate along, as any signature does.
    refused(SamlForger().answer(asked), "is not the provider's", honest)
    ended = SamlForger(days=-1)
    agreed = replace(honest, theirs=read_published(ended.metadata(), _NOW))
    refused(ended.answer(asked), "InvalidCertificate", agreed)


def _raw(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


_BOMB = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
_NO_XML: dict[str, str] = {
    "nothing": "",
    "no base 64": "<Response/>",
    "no XML": _raw("hello"),
    "half": _raw("<a>"),
    "another root": _raw("<Response/>"),
    "an entity": _raw('<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>'),
    "laughs": _raw(f'<!DOCTYPE r [<!ENTITY l0 "lol">{_BOMB}]><r>&l9;</r>'),
    "a type": _raw("<!DOCTYPE r><r/>"),
    "a type in other bytes": base64.b64encode(
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE r><r/>'.encode("utf-16")
    ).decode(),
    "bytes that are no text": base64.b64encode(b"<r>\xff\xfe</r>").decode(),
    "too large": "A" * (LARGEST_ANSWER + 4),
    "too large inside": _raw("<r>" + "a" * 300_000 + "</r>"),
    "deep": _raw("<a>" * 5_000 + "</a>" * 5_000),
}


@pytest.mark.parametrize("answer", _NO_XML.values(), ids=_NO_XML.keys())
def test_what_is_no_answer_is_refused(answer: str, refused: Refused) -> None:
    refused(answer)


def test_the_attribute_that_names_the_log_in_counts_only_alone(
    agreement: Agreement, forger: SamlForger, asked: Asked
) -> None:
    cases: dict[str, tuple[Callable[[Element], None], str]] = {
        "there": (lambda _r: None, "sam"),
        "twice": (_twice(".//a:AttributeValue"), ""),
        "gone": (_drop(".//a:AttributeStatement"), ""),
        "called otherwise": (_set(".//a:Attribute", "Name", "UID"), ""),
    }
    for bend, login in cases.values():
        assert _read(agreement, forger.answer(asked, bend)).login == login
    nobody = replace(agreement, login_attribute="")
    assert _read(nobody, forger.answer(asked)).login == ""


def test_a_persistent_name_may_say_for_whom_it_is(
    agreement: Agreement, forger: SamlForger, asked: Asked
) -> None:
    def qualify(response: Element) -> None:
        name = found(response, ".//a:NameID")
        assert name.get("Format") == PERSISTENT
        name.set("SPNameQualifier", agreement.ours.entity_id)
        name.set("NameQualifier", agreement.theirs.entity_id)

    assert _read(agreement, forger.answer(asked, qualify)).subject == "subject-1"
