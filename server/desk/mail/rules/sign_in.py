"""How a mailbox signs in, and which secrets that takes."""

from collections.abc import Iterator
from typing import Protocol

from server.foundation.errors import AddressRefused
from server.foundation.web_client import checked_url

PASSWORD, OAUTH = "password", "oauth"
SIGN_INS = (PASSWORD, OAUTH)
#: The application for itself, or for whoever let it; RFC 6749, sections 4.4 and 6.
CLIENT_CREDENTIALS, REFRESH_TOKEN = "client_credentials", "refresh_token"
GRANTS = (CLIENT_CREDENTIALS, REFRESH_TOKEN)

#: What can fail, in the order in which it is done: opening our own secret, getting an access token,
#: reaching the server, signing in, opening the folder.
STEPS = ("secret", "token", "connect", "sign_in", "folder")

#: Where a secret comes to lie, by the field that brings it.
SECRET_COLUMNS = {
    "password": "sealed_password",
    "client_secret": "sealed_client_secret",
    "refresh_token": "sealed_refresh_token",
}


class SigningIn(Protocol):
    """What is asked here of a mailbox's row."""

    sign_in: str
    token_grant: str
    token_url: str
    client_id: str
    sealed_password: str
    sealed_client_secret: str
    sealed_refresh_token: str


def secrets_of(row: SigningIn) -> tuple[str, ...]:
    """Return the fields of the secrets that a mailbox uses; it keeps no others."""
    if row.sign_in == PASSWORD:
        return ("password",)
    if row.token_grant == REFRESH_TOKEN:
        return ("client_secret", "refresh_token")
    return ("client_secret",)


def missing_secret(row: SigningIn) -> str:
    """Return the secret without which a mailbox cannot sign in and which is not there, or "".

    An application of which nobody can keep a secret has none, and its refresh token is enough.
    """
    *_, needed = secrets_of(row)
    return "" if getattr(row, SECRET_COLUMNS[needed]) else needed.replace("_", " ")


def faults_of(row: SigningIn) -> Iterator[tuple[str, str]]:
    """Yield (field, sentence) for what is wrong about how a mailbox signs in."""
    if row.sign_in == OAUTH:
        for name in ("token_url", "client_id"):
            if not getattr(row, name):
                yield name, "is needed to sign in by OAuth 2"
    if row.token_url:
        try:
            checked_url(row.token_url)
        except AddressRefused:
            yield "token_url", "must be an https:// address"
