"""Takes agents' reports through the door. Whatever is answered 202 has been committed."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from cmdb.errors import CadastreError, InvalidValue
from cmdb.inventory.confirming import Standing, confirm, standing_of
from cmdb.inventory.door import Inventory
from cmdb.inventory.outcomes import Outcome, Recorded
from cmdb.vocabulary import AGENT
from server.foundation.errors import SignInRefused
from server.foundation.events import publish
from server.items import enrolment
from server.items.events import ItemsReported
from server.items.heard import last_sequence
from server.items.models import Agent
from server.items.observing import FOLDED, LISTS, observe
from server.items.reports import Report, with_known_digests
from server.items.wanting import ask_again, is_whole

#: When the agent should come back; the server decides, so a large site can slow everybody down.
NEXT_REPORT_SECONDS = 3600

#: Sections from which relations are derived; a report without them derives nothing new.
_RELATES = frozenset({"identity", "hardware", "interfaces", "listeners", "connections"})


@dataclass(frozen=True, slots=True)
class Taken:
    """What the agent is told: its item, which sections to send again, what became of its report."""

    recorded: Recorded | None
    resend: tuple[str, ...] = ()
    item_id: int | None = None
    next_report_seconds: int = NEXT_REPORT_SECONDS


class Arrived(Protocol):
    """A report as it came in."""

    key: str
    report: Report
    at: datetime
    request_id: str


@dataclass(slots=True)
class _Work:
    """A report that has to be recorded, and whose it is."""

    agent: Agent
    report: Report
    at: datetime
    request_id: str
    next_report_seconds: int = NEXT_REPORT_SECONDS


def take_reports(session: Session, arrived: Sequence[Arrived]) -> list[Taken | CadastreError]:
    """Record reports of different agents; return, in order, what each is told or why it is refused.

    The same report twice has one effect; an older one than known has none. A machine restored to
    an older state counts from an older number, under a new boot id: its report is taken.
    """
    agents = enrolment.agents_with_keys(session, [one.key for one in arrived])
    results: list[Taken | CadastreError | _Work] = []
    for one in arrived:
        try:
            agent = agents.get(one.key)
            if agent is None:
                raise SignInRefused(enrolment.UNKNOWN_KEY)
            results.append(_settled(session, agent, one))
        except CadastreError as error:
            results.append(error)
    _record(session, results)
    return [one for one in results if not isinstance(one, _Work)]


def take_report(
    session: Session, agent: Agent, report: Report, now: datetime, request_id: str = ""
) -> Taken:
    """Record one report of an agent that is known; see ``take_reports``.

    Raises ``InvalidValue`` when the report speaks for another agent than the key belongs to.
    """
    results: list[Taken | CadastreError | _Work] = [
        _settle(session, _Work(agent, report, now, request_id))
    ]
    _record(session, results)
    (taken,) = results
    if not isinstance(taken, Taken):
        raise TypeError("a report that was taken has a result")
    return taken


def _settled(session: Session, agent: Agent, one: Arrived) -> Taken | _Work:
    return _settle(session, _Work(agent, one.report, one.at, one.request_id))


def _settle(session: Session, work: _Work) -> Taken | _Work:
    """Return what is told without recording anything; or the work, its digests spelled out."""
    agent, report = work.agent, work.report
    if report.agent_id != agent.agent_id:
        raise InvalidValue({"agent.id": "is not the agent this key was given to"})
    if report.sequence < last_sequence(session, agent) and report.boot_id == agent.last_boot_id:
        return Taken(None, item_id=agent.item_id)
    if soon := ask_again(session, agent, report, work.at):
        work = replace(work, next_report_seconds=soon)
    if not report.unchanged:
        return work
    said = report.digests.get("identity", "")
    standing = standing_of(session, AGENT, agent.agent_id, agent.organisation_id, said)
    if standing is not None and _says_nothing_new(report, standing):
        return _confirmed(session, work, standing)
    known = standing.digests if standing else {}
    return replace(work, report=with_known_digests(report, known, (*LISTS, *FOLDED)))


def _says_nothing_new(report: Report, standing: Standing) -> bool:
    """Say whether one comparison settles the report: no section, no reading, every digest known."""
    if report.sections or report.readings:
        return False
    identity = report.digests.get("identity")
    if len(report.digests) != 1 or identity != standing.digests.get("identity"):
        return False
    return with_known_digests(report, standing.digests, ()).digests == standing.digests


def _confirmed(session: Session, work: _Work, standing: Standing) -> Taken:
    """Write nothing but *last seen*; relations by conversations are looked at every hour anyway."""
    confirm(session, standing, min(work.report.collected_at, work.at))
    _note(work)
    work.agent.item_id = standing.item_id
    recorded = Recorded(Outcome.UNCHANGED, standing.item_id)
    return Taken(recorded, (), standing.item_id, work.next_report_seconds)


def _record(session: Session, results: list[Taken | CadastreError | _Work]) -> None:
    """Put what became of it in the place of all work that is left."""
    places = [place for place, one in enumerate(results) if isinstance(one, _Work)]
    works = [one for one in results if isinstance(one, _Work)]
    if not works:
        return
    seen = [
        replace(observe(w.report, w.agent.organisation_id, w.at), request_id=w.request_id)
        for w in works
    ]
    recorded = Inventory(session, max(work.at for work in works)).record_many(seen)
    for place, work, one in zip(places, works, recorded, strict=True):
        _note(work)
        if one.item_id is not None:
            work.agent.item_id = one.item_id
        results[place] = Taken(one, one.resend, work.agent.item_id, work.next_report_seconds)
    _tell(session, list(zip(works, recorded, strict=True)))


def _tell(session: Session, done: Sequence[tuple[_Work, Recorded]]) -> None:
    """Publish which items have reported anything from which relations are derived."""
    told: dict[tuple[int, bool], list[int]] = defaultdict(list)
    for work, one in done:
        if one.item_id is None:
            continue
        if one.outcome is Outcome.CREATED or not _RELATES.isdisjoint(work.report.sections):
            changed = one.outcome is not Outcome.UNCHANGED
            told[work.agent.organisation_id, changed].append(one.item_id)
    for (organisation_id, changed), ids in told.items():
        publish(session, ItemsReported(tuple(ids), organisation_id, changed))


def _note(work: _Work) -> None:
    agent, report = work.agent, work.report
    agent.last_report_at = work.at
    agent.last_sequence = report.sequence
    agent.last_boot_id = report.boot_id
    agent.version = report.version
    if is_whole(report):
        agent.last_full_at, agent.wanted_at = work.at, None
    if agent.problems != report.problems:
        agent.problems = dict(report.problems)
