"""Takes an agent's report through the door. Whatever is answered 202 has been committed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue
from cmdb.inventory.door import Inventory
from cmdb.inventory.outcomes import Author, Outcome, Recorded
from cmdb.records.sources import ItemSource
from cmdb.vocabulary import AGENT
from server.foundation.events import publish
from server.items.events import ItemReported
from server.items.models import Agent
from server.items.observing import FOLDED, LISTS, observe
from server.items.reports import Report, with_known_digests

#: When the agent should come back; the server decides, so a large site can slow everybody down.
NEXT_REPORT_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Taken:
    """What the agent is told: which sections to send again, and what became of its report."""

    recorded: Recorded | None
    resend: tuple[str, ...] = ()


def take_report(
    session: Session, agent: Agent, report: Report, now: datetime, request_id: str = ""
) -> Taken:
    """Record a report. The same report twice has one effect; an older one than known has none.

    A machine restored to an older state counts from an older number, under a new boot id: its
    report is taken. Raises ``InvalidValue`` when the report speaks for another agent than the key
    belongs to.
    """
    if report.agent_id != agent.agent_id:
        raise InvalidValue({"agent.id": "is not the agent this key was given to"})
    if report.sequence < agent.last_sequence and report.boot_id == agent.last_boot_id:
        return Taken(None)
    if report.unchanged:
        report = with_known_digests(report, _known_digests(session, agent), (*LISTS, *FOLDED))
    door = Inventory(session, now, Author(request_id=request_id))
    recorded = door.record(observe(report, agent.organisation_id, now))
    agent.last_report_at = now
    agent.last_sequence = report.sequence
    agent.last_boot_id = report.boot_id
    agent.version = report.version
    if agent.problems != report.problems:
        agent.problems = dict(report.problems)
    if recorded.item_id is not None:
        agent.item_id = recorded.item_id
        changed = recorded.outcome is not Outcome.UNCHANGED
        publish(session, ItemReported(recorded.item_id, agent.organisation_id, changed))
    return Taken(recorded, recorded.resend)


def _known_digests(session: Session, agent: Agent) -> Mapping[str, str]:
    query = select(ItemSource.digests).where(
        ItemSource.organisation_id == agent.organisation_id,
        ItemSource.source == AGENT,
        ItemSource.key == agent.agent_id,
    )
    return session.scalar(query) or {}
