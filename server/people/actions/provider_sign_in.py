"""Signing in with an identity provider: the browser leaves with a secret, and comes back once.

What is asked of the provider is asked outside any transaction.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import CadastreError, Conflict, DuplicateName, NotFound
from cmdb.records.parties import Person
from server.foundation.allowances import ROUND_TRIPS, spend
from server.foundation.audit import record
from server.foundation.database import Database
from server.foundation.errors import IdentityRefused, ProviderUnavailable
from server.foundation.permissions import Actor
from server.foundation.settings import Settings
from server.foundation.web_client import WebClient
from server.people.actions.identities import link_identity
from server.people.actions.pending import await_code
from server.people.actions.providers import provider_of
from server.people.actions.second_factor import needs_second_step
from server.people.actions.sessions import Client, SignedIn, open_session
from server.people.actions.sign_in import Door, door_of
from server.people.models import Account, ExternalIdentity, IdentityProvider, PendingSignIn
from server.people.openid import BOOK, Expected, Provider, authorization_url, identify
from server.people.queries.providers import vouches_for
from server.people.rules.claims import login_named
from server.people.rules.credentials import new_session_secret, secret_hash

#: Where providers send browsers back to.
BACK = "/sign-in/back"
#: How long somebody may take at the provider.
ROUND_TRIP = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Gateway:
    """What the round trip works with. ``redirect_uri`` is registered with every provider."""

    door: Door
    web: WebClient
    redirect_uri: str


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
class Departure:
    """Where the browser goes, and the secret that it has to bring back in its cookie."""

    url: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Returned:
    """What came with the browser: the query of the redirect, and the secret of its cookie."""

    secret: str = field(repr=False)
    state: str = ""
    code: str = field(default="", repr=False)
    error: str = ""
    issuer: str = ""


@dataclass(frozen=True, slots=True)
class Arrival:
    """How it ended: a session, a secret under which a code is waited for, or a link (neither)."""

    next_path: str
    signed_in: SignedIn | None = None
    pending: str | None = None


@dataclass(frozen=True, slots=True)
class _Trip:
    """A round trip that came back to where it began."""

    provider: Provider
    login_claim: str
    expected: Expected
    next_path: str
    person_id: int | None


@dataclass(frozen=True, slots=True)
class Wish:
    """With which provider somebody wants to sign in, from where, and where to afterwards."""

    code: str
    next_path: str
    address: str = ""


def leave(gateway: Gateway, wish: Wish, now: datetime, linking: Actor | None = None) -> Departure:
    """Begin a round trip to a provider.

    ``linking``: somebody signed in who wants their account linked. Raises ``NotFound`` for a
    provider that is unknown, switched off or does not vouch for them; ``ProviderUnavailable``;
    ``TooManyAttempts`` for an address that begins too many.
    """
    with gateway.door.database.writing() as session:
        spend(session, ROUND_TRIPS, wish.address, now)
        provider = provider_of(_open_provider(session, wish.code, linking), gateway.door.secrets)
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
        with database.writing() as session:
            return _let_in(session, gateway.door, trip, claims, client, now)
    except (IdentityRefused, Conflict) as error:
        _note_refusal(gateway, trip, error)
        raise


def _open_provider(session: Session, code: str, linking: Actor | None) -> IdentityProvider:
    query = select(IdentityProvider).where(IdentityProvider.code == code, IdentityProvider.enabled)
    if linking is not None:
        query = query.where(vouches_for(linking.person_id or 0))
    found = session.scalars(query).first()
    if found is None:
        raise NotFound("identity provider", code)
    return found


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
    if row is None or not row.enabled or waiting.expires_at <= now:
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


def _let_in(
    session: Session,
    door: Door,
    trip: _Trip,
    claims: Mapping[str, Any],
    client: Client,
    now: datetime,
) -> Arrival:
    account = _account(session, trip, claims, now)
    if trip.person_id is not None:
        return Arrival(trip.next_path)
    if needs_second_step(session, account.person_id):
        return Arrival(trip.next_path, pending=await_code(session, account, now))
    account.last_sign_in_at = now
    signed_in = open_session(session, account, client, now, door.session_length)
    actor = Actor(name=account.login, person_id=account.person_id)
    told = {"provider": trip.provider.provider_id}
    record(session, actor, "signed_in", f"web_session:{signed_in.session_id}", told)
    return Arrival(trip.next_path, signed_in=signed_in)


def _account(session: Session, trip: _Trip, claims: Mapping[str, Any], now: datetime) -> Account:
    """Return the open account behind the subject, linking it if that is what this is about."""
    provider_id, subject = trip.provider.provider_id, claims["sub"]
    linked = session.scalars(
        select(ExternalIdentity)
        .where(ExternalIdentity.provider_id == provider_id, ExternalIdentity.subject == subject)
        .with_for_update()
    ).first()
    person_id = (
        linked.person_id if linked else trip.person_id or _named_person(session, trip, claims)
    )
    account = _open_account(session, provider_id, person_id)
    if account is None or (trip.person_id is not None and person_id != trip.person_id):
        raise IdentityRefused("nobody here is linked with it")
    if linked is None:
        actor = Actor(name=account.login, person_id=account.person_id)
        try:
            linked = link_identity(session, actor, provider_id, account.person_id, subject, now)
        except (Conflict, DuplicateName) as error:
            raise IdentityRefused("the account is linked with somebody else there") from error
    linked.last_used_at = now
    return account


def _named_person(session: Session, trip: _Trip, claims: Mapping[str, Any]) -> int | None:
    login = login_named(claims, trip.login_claim)
    if not login:
        return None
    # Exactly the login, not what merely looks like it.
    return session.scalar(select(Account.person_id).where(Account.login == login))


def _open_account(session: Session, provider_id: int, person_id: int | None) -> Account | None:
    return session.scalars(
        select(Account)
        .join(Person, Person.id == Account.person_id)
        .join(IdentityProvider, IdentityProvider.id == provider_id)
        .where(
            Account.person_id == person_id,
            ~Account.disabled,
            Person.active,
            vouches_for(person_id or 0),
        )
    ).first()


def _note_refusal(gateway: Gateway, trip: _Trip, error: CadastreError) -> None:
    """Put on record what a provider's answer was refused for."""
    with gateway.door.database.writing() as session:
        subject = f"identity_provider:{trip.provider.provider_id}"
        record(session, None, "provider_sign_in_refused", subject, {"why": str(error)})
