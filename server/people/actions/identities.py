"""Who an identity provider's subject is here: linked by hand, by themselves, or by a claim.

The link is (provider, subject), byte for byte. An e-mail address or a name never stands for it.
"""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, InvalidValue, NotFound
from server.foundation.audit import record
from server.foundation.duplicates import refusing_duplicates
from server.foundation.errors import SessionRequired
from server.foundation.permissions import Actor
from server.people.actions.rights import refuse_more_than_own
from server.people.models import Account, ExternalIdentity, IdentityProvider
from server.people.queries.accounts import person_to_administer
from server.people.queries.providers import vouches_for


def link_person(
    session: Session, actor: Actor, person_id: int, provider_id: int, subject: str, now: datetime
) -> ExternalIdentity:
    """Let a provider's subject sign in as somebody the actor administers.

    Needs ``admin:users``, and not less than the person's own rights. Raises ``InvalidValue`` for a
    provider that does not vouch for them, ``Conflict`` when they or the subject are linked already.
    """
    person = person_to_administer(session, actor, person_id)
    refuse_more_than_own(session, actor, person.id)
    provider = session.scalars(
        select(IdentityProvider).where(IdentityProvider.id == provider_id, vouches_for(person.id))
    ).first()
    if provider is None:
        raise InvalidValue({"provider_id": "there is no such identity provider for this person"})
    return link_identity(session, actor, provider.id, person.id, subject, now)


def link_identity(
    session: Session, actor: Actor, provider_id: int, person_id: int, subject: str, now: datetime
) -> ExternalIdentity:
    """Write a link whose right the caller has checked."""
    taken = session.scalars(
        select(ExternalIdentity).where(
            ExternalIdentity.provider_id == provider_id, ExternalIdentity.person_id == person_id
        )
    ).first()
    if taken is not None:
        raise Conflict("this person is linked with this identity provider already")
    row = ExternalIdentity(
        provider_id=provider_id, person_id=person_id, subject=subject, created_at=now
    )
    with refusing_duplicates(session, "identity", "subject", subject):
        session.add(row)
    told = {"person": person_id, "provider": provider_id}
    record(session, actor, "identity_linked", f"external_identity:{row.id}", told)
    return row


def unlink_person(session: Session, actor: Actor, person_id: int, identity_id: int) -> None:
    """End a link of somebody the actor administers; raises ``NotFound`` for others."""
    person = person_to_administer(session, actor, person_id)
    refuse_more_than_own(session, actor, person.id)
    _unlink(session, actor, _own(session, person.id, identity_id))


def unlink_own(session: Session, actor: Actor, identity_id: int) -> None:
    """End one of the actor's own links.

    Raises ``Conflict`` when nothing else would let them in.
    """
    if actor.person_id is None or actor.kind != "person":
        raise SessionRequired("only somebody who is signed in may do this")
    row = _own(session, actor.person_id, identity_id)
    account = session.scalars(select(Account).where(Account.person_id == actor.person_id)).first()
    if account is None or (account.password_hash is None and account.directory_id is None):
        raise Conflict("nothing else lets you in; ask for a password first")
    _unlink(session, actor, row)


def forget_identities(session: Session, provider_id: int) -> None:
    """Delete every link of a provider."""
    session.execute(delete(ExternalIdentity).where(ExternalIdentity.provider_id == provider_id))


def _own(session: Session, person_id: int, identity_id: int) -> ExternalIdentity:
    row = session.get(ExternalIdentity, identity_id, with_for_update=True)
    if row is None or row.person_id != person_id:
        raise NotFound("linked identity", identity_id)
    return row


def _unlink(session: Session, actor: Actor, row: ExternalIdentity) -> None:
    told = {"person": row.person_id, "provider": row.provider_id}
    record(session, actor, "identity_unlinked", f"external_identity:{row.id}", told)
    session.delete(row)
    session.flush()
