"""Alarms before contracts and warranties end: each step once, to those whose items they cover."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from cmdb.records.items import Item, ItemParty
from cmdb.records.parties import Membership
from cmdb.vocabulary import LifeStage, PartyRole
from server.assets.models import Contract, ItemContract
from server.assets.purchases.models import ItemPurchase, Supplier
from server.assets.rules.alarms import STEPS, alarm_due
from server.foundation.clock import utc_now
from server.foundation.jobs.handler import JobContext
from server.notify.actions import Notice, tell

#: The kind, as in ``server.wiring.JOBS``.
ALARM_CONTRACTS = "assets.alarm"


def run_alarms(context: JobContext) -> Mapping[str, Any]:
    """Tell owners of contracts and warranties that end within 90, 60 and 30 days."""
    with context.database.writing() as session:
        now = utc_now()
        return {"told": tell_of_ends(session, now), "warranties": tell_of_warranties(session, now)}


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
            f"contract_ends:{contract.id}:{step}",
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


def _responsible(session: Session, covered: Select[int]) -> set[int]:
    """Return the people who own the items, members of owning groups included."""
    owning = select(ItemParty.person_id, ItemParty.group_id).where(
        ItemParty.item_id.in_(covered), ItemParty.role == PartyRole.OWNER.value
    )
    rows = session.execute(owning.distinct()).all()
    people = {row.person_id for row in rows if row.person_id is not None}
    groups = sorted({row.group_id for row in rows if row.group_id is not None})
    members = select(Membership.person_id).where(Membership.group_id.in_(groups))
    return people | set(session.scalars(members))
