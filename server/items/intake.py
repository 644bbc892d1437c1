"""Takes an agent's report through the door. Whatever is answered 202 has been committed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue
from cmdb.inventory.confirming import Standing, confirm, standing_of
from cmdb.inventory.door import Inventory
from cmdb.inventory.outcomes import Author, Outcome, Recorded
from cmdb.vocabulary import AGENT
from server.foundation.events import publish
from server.items.events import ItemReported
from server.items.heard import last_sequence
from server.items.models import Agent
from server.items.observing import FOLDED, LISTS, observe
from server.items.reports import Report, with_known_digests

#: When the agent should come back; the server decides, so a large site can slow everybody down.
NEXT_REPORT_SECONDS = 3600


#: Sections from which relations are derived; a report without them derives nothing new.
_RELATES = frozenset({"identity", "hardware", "interfaces", "listeners", "connections"})


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
    if report.sequence < last_sequence(session, agent) and report.boot_id == agent.last_boot_id:
        return Taken(None)
    if report.unchanged:
        standing = standing_of(session, AGENT, agent.agent_id, agent.organisation_id)
        if standing is not None and _says_nothing_new(report, standing):
            return _confirmed(session, agent, report, standing, now)
        known = standing.digests if standing else {}
        report = with_known_digests(report, known, (*LISTS, *FOLDED))
    door = Inventory(session, now, Author(request_id=request_id))
    recorded = door.record(observe(report, agent.organisation_id, now))
    _note(agent, report, now)
    if recorded.item_id is not None:
        agent.item_id = recorded.item_id
        changed = recorded.outcome is not Outcome.UNCHANGED
        if recorded.outcome is Outcome.CREATED or not _RELATES.isdisjoint(report.sections):
            publish(session, ItemReported(recorded.item_id, agent.organisation_id, changed))
    return Taken(recorded, recorded.resend)


def _says_nothing_new(report: Report, standing: Standing) -> bool:
    """Say whether one comparison settles the report: no section, no reading, every digest known."""
    if report.sections or report.readings:
        return False
    identity = report.digests.get("identity")
    if len(report.digests) != 1 or identity != standing.digests.get("identity"):
        return False
    return with_known_digests(report, standing.digests, ()).digests == standing.digests


def _confirmed(
    session: Session, agent: Agent, report: Report, standing: Standing, now: datetime
) -> Taken:
    """Write nothing but *last seen*; relations by conversations are looked at every hour anyway."""
    confirm(session, standing, min(report.collected_at, now))
    _note(agent, report, now)
    agent.item_id = standing.item_id
    return Taken(Recorded(Outcome.UNCHANGED, standing.item_id))


def _note(agent: Agent, report: Report, now: datetime) -> None:
    agent.last_report_at = now
    agent.last_sequence = report.sequence
    agent.last_boot_id = report.boot_id
    agent.version = report.version
    if agent.problems != report.problems:
        agent.problems = dict(report.problems)
