"""Letting in whoever an identity provider vouches for, whatever it speaks.

Here it is decided who a subject is, whether they may sign in at all, and whether a code must
follow. What a provider says was checked before.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import CadastreError, Conflict, DuplicateName, NotFound
from cmdb.records.parties import Person
from server.foundation.audit import record
from server.foundation.database import Database
from server.foundation.errors import IdentityRefused
from server.foundation.permissions import Actor
from server.foundation.web_client import WebClient
from server.people.actions.identities import link_identity
from server.people.actions.pending import await_code
from server.people.actions.second_factor import needs_second_step
from server.people.actions.sessions import Client, SignedIn, open_session
from server.people.actions.sign_in import Door
from server.people.models import Account, ExternalIdentity, IdentityProvider
from server.people.queries.providers import vouches_for

#: How long somebody may take at the provider.
ROUND_TRIP = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Gateway:
    """What the round trip works with. ``redirect_uri`` is registered with every OpenID provider."""

    door: Door
    web: WebClient
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class Departure:
    """Where the browser goes, and the secret that it has to bring back in its cookie."""

    url: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Arrival:
    """How it ended: a session, a secret under which a code is waited for, or a link (neither)."""

    next_path: str
    signed_in: SignedIn | None = None
    pending: str | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """With which provider somebody wants to sign in, from where, and where to afterwards."""

    code: str
    next_path: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom a provider vouches for. ``login`` is what it calls somebody known here already, or "".

    ``linking`` is who was signed in and wanted their account linked.
    """

    provider_id: int
    subject: str
    login: str
    next_path: str
    linking: int | None


def open_provider(
    session: Session, code: str, protocol: str, linking: Actor | None = None
) -> IdentityProvider:
    """Return a provider that is switched on; raises ``NotFound``.

    ``linking``: somebody it has to vouch for.
    """
    query = select(IdentityProvider).where(
        IdentityProvider.code == code,
        IdentityProvider.protocol == protocol,
        IdentityProvider.enabled,
    )
    if linking is not None:
        query = query.where(vouches_for(linking.person_id or 0))
    found = session.scalars(query).first()
    if found is None:
        raise NotFound("identity provider", code)
    return found


def let_in(
    session: Session, door: Door, vouched: Vouched, client: Client, now: datetime
) -> Arrival:
    """Open a session, wait for a code, or link an account. Raises ``IdentityRefused``."""
    account = _account(session, vouched, now)
    if vouched.linking is not None:
        return Arrival(vouched.next_path)
    if needs_second_step(session, account.person_id):
        return Arrival(vouched.next_path, pending=await_code(session, account, now))
    account.last_sign_in_at = now
    signed_in = open_session(session, account, client, now, door.session_length)
    actor = Actor(name=account.login, person_id=account.person_id)
    told = {"provider": vouched.provider_id}
    record(session, actor, "signed_in", f"web_session:{signed_in.session_id}", told)
    return Arrival(vouched.next_path, signed_in=signed_in)


def note_refusal(database: Database, provider_id: int, error: CadastreError) -> None:
    """Put on record what a provider's answer was refused for."""
    with database.writing() as session:
        subject = f"identity_provider:{provider_id}"
        record(session, None, "provider_sign_in_refused", subject, {"why": str(error)})


def _account(session: Session, vouched: Vouched, now: datetime) -> Account:
    """Return the open account behind the subject, linking it if that is what this is about."""
    provider_id, subject = vouched.provider_id, vouched.subject
    linked = session.scalars(
        select(ExternalIdentity)
        .where(ExternalIdentity.provider_id == provider_id, ExternalIdentity.subject == subject)
        .with_for_update()
    ).first()
    person_id = linked.person_id if linked else vouched.linking or _named_person(session, vouched)
    account = _open_account(session, provider_id, person_id)
    if account is None or (vouched.linking is not None and person_id != vouched.linking):
        raise IdentityRefused("nobody here is linked with it")
    if linked is None:
        actor = Actor(name=account.login, person_id=account.person_id)
        try:
            linked = link_identity(session, actor, provider_id, account.person_id, subject, now)
        except (Conflict, DuplicateName) as error:
            raise IdentityRefused("the account is linked with somebody else there") from error
    linked.last_used_at = now
    return account


def _named_person(session: Session, vouched: Vouched) -> int | None:
    if not vouched.login:
        return None
    # Exactly the login, not what merely looks like it.
    return session.scalar(select(Account.person_id).where(Account.login == vouched.login))


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
