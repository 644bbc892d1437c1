"""Asking agents for a whole report now: remembered, told at their next word, and paced.

An agent listens to nobody and comes by itself; what is wanted of it waits until then. Should
thousands be asked at once, only so many a second are let send everything; the others are told to
come again in a few minutes and go on as usual until then.
"""

import threading
import time
from collections.abc import Callable, Collection
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from cmdb.errors import Conflict
from cmdb.records.sources import ALIAS, ItemSource, shares
from cmdb.vocabulary import AGENT
from server.foundation import audit
from server.foundation.events import publish
from server.foundation.permissions import Actor
from server.items import enrolled
from server.items.events import WantedReportCame
from server.items.models import Agent
from server.items.observing import FOLDED, LISTS
from server.items.reports import Report

#: Whole reports that are asked for in a second, and how many at once after a quiet time.
_A_SECOND, _AT_ONCE = 5.0, 20.0
_SOONEST_SECONDS, _SPREAD_SECONDS = 60, 240


class Pace:
    """Lets so many through a second, by a bucket that fills with time. Thread-safe."""

    def __init__(
        self, a_second: float, at_once: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._a_second, self._at_once, self._clock = a_second, at_once, clock
        self._lock = threading.Lock()
        self._left, self._since = at_once, clock()

    def lets(self) -> bool:
        """Say whether one more may go now.

        >>> times = iter([0.0, 0.0, 0.0, 1.0])
        >>> pace = Pace(1, 1, lambda: next(times))
        >>> pace.lets(), pace.lets(), pace.lets()
        (True, False, True)
        """
        with self._lock:
            now = self._clock()
            self._left = min(self._at_once, self._left + (now - self._since) * self._a_second)
            self._since = now
            if self._left < 1:
                return False
            self._left -= 1
            return True


_PACE = Pace(_A_SECOND, _AT_ONCE)


def want_report(session: Session, actor: Actor, agent_row_id: int, now: datetime) -> None:
    """Want a whole report of an agent. Raises ``NotFound``, and ``Conflict`` for a revoked one."""
    want_of(session, actor, enrolled.agent(session, actor, agent_row_id), now)


def want_of(session: Session, actor: Actor, agent: Agent, now: datetime) -> None:
    """Want a whole report of an agent; that the actor may ask for it was looked at before.

    Who wants it while it is wanted already waits for the same report. Raises ``Conflict``.
    """
    if agent.revoked_at is not None:
        raise Conflict("a revoked agent reports no more")
    session.refresh(agent, with_for_update=True)
    agent.wanted_at = agent.wanted_at or now
    audit.record(session, actor, "agent.wanted", f"agent:{agent.id}")


def agents_on(session: Session, item_ids: Collection[int]) -> dict[int, Agent]:
    """Return the agent that reports each of these items, the one heard last where several do.

    Agents of other makers take no orders, and revoked ones report no more: neither is here.
    """
    query = select(ItemSource.item_id, ItemSource.organisation_id, ItemSource.key).where(
        ItemSource.item_id.in_(item_ids), ItemSource.source == AGENT
    )
    # A cloned machine reports with the key of the one it was cloned from: "<agent>~<more>".
    places = [(item, home, key.partition(ALIAS)[0]) for item, home, key in session.execute(query)]
    asked = select(Agent).where(
        Agent.agent_id.in_({key for _, _, key in places}),
        Agent.kind == "cadastre",
        Agent.revoked_at.is_(None),
    )
    known = {(row.organisation_id, row.agent_id): row for row in session.scalars(asked)}
    found: dict[int, Agent] = {}
    for item, home, key in places:
        agent = known.get((home, key))
        if agent is not None and (item not in found or _heard(agent) > _heard(found[item])):
            found[item] = agent
    return found


def _heard(agent: Agent) -> datetime:
    return agent.last_report_at or agent.enrolled_at


def want_reports(
    session: Session, actor: Actor, wanted: enrolled.AgentFilter, now: datetime
) -> int:
    """Want a whole report of every agent that fits and is not revoked; return how many."""
    ids = enrolled.reporting_ids(actor, wanted)
    those = (
        update(Agent).where(Agent.id.in_(ids)).values(wanted_at=func.coalesce(Agent.wanted_at, now))
    )
    session.execute(those, execution_options={"synchronize_session": False})
    count = len(session.scalars(ids).all())
    audit.record(session, actor, "agents.wanted", "agents", {"agents": count})
    return count


def ask_again(session: Session, agent: Agent, report: Report, now: datetime) -> int | None:
    """Let everything be asked for where somebody wants it and this report does not bring it.

    Returns in how many seconds the agent should come again, None for as usual. That it came is
    written with the rest that is known of the agent.
    """
    if is_whole(report):
        if agent.wanted_at is not None:
            publish(session, WantedReportCame(agent.id, agent.wanted_at, now))
        return None
    if agent.wanted_at is None:
        return None
    if not _PACE.lets():
        return _SOONEST_SECONDS + hash(agent.agent_id) % _SPREAD_SECONDS
    # What is not known is asked for: that is all there is to it.
    said = update(ItemSource).where(
        ItemSource.organisation_id == agent.organisation_id,
        ItemSource.source == AGENT,
        ItemSource.key == agent.agent_id,
    )
    session.execute(said.values(digests={}), execution_options={"synchronize_session": False})
    return None


def is_whole(report: Report) -> bool:
    """Say whether a report brings every section that the register keeps."""
    kept = {*LISTS, *FOLDED} & report.digests.keys()
    return len(kept) > 1 and kept <= report.sections.keys()


def machines_behind(session: Session, agent: Agent) -> list[int]:
    """Return the items whose reports came with this agent's key: several for a cloned machine."""
    query = select(ItemSource.item_id).where(
        ItemSource.organisation_id == agent.organisation_id,
        ItemSource.source == AGENT,
        ItemSource.key != "",
        (ItemSource.key == agent.agent_id) | shares(agent.agent_id),
    )
    return sorted(set(session.scalars(query)))
