"""Signing in over SAML: the browser leaves, an answer is posted to us, and the browser claims it.

The answer comes with a POST from another site, which brings none of our cookies. So it is proved
and kept first, and the browser is sent on with a ticket; the next request has the cookie of the
round trip, and only then is it decided whose answer this is. A ticket and an assertion count once,
whichever process sees them.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, DuplicateName, NotFound
from server.foundation.allowances import REFUSED_ANSWERS, ROUND_TRIPS, seconds_to_wait, spend
from server.foundation.duplicates import refusing_duplicates
from server.foundation.errors import IdentityRefused, TooManyAttempts
from server.foundation.permissions import Actor
from server.people.actions.saml_providers import agreement_of
from server.people.actions.sessions import Client
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
from server.people.models import (
    SAML,
    IdentityProvider,
    PendingSignIn,
    SamlAnswer,
    SamlProvider,
)
from server.people.rules.credentials import new_session_secret, secret_hash
from server.people.saml.extra import require_extra
from server.people.saml.values import Agreement, Proven, Question

#: How long a browser may take from our address for answers to the next one.
_TICKET = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Posted:
    """What another site posted to us, and from where the browser that did it comes."""

    answer: str = field(repr=False)
    relay_state: str = field(repr=False)
    address: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What a browser claims an answer with: the ticket, and its cookie of the round trip."""

    ticket: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Claimed:
    """Whom an answer vouches for, and why it counts for nothing in this browser."""

    vouched: Vouched
    fault: IdentityRefused | None


def metadata_for(gateway: Gateway, base_url: str, code: str) -> bytes:
    """Return what a provider has to know of us. Raises ``NotFound`` and ``ExtraMissing``.

    The provider may be switched off still: it is set up before people see it.
    """
    require_extra()
    from server.people.saml.metadata import our_metadata  # noqa: PLC0415 - needs the extra

    with gateway.door.database.reading() as session:
        row = session.scalars(
            select(IdentityProvider).where(
                IdentityProvider.code == code, IdentityProvider.protocol == SAML
            )
        ).first()
        if row is None:
            raise NotFound("identity provider", code)
        terms = session.get_one(SamlProvider, row.id)
        return our_metadata(agreement_of(row, terms, base_url, gateway.door.secrets))


def leave_saml(
    gateway: Gateway, base_url: str, wish: Wish, now: datetime, linking: Actor | None = None
) -> Departure:
    """Begin a round trip to a SAML provider; as ``provider_sign_in.leave``.

    Raises ``NotFound``, ``TooManyAttempts``, ``ExtraMissing``.
    """
    require_extra()
    from server.people.saml.requests import request_url  # noqa: PLC0415 - needs the extra

    # An id of SAML begins with a letter or an underscore.
    question = Question(f"_{secrets.token_hex(20)}", new_session_secret())
    secret = new_session_secret()
    with gateway.door.database.writing() as session:
        spend(session, ROUND_TRIPS, wish.address, now)
        agreement = _agreement(session, gateway, base_url, wish.code, linking)
        session.add(
            PendingSignIn(
                secret_hash=secret_hash(secret),
                person_id=None if linking is None else linking.person_id,
                provider_id=agreement.provider_id,
                expected={
                    "request": question.request_id,
                    "relay": question.relay_state,
                    "next": wish.next_path,
                },
                expires_at=now + ROUND_TRIP,
            )
        )
    return Departure(request_url(agreement, question, now), secret)


def take_answer(gateway: Gateway, base_url: str, code: str, posted: Posted, now: datetime) -> str:
    """Prove an answer, keep what it proves, and return the ticket for the browser.

    Raises ``IdentityRefused`` for an answer that proves nothing or was taken before, and
    ``NotFound``, ``TooManyAttempts``, ``ExtraMissing``.
    """
    require_extra()
    from server.people.saml.answers import read_answer  # noqa: PLC0415 - needs the extra

    database = gateway.door.database
    with database.reading() as session:
        if wait := seconds_to_wait(session, REFUSED_ANSWERS, posted.address, now):
            raise TooManyAttempts(wait)
        agreement = _agreement(session, gateway, base_url, code)
    try:
        proven = read_answer(agreement, posted.answer, now)
        with database.writing() as session:
            return _kept(session, agreement, proven, posted.relay_state, now)
    except IdentityRefused as error:
        with database.writing() as session:
            spend(session, REFUSED_ANSWERS, posted.address, now)
        note_refusal(database, agreement.provider_id, error)
        raise


def claim_answer(
    gateway: Gateway, claim: Claim, client: Client, now: datetime, asker: Actor | None
) -> Arrival:
    """End a round trip: let in, or link, whoever the answer is about.

    An answer is claimed once, whatever comes of it. Raises ``IdentityRefused``.
    """
    database = gateway.door.database
    with database.writing() as session:
        claimed = _taken(session, claim, now, asker)
    if claimed is None:
        raise IdentityRefused("the round trip is over, or was begun in another browser")
    if claimed.fault is not None:
        note_refusal(database, claimed.vouched.provider_id, claimed.fault)
        raise claimed.fault
    try:
        with database.writing() as session:
            return let_in(session, gateway.door, claimed.vouched, client, now)
    except (IdentityRefused, Conflict) as error:
        note_refusal(database, claimed.vouched.provider_id, error)
        raise


def _agreement(
    session: Session, gateway: Gateway, base_url: str, code: str, linking: Actor | None = None
) -> Agreement:
    row = open_provider(session, code, SAML, linking)
    terms = session.get_one(SamlProvider, row.id)
    return agreement_of(row, terms, base_url, gateway.door.secrets)


def _kept(
    session: Session, agreement: Agreement, proven: Proven, relay_state: str, now: datetime
) -> str:
    if not proven.answers_request and not agreement.allow_unsolicited:
        raise IdentityRefused("nobody asked for this answer")
    ticket = new_session_secret()
    row = SamlAnswer(
        provider_id=agreement.provider_id,
        assertion_hash=hashlib.sha256(proven.assertion_id.encode()).hexdigest(),
        ticket_hash=secret_hash(ticket),
        proven={
            "subject": proven.subject,
            "login": proven.login,
            "request": proven.answers_request,
            "relay": relay_state,
        },
        received_at=now,
        expires_at=max(proven.ends_at, now + _TICKET),
    )
    try:
        # The constraint decides, so that of two processes one is told no.
        with refusing_duplicates(session, "assertion", "id", proven.assertion_id):
            session.add(row)
    except DuplicateName as error:
        raise IdentityRefused("this assertion was presented before") from error
    return ticket


def _taken(session: Session, claim: Claim, now: datetime, asker: Actor | None) -> _Claimed | None:
    """Take the ticket away, and the round trip with it, so that neither serves a second time."""
    answer = session.scalars(
        select(SamlAnswer)
        .where(SamlAnswer.ticket_hash == secret_hash(claim.ticket))
        .with_for_update()
    ).first()
    if answer is None:
        return None
    proven = answer.proven
    answer.ticket_hash, answer.proven = None, {}
    row = session.get(IdentityProvider, answer.provider_id)
    if row is None or not row.enabled or answer.received_at + _TICKET <= now:
        return None
    trip = _trip(session, claim.secret, answer.provider_id, proven, now)
    why, next_path, linking = "", "/", None
    if trip is not None:
        next_path, linking = trip.expected["next"], trip.person_id
        if linking is not None and (asker is None or asker.person_id != linking):
            why = "somebody else is signed in by now"
        session.delete(trip)
    elif proven["request"]:
        why = "it answers a request that this browser did not make"
    elif not session.get_one(SamlProvider, row.id).allow_unsolicited:
        why = "nobody asked for this answer"
    vouched = Vouched(row.id, proven["subject"], proven["login"], next_path, linking)
    return _Claimed(vouched, IdentityRefused(why) if why else None)


def _trip(
    session: Session, secret: str, provider_id: int, proven: Mapping[str, str], now: datetime
) -> PendingSignIn | None:
    """Return the round trip that this browser began and that the answer answers."""
    waiting = session.scalars(
        select(PendingSignIn)
        .where(
            PendingSignIn.secret_hash == secret_hash(secret),
            PendingSignIn.provider_id == provider_id,
            PendingSignIn.expires_at > now,
        )
        .with_for_update()
    ).first()
    if waiting is None or not proven["request"]:
        return None
    same = [
        hmac.compare_digest(str(waiting.expected.get(name, "")).encode(), proven[name].encode())
        for name in ("request", "relay")
    ]
    return waiting if all(same) else None
