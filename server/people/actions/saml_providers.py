"""Setting up SAML providers. What they publish is read; our private key never comes out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from cmdb.errors import Conflict, InvalidValue, NotFound
from server.foundation.audit import record
from server.foundation.database import Database
from server.foundation.duplicates import refusing_duplicates
from server.foundation.errors import AddressRefused, ProviderUnavailable, WebUnreachable
from server.foundation.permissions import Actor, Permission
from server.foundation.secrets import SecretBox
from server.foundation.web_client import WebClient, checked_url
from server.people.actions.identities import forget_identities
from server.people.actions.providers import secret_place
from server.people.actions.rights import require_over
from server.people.models import SAML, IdentityProvider, SamlProvider
from server.people.queries.organisations import organisation
from server.people.queries.providers import provider
from server.people.rules.claims import names_mail
from server.people.rules.logins import login_key
from server.people.saml.extra import require_extra
from server.people.saml.keys import make_pair
from server.people.saml.values import Agreement, Published, ServiceProvider, our_addresses

_NO_ADDRESS = "must be an https:// address"
#: Particulars that stand on the provider's own row, and how they are called there.
_SHARED = {"name": "name", "login_attribute": "login_claim", "enabled": "enabled"}
_TERMS = {name: name for name in ("sign_requests", "allow_unsolicited", "metadata_url")}


def agreement_of(
    row: IdentityProvider, terms: SamlProvider, base_url: str, secrets: SecretBox
) -> Agreement:
    """Return what is agreed with a provider, ready to be used. Raises ``SecretUnreadable``."""
    entity_id, answers_url = our_addresses(base_url, row.code)
    key = secrets.open(row.sealed_secret, secret_place(row.id))
    return Agreement(
        provider_id=row.id,
        code=row.code,
        ours=ServiceProvider(entity_id, answers_url, terms.own_certificate, key),
        theirs=Published(
            row.issuer, terms.sign_in_url, tuple(terms.certificates), terms.valid_until
        ),
        sign_requests=terms.sign_requests,
        allow_unsolicited=terms.allow_unsolicited,
        login_attribute=row.login_claim,
    )


def fetch_metadata(web: WebClient, address: str) -> str:
    """Fetch a provider's metadata; outside any transaction. Raises ``ProviderUnavailable``."""
    try:
        answer = web.ask("GET", address, {"Accept": "application/samlmetadata+xml, */*;q=0.5"})
    except (AddressRefused, WebUnreachable) as error:
        raise ProviderUnavailable(str(error)) from error
    if answer.status != 200:
        raise ProviderUnavailable(f"{address} answers {answer.status} without metadata")
    try:
        return answer.body.decode()
    except UnicodeDecodeError as error:
        raise ProviderUnavailable(f"{address} answers something that is not UTF-8") from error


def create_saml_provider(
    session: Session,
    actor: Actor,
    particulars: Mapping[str, Any],
    secrets: SecretBox,
    now: datetime,
) -> IdentityProvider:
    """Add a provider and return it, with a key pair of ours made for it.

    ``particulars``: ``code``, ``name``, ``organisation_id``, ``metadata`` (its XML), and what else
    ``SamlProvider`` keeps. Needs ``admin:directory`` over the organisation. Raises
    ``DuplicateName``, ``InvalidValue`` and ``ExtraMissing``.
    """
    values = dict(particulars)
    try:
        organisation(session, actor, values["organisation_id"])
    except NotFound as error:
        raise InvalidValue({"organisation_id": "there is no such organisation"}) from error
    require_over(actor, Permission.ADMIN_DIRECTORY, values["organisation_id"])
    if not values.get("metadata"):
        raise InvalidValue({"metadata": "is needed, as XML or by its address"})
    published = _read(values.pop("metadata"), now)
    row = IdentityProvider(
        protocol=SAML,
        code=login_key(values["code"]),
        organisation_id=values["organisation_id"],
        issuer=published.entity_id,
        client_id="",
        created_at=now,
        updated_at=now,
    )
    _fill(row, values, _SHARED)
    with refusing_duplicates(session, "identity provider", "code", row.code):
        session.add(row)
    key, certificate = make_pair(row.code, now)
    row.sealed_secret = secrets.seal(key, secret_place(row.id))
    terms = SamlProvider(
        provider_id=row.id,
        own_certificate=certificate,
        sign_requests=published.wants_signed_requests,
    )
    _fill(terms, values, _TERMS)
    _take_over(row, terms, published)
    _refuse_faults(row, terms)
    session.add(terms)
    session.flush()
    record(session, actor, "identity_provider_created", f"identity_provider:{row.id}")
    return row


def change_saml_provider(
    session: Session, actor: Actor, row: IdentityProvider, changes: Mapping[str, Any], now: datetime
) -> IdentityProvider:
    """Change a provider from ``queries.providers.provider``.

    Metadata of another entity id forget whom the former one vouched for: its names mean other
    people. Raises ``InvalidValue`` and ``ExtraMissing``.
    """
    values = dict(changes)
    require_over(actor, Permission.ADMIN_DIRECTORY, row.organisation_id)
    terms = session.get_one(SamlProvider, row.id, with_for_update=True)
    metadata = values.pop("metadata", "")
    _fill(row, values, _SHARED)
    _fill(terms, values, _TERMS)
    if metadata:
        published = _read(metadata, now)
        if published.entity_id != row.issuer:
            forget_identities(session, row.id)
        _take_over(row, terms, published)
    _refuse_faults(row, terms)
    touched = sorted({*values, *(("metadata",) if metadata else ())})
    _note_change(session, actor, row, touched, now)
    return row


def with_metadata(web: WebClient, particulars: Mapping[str, Any]) -> dict[str, Any]:
    """Return particulars with the metadata fetched, where only their address was given.

    Outside any transaction. Raises ``InvalidValue`` for an address with nothing usable behind it.
    """
    values = dict(particulars)
    address = values.get("metadata_url")
    if not address or values.get("metadata"):
        return values
    try:
        checked_url(address)
        values["metadata"] = fetch_metadata(web, address)
    except AddressRefused as error:
        raise InvalidValue({"metadata_url": _NO_ADDRESS}) from error
    except ProviderUnavailable as error:
        raise InvalidValue({"metadata_url": str(error)}) from error
    return values


def renew_metadata(
    database: Database, web: WebClient, actor: Actor, provider_id: int, now: datetime
) -> None:
    """Fetch what a provider publishes by now: other certificates, another address.

    Own transactions. Raises ``Conflict`` when there is no address, or the provider calls itself by
    another entity id, which only a person may change; ``ProviderUnavailable``.
    """
    with database.reading() as session:
        row = provider(session, actor, provider_id, SAML)
        address = session.get_one(SamlProvider, row.id).metadata_url
    if not address:
        raise Conflict("the metadata were pasted; paste them anew, or give their address")
    published = _read(fetch_metadata(web, address), now)
    with database.writing() as session:
        row = provider(session, actor, provider_id, SAML)
        require_over(actor, Permission.ADMIN_DIRECTORY, row.organisation_id)
        if published.entity_id != row.issuer:
            raise Conflict("the metadata there are of another entity id")
        _take_over(row, session.get_one(SamlProvider, row.id, with_for_update=True), published)
        _note_change(session, actor, row, ["metadata"], now)


def renew_key(
    session: Session, actor: Actor, row: IdentityProvider, secrets: SecretBox, now: datetime
) -> None:
    """Make a new key pair of ours; the provider has to read our metadata anew."""
    require_over(actor, Permission.ADMIN_DIRECTORY, row.organisation_id)
    terms = session.get_one(SamlProvider, row.id, with_for_update=True)
    key, terms.own_certificate = make_pair(row.code, now)
    row.sealed_secret = secrets.seal(key, secret_place(row.id))
    _note_change(session, actor, row, ["key"], now)


def _read(metadata: str, now: datetime) -> Published:
    require_extra()
    from server.people.saml.metadata import read_published  # noqa: PLC0415 - needs the extra

    return read_published(metadata, now)


def _take_over(row: IdentityProvider, terms: SamlProvider, published: Published) -> None:
    row.issuer = published.entity_id
    terms.sign_in_url = published.sign_in_url
    terms.certificates = list(published.certificates)
    terms.valid_until = published.valid_until


def _fill(
    row: IdentityProvider | SamlProvider, values: Mapping[str, Any], names: Mapping[str, str]
) -> None:
    for name, column in names.items():
        if name in values:
            setattr(row, column, values[name])


def _refuse_faults(row: IdentityProvider, terms: SamlProvider) -> None:
    faults = {}
    if terms.metadata_url:
        try:
            checked_url(terms.metadata_url)
        except AddressRefused:
            faults["metadata_url"] = _NO_ADDRESS
    if names_mail(row.login_claim or ""):
        faults["login_attribute"] = "must not be an e-mail address, which SAML does not verify"
    if faults:
        raise InvalidValue(faults)


def _note_change(
    session: Session, actor: Actor, row: IdentityProvider, fields: list[str], now: datetime
) -> None:
    row.updated_at = now
    row.version += 1
    session.flush()
    subject = f"identity_provider:{row.id}"
    record(session, actor, "identity_provider_changed", subject, {"fields": fields})
