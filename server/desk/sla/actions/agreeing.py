"""Changing calendars and targets. They are one for the whole desk: a right everywhere."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue
from server.desk.sla.models import SlaSection
from server.desk.sla.queries import agreements_document, agreements_of, forget_agreements
from server.desk.sla.rules.agreements import (
    SECTIONS,
    Agreements,
    read_agreements,
    shipped_agreements,
)
from server.foundation import audit
from server.foundation.jobs.queue import enqueue
from server.foundation.permissions import Actor, Permission
from server.people.actions.rights import require_everywhere

#: The kind of job that reckons all open clocks anew, as in ``server.wiring.JOBS``.
RECKON = "sla.reckon"


def change_agreements(
    session: Session, actor: Actor, sections: Mapping[str, Any], now: datetime
) -> Agreements:
    """Replace calendars or targets; None makes a section what was shipped.

    Open clocks are reckoned anew in the background. Raises ``InvalidValue`` naming each place.
    """
    require_everywhere(actor, Permission.ADMIN_RULES)
    unknown = {name: "is no section of the agreements" for name in sections if name not in SECTIONS}
    if unknown:
        raise InvalidValue(unknown)
    shipped = shipped_agreements()
    wanted = {n: shipped[n] if part is None else part for n, part in sections.items()}
    read_agreements(agreements_document(session) | wanted)
    for name, part in wanted.items():
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
    audit.record(session, actor, "sla.changed", "service_levels", subject)
    enqueue(session, RECKON, key=RECKON)
    return agreements_of(session)
