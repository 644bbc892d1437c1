"""Reads what an identity provider answers: a Response that holds one assertion (SAML 2.0, core).

Two steps. First it is found out what is signed, and everything else is forgotten; then
``assertions`` looks whether what was signed is meant for us, now, and for whom. What stands outside
of any signature (in an unsigned Response around a signed assertion) can only make an answer fail.
"""

import base64
import binascii
from datetime import datetime

from server.foundation.errors import IdentityRefused
from server.people.saml.assertions import prove
from server.people.saml.documents import (
    ASSERTION,
    LARGEST_MESSAGE,
    NAMES,
    PROTOCOL,
    SIGNATURE,
    Element,
    named,
    read_message,
    text_of,
)
from server.people.saml.encryption import decrypted
from server.people.saml.signatures import own_signatures, verified
from server.people.saml.values import Agreement, Proven

_RESPONSE = named(PROTOCOL, "Response")
_ASSERTION = named(ASSERTION, "Assertion")
_ENCRYPTED = named(ASSERTION, "EncryptedAssertion")
_SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
#: Base 64 is a third longer, and may be broken into lines.
LARGEST_ANSWER = LARGEST_MESSAGE * 3 // 2


def read_answer(agreement: Agreement, encoded: str, now: datetime) -> Proven:
    """Return what the form field SAMLResponse proves.

    Raises ``IdentityRefused``, saying why, for everything that does not prove enough. Whether its
    request is ours, and whether it was presented before, the caller finds out.
    """
    response = read_message(_decoded(encoded))
    if response.tag != _RESPONSE:
        raise IdentityRefused("the answer is no Response")
    certificates = agreement.theirs.certificates
    is_signed = _find_signed(response)
    if is_signed:
        response = verified(response, response, certificates)
    _check_response(agreement, response, is_signed=is_signed)
    assertion, root = _assertion(agreement, response, is_signed=is_signed)
    if own_signatures(assertion):
        assertion = verified(root, assertion, certificates)
    elif not is_signed:
        raise IdentityRefused("neither the answer nor its assertion is signed")
    if response.get("InResponseTo", "") not in {"", _request_of(assertion)}:
        raise IdentityRefused("the answer and its assertion answer different requests")
    return prove(agreement, assertion, now)


def _decoded(encoded: str) -> bytes:
    if len(encoded) > LARGEST_ANSWER:
        raise IdentityRefused("the answer is too large")
    try:
        return base64.b64decode("".join(encoded.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise IdentityRefused("the answer is not base 64") from error


def _find_signed(response: Element) -> bool:
    """Say whether the answer itself is signed; refuse signatures and assertions in odd places."""
    holders = [*response.iter(_ASSERTION), *response.iter(_ENCRYPTED)]
    if len(holders) != 1 or holders[0].getparent() is not response:
        raise IdentityRefused("the answer must hold exactly one assertion")
    outer = own_signatures(response)
    inner = own_signatures(holders[0]) if holders[0].tag == _ASSERTION else []
    everywhere = list(response.iter(named(SIGNATURE, "Signature")))
    if len(outer) > 1 or len(inner) > 1 or len(everywhere) != len(outer) + len(inner):
        raise IdentityRefused("the answer holds a signature where none belongs")
    return bool(outer)


def _check_response(agreement: Agreement, response: Element, *, is_signed: bool) -> None:
    if response.get("Version") != "2.0":
        raise IdentityRefused("the answer is not of SAML 2.0")
    destination = response.get("Destination")
    # Section 3.5.5.2 of the bindings: it must be there when the message is signed.
    if destination != agreement.ours.answers_url and (is_signed or destination is not None):
        raise IdentityRefused("the answer is meant for another address")
    issuers = response.findall("a:Issuer", NAMES)
    if len(issuers) > 1 or any(text_of(one) != agreement.theirs.entity_id for one in issuers):
        raise IdentityRefused("the answer is another provider's")
    codes = [one.get("Value") for one in response.findall("p:Status/p:StatusCode", NAMES)]
    if codes != [_SUCCESS]:
        raise IdentityRefused("the provider did not let them in")


def _assertion(
    agreement: Agreement, response: Element, *, is_signed: bool
) -> tuple[Element, Element]:
    """Return the assertion and the root of the document that its signature points into."""
    plain = response.find("a:Assertion", NAMES)
    if plain is not None:
        return plain, response
    envelope = response.find("a:EncryptedAssertion", NAMES)
    found = read_message(decrypted(envelope, agreement.ours.private_key, was_signed=is_signed))
    if found.tag != _ASSERTION or len([*found.iter(_ASSERTION), *found.iter(_ENCRYPTED)]) != 1:
        raise IdentityRefused("the encrypted assertion holds something else")
    if len(own_signatures(found)) != len(list(found.iter(named(SIGNATURE, "Signature")))):
        raise IdentityRefused("the answer holds a signature where none belongs")
    if len(own_signatures(found)) > 1:
        raise IdentityRefused("the answer holds a signature where none belongs")
    return found, found


def _request_of(assertion: Element) -> str:
    path = "a:Subject/a:SubjectConfirmation/a:SubjectConfirmationData"
    found = assertion.find(path, NAMES)
    return "" if found is None else found.get("InResponseTo") or ""
