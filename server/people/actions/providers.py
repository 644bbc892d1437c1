"""Setting up identity providers. Their client secrets go in and never come out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue, NotFound
from server.foundation.audit import record
from server.foundation.duplicates import refusing_duplicates
from server.foundation.errors import AddressRefused
from server.foundation.permissions import Actor, Permission
from server.foundation.secrets import Place, SecretBox
from server.foundation.web_client import checked_url
from server.people.actions.identities import forget_identities
from server.people.actions.rights import require_over
from server.people.models import IdentityProvider
from server.people.openid import Provider
from server.people.queries.organisations import organisation
from server.people.rules.claims import issuer_fault
from server.people.rules.logins import login_key

#: Whoever changes where a secret is sent to must know it: it is blanked with these.
_WHERE_TO = {"issuer", "client_id"}
#: As the column has it.
_SCOPES = "openid profile email"


def secret_place(provider_id: int) -> Place:
    """Return where a provider's client secret is sealed."""
    return Place("identity_provider", "sealed_secret", provider_id)


def provider_of(row: IdentityProvider, secrets: SecretBox) -> Provider:
    """Return what is needed to ask a provider. Raises ``SecretUnreadable``."""
    return Provider(
        provider_id=row.id,
        code=row.code,
        issuer=row.issuer,
        client_id=row.client_id,
        client_secret=secrets.open(row.sealed_secret, secret_place(row.id)),
        scopes=row.scopes,
    )


def create_provider(
    session: Session,
    actor: Actor,
    particulars: Mapping[str, Any],
    secrets: SecretBox,
    now: datetime,
) -> IdentityProvider:
    """Add a provider and return it, with its id.

    ``particulars``: columns of ``IdentityProvider``, and ``client_secret``. It vouches for the
    people of its organisation and below; needs ``admin:directory`` there. Raises ``DuplicateName``
    and ``InvalidValue``.
    """
    values = dict(particulars)
    secret = values.pop("client_secret", "")
    try:
        organisation(session, actor, values["organisation_id"])
    except NotFound as error:
        raise InvalidValue({"organisation_id": "there is no such organisation"}) from error
    require_over(actor, Permission.ADMIN_DIRECTORY, values["organisation_id"])
    values["code"] = login_key(values["code"])
    row = IdentityProvider(created_at=now, updated_at=now)
    _fill(row, values)
    with refusing_duplicates(session, "identity provider", "code", row.code):
        session.add(row)
    row.sealed_secret = secrets.seal(secret, secret_place(row.id))
    session.flush()
    record(session, actor, "identity_provider_created", f"identity_provider:{row.id}")
    return row


def change_provider(
    session: Session,
    actor: Actor,
    row: IdentityProvider,
    changes: Mapping[str, Any],
    secrets: SecretBox,
    now: datetime,
) -> IdentityProvider:
    """Change a provider from ``queries.providers.provider``.

    Another issuer or client blanks the secret, unless the same call brings one. Another issuer
    also forgets whom the former one vouched for: its subjects mean other people.
    """
    values = dict(changes)
    secret = values.pop("client_secret", None)
    require_over(actor, Permission.ADMIN_DIRECTORY, row.organisation_id)
    moved = {
        name for name in _WHERE_TO if getattr(row, name) != values.get(name, getattr(row, name))
    }
    _fill(row, values)
    if moved or secret is not None:
        row.sealed_secret = secrets.seal(secret or "", secret_place(row.id))
    row.updated_at = now
    row.version += 1
    if "issuer" in moved:
        forget_identities(session, row.id)
    session.flush()
    touched = sorted({*values, *(("client_secret",) if moved or secret is not None else ())})
    told = {"fields": touched}
    record(session, actor, "identity_provider_changed", f"identity_provider:{row.id}", told)
    return row


def remove_provider(session: Session, actor: Actor, row: IdentityProvider) -> None:
    """Remove a provider and the links of people to it."""
    require_over(actor, Permission.ADMIN_DIRECTORY, row.organisation_id)
    record(session, actor, "identity_provider_removed", f"identity_provider:{row.id}")
    session.delete(row)
    session.flush()


def _fill(row: IdentityProvider, values: Mapping[str, Any]) -> None:
    for column, value in values.items():
        setattr(row, column, value)
    faults = {}
    try:
        checked_url(row.issuer)
    except AddressRefused:
        faults["issuer"] = "must be an https:// address without query or fragment"
    if why := issuer_fault(row.issuer):
        faults["issuer"] = why
    if "openid" not in (row.scopes or _SCOPES).split():
        faults["scopes"] = "must hold openid"
    if faults:
        raise InvalidValue(faults)
