"""What the claims of an identity provider say of somebody. Pure."""

from collections.abc import Mapping
from typing import Any

_EMAIL = "email"
#: What SAML providers call an e-mail address: by name, by object identifier, by a URL.
_MAIL_ATTRIBUTES = frozenset(
    {
        "email",
        "emailaddress",
        "mail",
        "rfc822mailbox",
        "urn:mace:dir:attribute-def:mail",
        "urn:oid:0.9.2342.19200300.100.1.3",
        "urn:oid:1.2.840.113549.1.9.1",
        "http://schemas.xmlsoap.org/claims/emailaddress",
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
    }
)


def login_named(claims: Mapping[str, Any], login_claim: str) -> str:
    """Return the log-in that the claims name; "" when they name none that can be believed.

    An e-mail address counts only when the provider says that it was verified.

    >>> login_named({"preferred_username": "ada"}, "preferred_username")
    'ada'
    >>> login_named({"email": "ada@example.org"}, "email")
    ''
    """
    found = claims.get(login_claim) if login_claim else None
    if not isinstance(found, str):
        return ""
    if login_claim == _EMAIL and claims.get("email_verified") is not True:
        return ""
    return found


def names_mail(attribute: str) -> bool:
    """Say whether a SAML attribute is an e-mail address, of which SAML cannot say it is verified.

    >>> names_mail("uid"), names_mail("urn:oid:0.9.2342.19200300.100.1.3"), names_mail("Mail")
    (False, True, True)
    """
    return attribute.strip().casefold() in _MAIL_ATTRIBUTES


def issuer_fault(issuer: str) -> str:
    """Say why ``issuer`` is not one; "" when it is. Whether it may be asked is decided later.

    >>> issuer_fault("https://id.example.org/realms/one")
    ''
    >>> issuer_fault("https://id.example.org/?realm=one")
    'must be an https:// address without query or fragment'
    """
    if "?" in issuer or "#" in issuer or issuer != issuer.strip():
        return "must be an https:// address without query or fragment"
    return ""
