"""Signing in over OpenID Connect: the browser leaves with a secret, and comes back once.

What is asked of the provider is asked outside any transaction.
"""

import hmac
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict
from server.foundation.allowances import ROUND_TRIPS, spend
from server.foundation.database import Database
from server.foundation.errors import IdentityRefused, ProviderUnavailable
from server.foundation.permissions import Actor
from server.foundation.settings import Settings
from server.foundation.web_client import WebClient
from server.people.actions.providers import provider_of
from server.people.actions.sessions import Client
from server.people.actions.sign_in import door_of
from server.people.actions.vouching import (
    ROUND_TRIP,
    Arrival,
    Departure,
    Gateway,
    Vouched,
    Wish,
    let_in,
    note_refusal,
    open_provider,
)
from server.people.models import OPENID, IdentityProvider, PendingSignIn
from server.people.openid import BOOK, Expected, Provider, authorization_url, identify
from server.people.rules.claims import login_named
from server.people.rules.credentials import new_session_secret, secret_hash

#: Where providers send browsers back to.
BACK = "/sign-in/back"


def gateway_of(settings: Settings, database: Database) -> Gateway:
    """Return the gateway of an installation."""
    web = WebClient(settings.web_gate)
    return Gateway(door_of(settings, database), web, settings.base_url + BACK)


def try_provider(gateway: Gateway, issuer: str) -> str:
    """Ask a provider anew what it publishes; return what is wrong with it, "" for nothing."""
    try:
        BOOK.of(gateway.web, issuer, anew=True)
    except ProviderUnavailable as error:
        return str(error)
    return ""


@dataclass(frozen=True, slots=True)
class Returned:
    """What came with the browser: the query of the redirect, and the secret of its cookie."""

    secret: str = field(repr=False)
    state: str = ""
    code: str = field(default="", repr=False)
    error: str = ""
    issuer: str = ""


@dataclass(frozen=True, slots=True)
class _Trip:
    """A round trip that came back to where it began."""

    provider: Provider
    login_claim: str
    expected: Expected
    next_path: str
    person_id: int | None


def leave(gateway: Gateway, wish: Wish, now: datetime, linking: Actor | None = None) -> Departure:
    """Begin a round trip to a provider.

    ``linking``: somebody signed in who wants their account linked. Raises ``NotFound`` for a
    provider that is unknown, switched off or does not vouch for them; ``ProviderUnavailable``;
    ``TooManyAttempts`` for an address that begins too many.
    """
    with gateway.door.database.writing() as session:
        spend(session, ROUND_TRIPS, wish.address, now)
        row = open_provider(session, wish.code, OPENID, linking)
        provider = provider_of(row, gateway.door.secrets)
    published = BOOK.of(gateway.web, provider.issuer)
    secret, state, nonce, verifier = (new_session_secret() for _ in range(4))
    expected = Expected(state, nonce, verifier, gateway.redirect_uri)
    with gateway.door.database.writing() as session:
        session.add(
            PendingSignIn(
                secret_hash=secret_hash(secret),
                person_id=None if linking is None else linking.person_id,
                provider_id=provider.provider_id,
                expected={
                    "state": state,
                    "nonce": nonce,
                    "verifier": verifier,
                    "next": wish.next_path,
                },
                expires_at=now + ROUND_TRIP,
            )
        )
    return Departure(authorization_url(provider, published, expected), secret)


def come_back(
    gateway: Gateway, returned: Returned, client: Client, now: datetime, asker: Actor | None
) -> Arrival:
    """End a round trip: let in, or link, whoever the provider says this is.

    A round trip counts once, whatever comes of it. Raises ``IdentityRefused``,
    ``ProviderUnavailable``.
    """
    database = gateway.door.database
    with database.writing() as session:
        trip = _taken(session, gateway, returned, now)
    if trip is None:
        raise IdentityRefused("the round trip is over, or was begun in another browser")
    try:
        _check_return(trip, returned, asker)
        claims = identify(gateway.web, trip.provider, returned.code, trip.expected, now)
        vouched = Vouched(
            provider_id=trip.provider.provider_id,
            subject=claims["sub"],
            login=login_named(claims, trip.login_claim),
            next_path=trip.next_path,
            linking=trip.person_id,
        )
        with database.writing() as session:
            return let_in(session, gateway.door, vouched, client, now)
    except (IdentityRefused, Conflict) as error:
        note_refusal(database, trip.provider.provider_id, error)
        raise


def _taken(session: Session, gateway: Gateway, returned: Returned, now: datetime) -> _Trip | None:
    """Take the round trip away, so that nobody ends it a second time."""
    waiting = session.scalars(
        select(PendingSignIn)
        .where(
            PendingSignIn.secret_hash == secret_hash(returned.secret),
            PendingSignIn.provider_id.is_not(None),
        )
        .with_for_update()
    ).first()
    if waiting is None:
        return None
    session.delete(waiting)
    row = session.get(IdentityProvider, waiting.provider_id)
    if row is None or not row.enabled or row.protocol != OPENID or waiting.expires_at <= now:
        return None
    kept: dict[str, Any] = waiting.expected
    expected = Expected(kept["state"], kept["nonce"], kept["verifier"], gateway.redirect_uri)
    provider = provider_of(row, gateway.door.secrets)
    return _Trip(provider, row.login_claim, expected, kept["next"], waiting.person_id)


def _check_return(trip: _Trip, returned: Returned, asker: Actor | None) -> None:
    if not hmac.compare_digest(returned.state.encode(), trip.expected.state.encode()):
        raise IdentityRefused("the state is not ours")
    # RFC 9207: an answer that another provider sent would be redeemed at this one.
    if returned.issuer and returned.issuer != trip.provider.issuer:
        raise IdentityRefused("the answer is another provider's")
    if returned.error or not returned.code:
        raise IdentityRefused("the provider did not let them in")
    if trip.person_id is not None and (asker is None or asker.person_id != trip.person_id):
        raise IdentityRefused("somebody else is signed in by now")
