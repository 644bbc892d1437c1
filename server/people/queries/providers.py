"""Identity providers and whom they vouch for."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from cmdb.records.parties import OrganisationClosure, Person
from server.foundation.paging import Page, PageRequest, SortKey, fetch_page
from server.foundation.permissions import Actor, Permission, ScopeColumns, visible
from server.people.models import OPENID, ExternalIdentity, IdentityProvider, SamlProvider

PROVIDER_SORTS = {"code": SortKey(IdentityProvider.code)}


def list_providers(
    session: Session, actor: Actor, page: PageRequest, protocol: str | None = None
) -> Page[IdentityProvider]:
    """Return one page of the identity providers the actor administers, of any or one protocol."""
    actor.require(Permission.ADMIN_DIRECTORY)
    query = select(IdentityProvider).where(_seen(actor))
    if protocol is not None:
        query = query.where(IdentityProvider.protocol == protocol)
    return fetch_page(session, query, page, PROVIDER_SORTS, IdentityProvider.id)


def provider(
    session: Session, actor: Actor, provider_id: int, protocol: str | None = OPENID
) -> IdentityProvider:
    """Return a provider the actor administers; raises ``NotFound`` for others.

    ``protocol``: what it must speak; None for anything.
    """
    actor.require(Permission.ADMIN_DIRECTORY)
    found = session.scalars(
        select(IdentityProvider).where(IdentityProvider.id == provider_id, _seen(actor))
    ).first()
    if found is None or protocol not in {None, found.protocol}:
        raise NotFound("identity provider", provider_id)
    return found


def protocol_of(session: Session, code: str) -> str:
    """Return what a provider speaks; that of a code that nobody has is OpenID Connect."""
    query = select(IdentityProvider.protocol).where(IdentityProvider.code == code)
    return session.scalar(query) or OPENID


def terms_of(session: Session, provider_ids: Iterable[int]) -> dict[int, SamlProvider]:
    """Return what is agreed with those of the providers that speak SAML, by their ids."""
    query = select(SamlProvider).where(SamlProvider.provider_id.in_(list(provider_ids)))
    return {row.provider_id: row for row in session.scalars(query)}


def open_providers(session: Session) -> list[tuple[str, str]]:
    """Return (code, name) of the providers that anybody may sign in with."""
    rows = session.execute(
        select(IdentityProvider.code, IdentityProvider.name)
        .where(IdentityProvider.enabled)
        .order_by(IdentityProvider.name, IdentityProvider.id)
    )
    return [(row.code, row.name) for row in rows]


def providers_of_person(session: Session, person_id: int) -> list[IdentityProvider]:
    """Return the providers that may vouch for somebody, by name."""
    return list(
        session.scalars(
            select(IdentityProvider)
            .where(IdentityProvider.enabled, vouches_for(person_id))
            .order_by(IdentityProvider.name, IdentityProvider.id)
        )
    )


def identities_of(session: Session, person_id: int) -> list[tuple[ExternalIdentity, str]]:
    """Return (identity, name of its provider) of somebody; the caller has checked who asks."""
    rows = session.execute(
        select(ExternalIdentity, IdentityProvider.name)
        .join(IdentityProvider, IdentityProvider.id == ExternalIdentity.provider_id)
        .where(ExternalIdentity.person_id == person_id)
        .order_by(IdentityProvider.name, ExternalIdentity.id)
    )
    return [(row.ExternalIdentity, row.name) for row in rows]


def vouches_for(person_id: int) -> ColumnElement[bool]:
    """Return the condition that a provider stands above somebody's organisation."""
    return (
        select(OrganisationClosure.ancestor_id)
        .join(Person, Person.organisation_id == OrganisationClosure.descendant_id)
        .where(
            Person.id == person_id,
            OrganisationClosure.ancestor_id == IdentityProvider.organisation_id,
        )
        .exists()
    )


def _seen(actor: Actor) -> ColumnElement[bool]:
    columns = ScopeColumns(organisation=IdentityProvider.organisation_id)
    return visible(actor, Permission.ADMIN_DIRECTORY, columns)
