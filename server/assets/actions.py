"""Writing contracts down."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from cmdb.errors import DuplicateName, InvalidValue
from cmdb.model.text import clean, text_key
from cmdb.query.items import find_items
from cmdb.records.bulk import insert_rows
from server.assets.models import Contract, ItemContract, Supplier
from server.assets.purchases.actions import SupplierDraft, write_supplier
from server.assets.purchases.queries import sees_supplier
from server.assets.queries import covered_items, get_contract
from server.foundation import audit
from server.foundation.permissions import Actor, Permission
from server.items.organisations import require_organisation
from server.items.scope import visible_items

KINDS = ("warranty", "support", "service", "lease", "licence")


@dataclass(frozen=True, slots=True)
class ContractDraft:
    """A contract as it is written down; both days are included.

    The supplier is told by its number, or by its name: one that is new is written down too.
    """

    organisation_id: int
    reference: str
    name: str
    supplier: str
    kind: str
    starts_on: date
    ends_on: date
    item_ids: Sequence[int] = ()
    supplier_id: int | None = None


def create_contract(
    session: Session, actor: Actor, draft: ContractDraft, now: datetime
) -> Contract:
    """Write a contract down with the items it covers.

    Raises ``InvalidValue`` naming each wrong field, ``DuplicateName`` for a reference in use.
    """
    require_organisation(session, actor, Permission.ITEM_WRITE, draft.organisation_id)
    contract = Contract(organisation_id=draft.organisation_id, created_at=now)
    _write(session, actor, contract, draft, now)
    _cover(session, contract, (), draft.item_ids)
    return contract


def edit_contract(
    session: Session, actor: Actor, contract_id: int, draft: ContractDraft, now: datetime
) -> Contract:
    """Write a contract anew, such as when it is prolonged; its organisation stays.

    It covers the items named from now on, and those it covered that the actor does not see. Raises
    ``NotFound``, ``PermissionDenied``, ``InvalidValue``, ``DuplicateName``.
    """
    actor.require(Permission.ITEM_WRITE)
    contract = get_contract(session, actor, contract_id)
    actor.require(Permission.ITEM_WRITE, contract.organisation_id)
    seen = [one.id for one in covered_items(session, actor, contract_id, None)]
    _write(session, actor, contract, replace(draft, organisation_id=contract.organisation_id), now)
    _cover(session, contract, seen, draft.item_ids)
    return contract


def _write(
    session: Session, actor: Actor, row: Contract, draft: ContractDraft, now: datetime
) -> None:
    _check(session, actor, draft)
    taken = select(Contract.id).where(
        Contract.organisation_id == draft.organisation_id, Contract.reference == draft.reference
    )
    with session.no_autoflush:
        if session.scalar(taken) not in {None, row.id}:
            raise DuplicateName("contract", "reference", draft.reference)
        row.supplier_id = _supplier_of(session, actor, draft, now)
    row.reference, row.name, row.kind = draft.reference, draft.name, draft.kind
    row.starts_on, row.ends_on = draft.starts_on, draft.ends_on
    session.add(row)
    session.flush()  # what it covers needs its id
    session.expire(row, ["supplier"])
    told = {"reference": row.reference, "ends_on": row.ends_on.isoformat()}
    audit.record(session, actor, "contract.written", f"contract:{row.id}", told)


def _cover(
    session: Session, contract: Contract, seen: Sequence[int], wanted: Sequence[int]
) -> None:
    """Let a contract cover these items instead of those that the actor saw."""
    here = ItemContract.contract_id == contract.id
    gone = sorted(set(seen) - set(wanted))
    session.execute(delete(ItemContract).where(here, ItemContract.item_id.in_(gone)))
    stays = set(session.scalars(select(ItemContract.item_id).where(here)))
    new = [one for one in dict.fromkeys(wanted) if one not in stays]
    rows = [{"item_id": item, "contract_id": contract.id} for item in new]
    insert_rows(session, ItemContract, rows)


def _supplier_of(session: Session, actor: Actor, draft: ContractDraft, now: datetime) -> int:
    """Return the number of the supplier that a draft names, written down now if it is new."""
    if draft.supplier_id is not None:
        return draft.supplier_id
    known = select(Supplier.id).where(
        Supplier.organisation_id == draft.organisation_id,
        Supplier.name_key == text_key(clean(draft.supplier)),
    )
    found = session.scalar(known)
    if found is not None:
        return found
    told = SupplierDraft(draft.organisation_id, draft.supplier)
    return write_supplier(session, actor, told, now).id


def _check(session: Session, actor: Actor, draft: ContractDraft) -> None:
    problems: dict[str, str] = {}
    by_number = draft.supplier_id is not None
    for name in ("reference", "name", *(() if by_number else ("supplier",))):
        if not 0 < len(clean(getattr(draft, name))) <= 255:
            problems[name] = "must have 1 to 255 characters"
    if draft.supplier_id is not None and not sees_supplier(session, actor, draft.supplier_id):
        problems["supplier_id"] = f"there is no supplier {draft.supplier_id}"
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
