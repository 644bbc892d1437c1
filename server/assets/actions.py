"""Writing contracts down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import DuplicateName, InvalidValue
from cmdb.query.items import find_items
from cmdb.records.bulk import insert_rows
from server.assets.models import Contract, ItemContract
from server.foundation.permissions import Actor, Permission
from server.items.organisations import require_organisation
from server.items.scope import visible_items

KINDS = ("warranty", "support", "service", "lease", "licence")


@dataclass(frozen=True, slots=True)
class ContractDraft:
    """A contract as it is written down; both days are included."""

    organisation_id: int
    reference: str
    name: str
    supplier: str
    kind: str
    starts_on: date
    ends_on: date
    item_ids: Sequence[int] = ()


def create_contract(
    session: Session, actor: Actor, draft: ContractDraft, now: datetime
) -> Contract:
    """Write a contract down with the items it covers.

    Raises ``InvalidValue`` naming each wrong field, ``DuplicateName`` for a reference in use.
    """
    require_organisation(session, actor, Permission.ITEM_WRITE, draft.organisation_id)
    _check(session, actor, draft)
    taken = select(Contract.id).where(
        Contract.organisation_id == draft.organisation_id, Contract.reference == draft.reference
    )
    if session.scalar(taken) is not None:
        raise DuplicateName("contract", "reference", draft.reference)
    contract = Contract(
        organisation_id=draft.organisation_id,
        reference=draft.reference,
        name=draft.name,
        supplier=draft.supplier,
        kind=draft.kind,
        starts_on=draft.starts_on,
        ends_on=draft.ends_on,
        created_at=now,
    )
    session.add(contract)
    session.flush()  # what it covers needs its id
    rows = [{"item_id": item, "contract_id": contract.id} for item in dict.fromkeys(draft.item_ids)]
    insert_rows(session, ItemContract, rows)
    return contract


def _check(session: Session, actor: Actor, draft: ContractDraft) -> None:
    problems: dict[str, str] = {}
    for name in ("reference", "name", "supplier"):
        if not 0 < len(getattr(draft, name).strip()) <= 255:
            problems[name] = "must have 1 to 255 characters"
    if draft.kind not in KINDS:
        problems["kind"] = f"must be one of {', '.join(KINDS)}"
    if draft.ends_on < draft.starts_on:
        problems["ends_on"] = "must not lie before the first day"
    seen = find_items(session, list(draft.item_ids), visible_items(actor))
    missing = [item_id for item_id in draft.item_ids if item_id not in seen]
    if missing:
        problems["item_ids"] = f"there is no item {missing[0]}"
    if problems:
        raise InvalidValue(problems)
