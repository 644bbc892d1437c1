"""Whether a signed assertion is meant for us, now, and whom it is about (SAML 2.0, core, 2).

The element that is given here is what a verified signature covers; nothing else is looked at.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from server.foundation.errors import IdentityRefused
from server.people.saml.documents import ASSERTION, NAMES, PERSISTENT, Element, named, text_of
from server.people.saml.values import Agreement, Proven

#: How far two clocks may be apart.
SKEW = timedelta(seconds=60)
#: What is valid for longer would have to be remembered for as long.
_LONGEST = timedelta(days=1)
_BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
_LONGEST_SUBJECT = 255
_LONGEST_TIME = 40
#: Conditions whose meaning is known: an unknown one leaves it open whether the assertion holds.
_KNOWN_CONDITIONS = {
    named(ASSERTION, name) for name in ("AudienceRestriction", "OneTimeUse", "ProxyRestriction")
}


def prove(agreement: Agreement, assertion: Element, now: datetime) -> Proven:
    """Return whom the assertion is about; raises ``IdentityRefused``, saying why not."""
    if assertion.get("Version") != "2.0":
        raise IdentityRefused("the assertion is not of SAML 2.0")
    if text_of(_only(assertion, "a:Issuer")) != agreement.theirs.entity_id:
        raise IdentityRefused("the assertion is another provider's")
    if _moment(assertion, "IssueInstant") > now + SKEW:
        raise IdentityRefused("the assertion is of the future")
    subject = _only(assertion, "a:Subject")
    ends_at, answers = _confirmation(agreement, subject, now)
    ends_at = min(ends_at, _check_conditions(agreement, assertion, now))
    if assertion.find("a:AuthnStatement", NAMES) is None:
        raise IdentityRefused("the assertion does not say that somebody signed in")
    for statement in assertion.findall("a:AuthnStatement[@SessionNotOnOrAfter]", NAMES):
        if _moment(statement, "SessionNotOnOrAfter") <= now - SKEW:
            raise IdentityRefused("the session at the provider is over")
    return Proven(
        assertion_id=assertion.get("ID") or "",
        subject=_name_of(agreement, subject),
        answers_request=answers,
        login=_login(assertion, agreement.login_attribute),
        ends_at=ends_at + SKEW,
    )


def _name_of(agreement: Agreement, subject: Element) -> str:
    """Return the persistent NameID, byte for byte; other kinds of names mean others tomorrow."""
    name = _only(subject, "a:NameID")
    if name.get("Format") != PERSISTENT:
        raise IdentityRefused("its NameID is not persistent")
    if name.get("SPNameQualifier", agreement.ours.entity_id) != agreement.ours.entity_id:
        raise IdentityRefused("its NameID is for another service")
    if name.get("NameQualifier", agreement.theirs.entity_id) != agreement.theirs.entity_id:
        raise IdentityRefused("its NameID is another provider's")
    text = text_of(name)
    if not 0 < len(text) <= _LONGEST_SUBJECT or text != text.strip():
        raise IdentityRefused("the assertion has no usable NameID")
    return text


def _confirmation(agreement: Agreement, subject: Element, now: datetime) -> tuple[datetime, str]:
    """Return until when a bearer may present it, and the id of the request that it answers.

    Profiles, 4.1.4.2: bearer, for our address, not yet over, and without a beginning.
    """
    bearers = [
        one
        for one in subject.findall("a:SubjectConfirmation", NAMES)
        if one.get("Method") == _BEARER
    ]
    if len(bearers) != 1:
        raise IdentityRefused("the assertion must have exactly one bearer confirmation")
    told = _only(bearers[0], "a:SubjectConfirmationData")
    if told.get("Recipient") != agreement.ours.answers_url:
        raise IdentityRefused("the assertion is meant for another address")
    if told.get("NotBefore") is not None:
        raise IdentityRefused("a bearer confirmation must not have a beginning")
    ends_at = _moment(told, "NotOnOrAfter")
    if ends_at <= now - SKEW:
        raise IdentityRefused("the assertion is over")
    if ends_at > now + _LONGEST:
        raise IdentityRefused("the assertion is valid for longer than a day")
    return ends_at, told.get("InResponseTo") or ""


def _check_conditions(agreement: Agreement, assertion: Element, now: datetime) -> datetime:
    """Return until when the conditions hold; refuse when they do not hold now, or for others."""
    conditions = _only(assertion, "a:Conditions")
    if any(one.tag not in _KNOWN_CONDITIONS for one in conditions):
        raise IdentityRefused("the assertion has a condition that is not known here")
    if conditions.get("NotBefore") is not None and _moment(conditions, "NotBefore") > now + SKEW:
        raise IdentityRefused("the assertion does not hold yet")
    ends_at = now + _LONGEST
    if conditions.get("NotOnOrAfter") is not None:
        ends_at = _moment(conditions, "NotOnOrAfter")
    if ends_at <= now - SKEW:
        raise IdentityRefused("the assertion is over")
    restrictions = conditions.findall("a:AudienceRestriction", NAMES)
    if not restrictions or not all(
        agreement.ours.entity_id in _audiences(one) for one in restrictions
    ):
        raise IdentityRefused("the assertion is meant for another service")
    return ends_at


def _audiences(restriction: Element) -> Iterator[str]:
    return (text_of(one) for one in restriction.findall("a:Audience", NAMES))


def _login(assertion: Element, attribute: str) -> str:
    """Return the only value of the attribute that holds the log-in; "" when there is none."""
    if not attribute:
        return ""
    path = "a:AttributeStatement/a:Attribute"
    values = [
        text_of(value)
        for one in assertion.findall(path, NAMES)
        if one.get("Name") == attribute
        for value in one.findall("a:AttributeValue", NAMES)
    ]
    return values[0] if len(values) == 1 else ""


def _only(element: Element, path: str) -> Element:
    found = element.findall(path, NAMES)
    if len(found) != 1:
        raise IdentityRefused(f"the assertion must hold exactly one {path.partition(':')[2]}")
    return found[0]


def _moment(element: Element, name: str) -> datetime:
    """Read an xs:dateTime, which SAML wants in UTC (core, 1.3.3)."""
    text = element.get(name) or ""
    try:
        moment = datetime.fromisoformat(text) if len(text) <= _LONGEST_TIME else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise IdentityRefused(f"{name} of the assertion is no moment in UTC")
    return moment.astimezone(UTC)
