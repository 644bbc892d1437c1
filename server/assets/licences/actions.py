"""Writing licences down, and what was bought of them."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from cmdb.errors import DuplicateName, InvalidValue, NotFound
from cmdb.model.text import clean, text_key
from server.assets.licences.matching import MATCH_LICENCES
from server.assets.licences.models import LicenceEntitlement, LicencePattern, SoftwareLicence
from server.assets.licences.queries import get_licence, licences_in_scope
from server.assets.licences.rules import METRICS, is_too_wide, meant_by, parted
from server.assets.purchases.queries import get_supplier
from server.assets.queries import get_contract
from server.foundation import audit
from server.foundation.errors import PermissionDenied
from server.foundation.jobs.queue import enqueue
from server.foundation.permissions import Actor, Permission
from server.items.organisations import require_organisation

#: More of anything is a slip of the hand.
MOST = 100_000_000
MOST_PATTERNS = 50


@dataclass(frozen=True, slots=True)
class LicenceDraft:
    """A licence as it is written down; ``covers`` are names in which ``*`` is anything."""

    organisation_id: int
    name: str
    metric: str
    covers: tuple[str, ...] = ()
    vendor: str = ""


@dataclass(frozen=True, slots=True)
class EntitlementDraft:
    """So many were bought; without days they hold for good."""

    quantity: int
    starts_on: date | None = None
    ends_on: date | None = None
    supplier_id: int | None = None
    contract_id: int | None = None
    note: str = ""


def write_licence(
    session: Session, actor: Actor, draft: LicenceDraft, now: datetime, known_id: int | None = None
) -> SoftwareLicence:
    """Write a licence down, or anew when it is known; its organisation stays.

    Raises ``NotFound``, ``PermissionDenied``, ``InvalidValue`` naming each wrong field,
    ``DuplicateName``.
    """
    known = None if known_id is None else _writable(session, actor, known_id)
    organisation_id = known.organisation_id if known else draft.organisation_id
    require_organisation(session, actor, Permission.ITEM_WRITE, organisation_id)
    covers = [parted(clean(line)) for line in draft.covers if line.strip()]
    _check(draft, covers)
    name = clean(draft.name)
    _refuse_twin(session, organisation_id, name, known_id or 0)
    row = known or SoftwareLicence(organisation_id=organisation_id, created_at=now, version=0)
    row.name, row.name_key, row.version = name, text_key(name), row.version + 1
    row.vendor, row.metric = clean(draft.vendor), draft.metric
    session.add(row)
    session.flush()  # its patterns name its number
    _cover(session, row.id, covers)
    audit.record(session, actor, "licence.written", f"licence:{row.id}", {"name": name})
    return row


def forget_licence(session: Session, actor: Actor, licence_id: int) -> None:
    """Let a licence go with all that was bought. Raises ``NotFound``, ``PermissionDenied``."""
    row = _writable(session, actor, licence_id)
    audit.record(session, actor, "licence.forgotten", f"licence:{row.id}", {"name": row.name})
    for part in (LicencePattern, LicenceEntitlement):
        session.execute(delete(part).where(part.licence_id == row.id))
    session.delete(row)


def add_entitlement(
    session: Session, actor: Actor, licence_id: int, draft: EntitlementDraft, now: datetime
) -> LicenceEntitlement:
    """Write down that some were bought.

    Raises ``NotFound``, ``PermissionDenied``, ``InvalidValue`` naming each wrong field.
    """
    licence = _writable(session, actor, licence_id)
    _check_entitlement(session, actor, draft)
    row = LicenceEntitlement(
        licence_id=licence.id,
        quantity=draft.quantity,
        starts_on=draft.starts_on,
        ends_on=draft.ends_on,
        supplier_id=draft.supplier_id,
        contract_id=draft.contract_id,
        note=clean(draft.note),
        created_at=now,
    )
    session.add(row)
    session.flush()  # its number is told
    told = {"name": licence.name, "quantity": row.quantity}
    audit.record(session, actor, "licence.entitled", f"licence:{licence.id}", told)
    return row


def remove_entitlement(
    session: Session, actor: Actor, licence_id: int, entitlement_id: int
) -> None:
    """Take back that some were bought. Raises ``NotFound``, ``PermissionDenied``."""
    licence = _writable(session, actor, licence_id)
    row = session.get(LicenceEntitlement, entitlement_id)
    if row is None or row.licence_id != licence.id:
        raise NotFound("licence_entitlement", entitlement_id)
    told = {"name": licence.name, "quantity": row.quantity}
    audit.record(session, actor, "licence.entitlement_removed", f"licence:{licence.id}", told)
    session.delete(row)


def _writable(session: Session, actor: Actor, licence_id: int) -> SoftwareLicence:
    actor.require(Permission.ITEM_WRITE)
    get_licence(session, actor, licence_id)
    query = select(SoftwareLicence).where(
        SoftwareLicence.id == licence_id, licences_in_scope(actor, Permission.ITEM_WRITE)
    )
    row = session.scalar(query.with_for_update())
    if row is None:
        raise PermissionDenied(Permission.ITEM_WRITE)
    return row


def _check(draft: LicenceDraft, covers: list[tuple[str, str]]) -> None:
    problems: dict[str, str] = {}
    if not 0 < len(clean(draft.name)) <= 255:
        problems["name"] = "must have 1 to 255 characters"
    if len(draft.vendor) > 255:
        problems["vendor"] = "must not be longer than 255"
    if draft.metric not in METRICS:
        problems["metric"] = f"must be one of {', '.join(METRICS)}"
    if not 0 < len(covers) <= MOST_PATTERNS:
        problems["covers"] = f"must name 1 to {MOST_PATTERNS} products"
    if any(is_too_wide(pattern) for _, pattern in covers):
        problems["covers"] = "must name at least two letters of each product"
    if any(len(pattern) > 255 for _, pattern in covers):
        problems["covers"] = "must not be longer than 255"
    if problems:
        raise InvalidValue(problems)


def _refuse_twin(session: Session, organisation_id: int, name: str, known_id: int) -> None:
    twin = select(SoftwareLicence.id).where(
        SoftwareLicence.organisation_id == organisation_id,
        SoftwareLicence.name_key == text_key(name),
        SoftwareLicence.id != known_id,
    )
    if session.scalar(twin) is not None:
        raise DuplicateName("software_licence", "name", name)


def _cover(session: Session, licence_id: int, covers: list[tuple[str, str]]) -> None:
    session.execute(delete(LicencePattern).where(LicencePattern.licence_id == licence_id))
    for ecosystem, pattern in dict.fromkeys(covers):
        meant = meant_by(pattern)
        session.add(
            LicencePattern(
                licence_id=licence_id,
                ecosystem=ecosystem,
                pattern=pattern,
                name_like=meant.name_like,
                name_from=meant.name_from,
                name_until=meant.name_until,
            )
        )
    session.flush()  # what is read next counts by them
    if any(pattern.startswith("*") for _, pattern in covers):
        enqueue(session, MATCH_LICENCES, {}, key=f"{MATCH_LICENCES}:written")


def _check_entitlement(session: Session, actor: Actor, draft: EntitlementDraft) -> None:
    problems: dict[str, str] = {}
    if not 0 < draft.quantity <= MOST:
        problems["quantity"] = f"must be from 1 to {MOST}"
    if draft.starts_on and draft.ends_on and draft.ends_on < draft.starts_on:
        problems["ends_on"] = "must not lie before the first day"
    if len(draft.note) > 255:
        problems["note"] = "must not be longer than 255"
    for name, known in (("supplier", get_supplier), ("contract", get_contract)):
        given = getattr(draft, f"{name}_id")
        try:
            if given is not None:
                known(session, actor, given)
        except NotFound:
            problems[f"{name}_id"] = f"there is no {name} {given}"
    if problems:
        raise InvalidValue(problems)
