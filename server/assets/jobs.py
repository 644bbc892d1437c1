"""Alarms before contracts and warranties end: each step once, to those whose items they cover."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.records.items import ItemParty
from cmdb.records.parties import Membership
from cmdb.vocabulary import PartyRole
from server.assets.models import Contract, ItemContract
from server.assets.rules.alarms import STEPS, alarm_due
from server.foundation.clock import utc_now
from server.foundation.jobs.handler import JobContext
from server.notify.actions import Notice, tell

#: The kind, as in ``server.wiring.JOBS``.
ALARM_CONTRACTS = "assets.alarm"


def run_alarms(context: JobContext) -> Mapping[str, Any]:
    """Tell owners of covered items of what ends within 90, 60 and 30 days."""
    with context.database.writing() as session:
        return {"told": tell_of_ends(session, utc_now())}


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
        told += tell(session, _responsible(session, contract.id), notice, now)
    return told


def _responsible(session: Session, contract_id: int) -> set[int]:
    """Return the people who own covered items, members of owning groups included."""
    covered = select(ItemContract.item_id).where(ItemContract.contract_id == contract_id)
    owning = select(ItemParty.person_id, ItemParty.group_id).where(
        ItemParty.item_id.in_(covered), ItemParty.role == PartyRole.OWNER.value
    )
    rows = session.execute(owning.distinct()).all()
    people = {row.person_id for row in rows if row.person_id is not None}
    groups = sorted({row.group_id for row in rows if row.group_id is not None})
    members = select(Membership.person_id).where(Membership.group_id.in_(groups))
    return people | set(session.scalars(members))
