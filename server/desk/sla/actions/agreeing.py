"""Changing calendars and targets. They are one for the whole desk: a right everywhere."""

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue
from cmdb.records.items import Item
from cmdb.records.parties import Group, Organisation
from server.assets.models import Contract, Supplier
from server.desk.sla.models import SlaSection
from server.desk.sla.queries import (
    agreements_document,
    agreements_of,
    forget_agreements,
    keep_agreed,
)
from server.desk.sla.rules.agreements import (
    SECTIONS,
    Agreements,
    read_agreements,
    shipped_agreements,
)
from server.foundation import audit
from server.foundation.exclusive import hold_exclusively
from server.foundation.jobs.queue import enqueue
from server.foundation.permissions import Actor, Permission
from server.people.actions.rights import require_everywhere

#: The kind of job that reckons all open clocks anew, as in ``server.wiring.JOBS``.
RECKON = "sla.reckon"
#: What the record of acts calls the agreements.
SUBJECT = "service_levels"


def lock_agreements(session: Session, actor: Actor) -> None:
    """Let nobody else change the agreements until this transaction ends, and read them anew."""
    require_everywhere(actor, Permission.ADMIN_RULES)
    hold_exclusively(session, SUBJECT)
    forget_agreements(session)


def change_agreements(
    session: Session, actor: Actor, sections: Mapping[str, Any], now: datetime
) -> Agreements:
    """Replace calendars or targets; None makes a section what was shipped.

    Open clocks are reckoned anew in the background. What was solved before is held to what was
    agreed then: that is kept. Raises ``InvalidValue`` naming each place.
    """
    lock_agreements(session, actor)
    unknown = {name: "is no section of the agreements" for name in sections if name not in SECTIONS}
    if unknown:
        raise InvalidValue(unknown)
    shipped = shipped_agreements()
    wanted = {n: shipped[n] if part is None else part for n, part in sections.items()}
    before = agreements_document(session)
    _check_records(session, read_agreements(before | wanted))
    if before | wanted != before:
        keep_agreed(session, now, actor.person_id)
    for name, part in wanted.items():
        if part == before[name]:
            continue
        row = session.get(SlaSection, name)
        if part == shipped[name]:
            if row is not None:
                session.delete(row)
            continue
        row = row or SlaSection(section=name)
        row.document = json.dumps(part, ensure_ascii=False)
        row.updated_at, row.updated_by_id = now, actor.person_id
        session.add(row)
    session.flush()
    forget_agreements(session)
    subject = {"sections": sorted(wanted)}
    audit.record(session, actor, "sla.changed", SUBJECT, subject)
    enqueue(session, RECKON, key=RECKON)
    return agreements_of(session)


def _check_records(session: Session, agreements: Agreements) -> None:
    """Raise ``InvalidValue`` for records that are not there."""
    targets = agreements.targets
    groups = _known(session, Group.id, {one for each in targets for one in each.groups})
    suppliers = _known(session, Supplier.id, {one.supplier for one in targets})
    query = select(Contract.id, Contract.supplier_id).where(Contract.id.in_(agreements.contracts))
    of = {row.id: row.supplier_id for row in session.execute(query)}
    faults: dict[str, str] = {}
    for number, one in enumerate(targets):
        place = f"targets.{number}"
        if missing := set(one.groups) - groups:
            faults[f"{place}.groups"] = f"there is no group {min(missing)}"
        if one.supplier is not None and one.supplier not in suppliers:
            faults[f"{place}.supplier"] = f"there is no supplier {one.supplier}"
        if one.contract is not None and one.contract not in of:
            faults[f"{place}.contract"] = f"there is no contract {one.contract}"
        elif one.supplier is not None and of.get(one.contract or 0, one.supplier) != one.supplier:
            faults[f"{place}.contract"] = "is with another supplier"
    faults |= _availability_faults(session, agreements)
    if faults:
        raise InvalidValue(faults)


def _availability_faults(session: Session, agreements: Agreements) -> dict[str, str]:
    targets = agreements.availability
    services = _known(session, Item.id, {one for each in targets for one in each.services})
    customers = {one for each in targets for one in each.organisations}
    organisations = _known(session, Organisation.id, customers)
    faults: dict[str, str] = {}
    for number, one in enumerate(targets):
        if missing := set(one.services) - services:
            faults[f"availability.{number}.services"] = f"there is no item {min(missing)}"
        if missing := set(one.organisations) - organisations:
            place = f"availability.{number}.organisations"
            faults[place] = f"there is no organisation {min(missing)}"
    return faults


def _known(session: Session, column: Any, ids: Collection[int | None]) -> set[int]:
    wanted = [one for one in ids if one is not None]
    return set(session.scalars(select(column).where(column.in_(wanted)))) if wanted else set()
