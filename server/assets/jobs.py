"""Alarms before contracts and warranties end and documents are to be reviewed: each step once."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CompoundSelect, Select, select, union
from sqlalchemy.orm import Session

from cmdb.records.items import Item, ItemParty
from cmdb.records.parties import Membership, Person
from cmdb.vocabulary import LifeStage, PartyRole
from server.assets.documents.models import (
    ContractDocument,
    Document,
    ItemDocument,
    ModelDocument,
)
from server.assets.documents.rules import STEPS as REVIEW_STEPS
from server.assets.documents.rules import review_step
from server.assets.models import Contract, ItemContract, Supplier
from server.assets.products.models import ItemOfModel
from server.assets.purchases.models import ItemPurchase
from server.assets.rules.alarms import STEPS, alarm_due
from server.foundation.clock import utc_now
from server.foundation.jobs.handler import JobContext
from server.notify.actions import Notice, tell

#: The kind, as in ``server.wiring.JOBS``.
ALARM_CONTRACTS = "assets.alarm"


def run_alarms(context: JobContext) -> Mapping[str, Any]:
    """Tell owners of contracts and warranties that end, and of documents whose review is due."""
    with context.database.writing() as session:
        now = utc_now()
        return {
            "told": tell_of_ends(session, now),
            "warranties": tell_of_warranties(session, now),
            "reviews": tell_of_reviews(session, now),
        }


def tell_of_ends(session: Session, now: datetime) -> int:
    """Return how many notices were written; nobody hears of the same step twice."""
    today = now.date()
    soon = select(Contract).where(
        Contract.ends_on >= today, Contract.ends_on <= today + timedelta(days=max(STEPS))
    )
    told = 0
    for contract in session.scalars(soon.order_by(Contract.id)).all():
        step = alarm_due(contract.ends_on, today)
        notice = Notice(
            "contract_ends",
            # Of one that is prolonged, people hear again.
            f"contract_ends:{contract.id}:{contract.ends_on.isoformat()}:{step}",
            f"/contracts/{contract.id}",
            {
                "title": f"{contract.reference} {contract.name}",
                "text": contract.ends_on.isoformat(),
                "who": contract.supplier,
            },
        )
        covered = select(ItemContract.item_id).where(ItemContract.contract_id == contract.id)
        told += tell(session, _responsible(session, covered), notice, now)
    return told


def tell_of_warranties(session: Session, now: datetime) -> int:
    """Tell owners of items whose warranty ends, at each step once; return how many notices."""
    today = now.date()
    soon = (
        select(ItemPurchase.warranty_ends_on, Item.id, Item.name, Supplier.name)
        .join(Item, Item.id == ItemPurchase.item_id)
        .outerjoin(Supplier, Supplier.id == ItemPurchase.supplier_id)
        .where(
            ItemPurchase.warranty_ends_on >= today,
            ItemPurchase.warranty_ends_on <= today + timedelta(days=max(STEPS)),
            Item.stage != LifeStage.RETIRED.value,
        )
    )
    told = 0
    for ends_on, item_id, name, supplier in session.execute(soon.order_by(Item.id)).all():
        if ends_on is None:  # the query asks for none of these
            continue
        notice = Notice(
            "warranty_ends",
            f"warranty_ends:{item_id}:{ends_on.isoformat()}:{alarm_due(ends_on, today)}",
            f"/items/{item_id}/ownership",
            {"title": name, "text": ends_on.isoformat(), "who": supplier or ""},
        )
        this = select(Item.id).where(Item.id == item_id)
        told += tell(session, _responsible(session, this), notice, now)
    return told


def tell_of_reviews(session: Session, now: datetime) -> int:
    """Tell who keeps a document right that somebody has to look at it; return how many notices.

    Of a document without an owner hear those who own what it is about.
    """
    today = now.date()
    due = select(Document).where(Document.review_on <= today + timedelta(days=max(REVIEW_STEPS)))
    told = 0
    for row in session.scalars(due.order_by(Document.id)).all():
        if row.review_on is None:  # the query asks for none of these
            continue
        day = row.review_on.isoformat()
        notice = Notice(
            "document_review",
            f"document_review:{row.id}:{day}:{review_step(row.review_on, today)}",
            f"/documents/{row.id}",
            {"title": row.title, "text": day},
        )
        told += tell(session, _keepers(session, row), notice, now)
    return told


def _keepers(session: Session, document: Document) -> set[int]:
    """Return who keeps a document right: its owner, or the people who own what it is about."""
    owner = None if document.owner_id is None else session.get(Person, document.owner_id)
    if owner is not None and owner.active:
        return {owner.id}
    items = select(ItemDocument.item_id).where(ItemDocument.document_id == document.id)
    by_model = (
        select(ItemOfModel.item_id)
        .join(ModelDocument, ModelDocument.model_id == ItemOfModel.model_id)
        .where(ModelDocument.document_id == document.id)
    )
    covered = (
        select(ItemContract.item_id)
        .join(ContractDocument, ContractDocument.contract_id == ItemContract.contract_id)
        .where(ContractDocument.document_id == document.id)
    )
    return _responsible(session, union(items, by_model, covered))


def _responsible(session: Session, covered: Select[int] | CompoundSelect[int]) -> set[int]:
    """Return the people who own the items, members of owning groups included."""
    owning = select(ItemParty.person_id, ItemParty.group_id).where(
        ItemParty.item_id.in_(covered), ItemParty.role == PartyRole.OWNER.value
    )
    rows = session.execute(owning.distinct()).all()
    people = {row.person_id for row in rows if row.person_id is not None}
    groups = sorted({row.group_id for row in rows if row.group_id is not None})
    members = select(Membership.person_id).where(Membership.group_id.in_(groups))
    return people | set(session.scalars(members))
