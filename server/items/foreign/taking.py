"""Takes a foreign agent's message: known ones land, strangers wait for an administrator."""

import secrets
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cmdb.inventory.door import Inventory
from cmdb.inventory.outcomes import Author, Outcome, Recorded
from cmdb.observation import Observation
from cmdb.records.sources import ItemSource
from cmdb.vocabulary import INVENTORY
from server.foundation.allowances import STRANGERS, spend
from server.foundation.events import publish
from server.items.events import ItemsReported
from server.items.foreign.answers import Verdict
from server.items.foreign.doors import Door
from server.items.foreign.messages import NOBODY, Message
from server.items.foreign.models import WaitingSender
from server.items.foreign.observing import observe
from server.items.foreign.seniority import beside_seniors
from server.items.identity.clearing import has_become_clear
from server.items.models import Agent

#: Strangers beyond these are not kept: anybody can send a thousand made-up ones.
MOST_WAITING = 2000
#: A stranger's report is kept up to this size, packed; real ones have 20 to 150 kB.
MOST_KEPT = 1024 * 1024
#: Messages that carry facts of the sender itself or of what it found.
_REPORTS = frozenset({"inventory", "netdiscovery", "netinventory", "injector"})
_DEVICES = frozenset({"netdiscovery", "netinventory"})


@dataclass(frozen=True, slots=True)
class Knock:
    """A message on its way in: where, when and from which address."""

    door: Door
    message: Message
    now: datetime
    address: str = ""
    request_id: str = ""
    #: The message as it came, unpacked: what a stranger sent waits in this shape.
    plain: bytes = b""


def take(session: Session, knock: Knock) -> Verdict:
    """Take a message: record it, keep it until somebody decides, or refuse it."""
    message = knock.message
    agent = _known(session, knock)
    if agent is not None and agent.revoked_at is not None:
        return Verdict.UNWANTED
    if agent is None and knock.door.admits:
        if message.device_id == NOBODY and message.action in _DEVICES:
            _record(session, knock, knock.door.organisation_id)
            return Verdict.WELCOME
        agent = admitted_agent(session, knock.door.organisation_id, message, knock.now)
    if agent is None:
        spend(session, STRANGERS, knock.address, knock.now)
        return _wait(session, knock)
    return hear(session, agent, knock)


def _known(session: Session, knock: Knock) -> Agent | None:
    if knock.message.device_id == NOBODY:
        return None
    found = session.scalar(select(Agent).where(Agent.agent_id == knock.message.device_id))
    if found is None:
        return None
    # An agent of ours has a key and another door; who borrows its id here is a stranger. So is one
    # whose organisation is not the one this source reports for.
    foreign = found.kind != "cadastre"
    ours = knock.door.source_id is None or found.organisation_id == knock.door.organisation_id
    return found if foreign and ours else None


def admitted_agent(
    session: Session, organisation_id: int, message: Message, now: datetime
) -> Agent:
    """Make an agent of a sender. Nobody holds its key: it comes in by another door."""
    agent = Agent(
        agent_id=message.device_id,
        key_hash=secrets.token_bytes(32),
        organisation_id=organisation_id,
        kind=message.dialect.value,
        hostname=message.name,
        version=message.version,
        enrolled_at=now,
        problems={},
    )
    session.add(agent)
    session.flush()
    return agent


def hear(session: Session, agent: Agent, knock: Knock) -> Verdict:
    """Take the message of an agent that is known."""
    message = knock.message
    agent.version = message.version or agent.version
    agent.hostname = message.name or agent.hostname
    if message.action not in _REPORTS or not message.brings_facts:
        lost = agent.last_full_at is None and agent.last_report_at is not None
        return Verdict.RESYNC if lost else Verdict.WELCOME
    of_itself = message.action not in _DEVICES
    if of_itself and message.partial and not _has_base(session, agent):
        agent.last_report_at, agent.last_full_at = knock.now, None
        agent.problems = {"report": "a whole report is awaited"}
        return Verdict.RESYNC
    asked = "identity" in agent.problems
    recorded = _record(session, knock, agent.organisation_id, asked=asked)
    agent.last_report_at = knock.now
    if of_itself and recorded is not None:
        if not message.partial:
            agent.last_full_at = knock.now
        agent.wanted_at = None
        agent.item_id = recorded.item_id or agent.item_id
        agent.problems = _problems(recorded)
    return Verdict.WELCOME


def _problems(recorded: Recorded) -> dict[str, Any]:
    if recorded.outcome is Outcome.REVIEW:
        return {"identity": recorded.detail[:500]}
    if recorded.outcome is Outcome.REFUSED:
        return {"report": recorded.detail[:500]}
    return {}


def _has_base(session: Session, agent: Agent) -> bool:
    if agent.last_full_at is None:
        return False
    return bool(_digests(session, agent.organisation_id, agent.agent_id))


def _digests(session: Session, organisation_id: int, key: str) -> Mapping[str, Any]:
    query = select(ItemSource.digests).where(
        ItemSource.organisation_id == organisation_id,
        ItemSource.source == INVENTORY,
        ItemSource.key == key,
    )
    return session.scalar(query) or {}


def _record(
    session: Session, knock: Knock, organisation_id: int, *, asked: bool = False
) -> Recorded | None:
    """Record what is said; ``asked``: a question about an earlier report of this sender waits."""
    message = knock.message
    known = _digests(session, organisation_id, message.device_id)
    seen = observe(message, organisation_id, knock.now, known)
    if seen is None:
        return None
    door = Inventory(session, knock.now, Author(request_id=knock.request_id))
    recorded = door.record(_beside(session, seen, knock))
    if recorded.item_id is not None:
        if asked:
            has_become_clear(session, seen, recorded.item_id, knock.now)
        changed = recorded.outcome is not Outcome.UNCHANGED
        publish(session, ItemsReported((recorded.item_id,), organisation_id, changed))
    return recorded


def _beside(session: Session, seen: Observation, knock: Knock) -> Observation:
    of_itself = knock.message.action not in _DEVICES
    return beside_seniors(session, seen, knock.now) if of_itself else seen


def _wait(session: Session, knock: Knock) -> Verdict:
    """Keep what a stranger says. Whoever is refused, or one too many, is not kept."""
    door, message = knock.door, knock.message
    waiting = session.scalar(
        select(WaitingSender).where(
            WaitingSender.organisation_id == door.organisation_id,
            WaitingSender.device_id == message.device_id,
        )
    )
    if waiting is None:
        if message.device_id == NOBODY or _too_many(session):
            return Verdict.UNWANTED
        waiting = WaitingSender(
            organisation_id=door.organisation_id,
            device_id=message.device_id,
            first_seen_at=knock.now,
            messages=0,
        )
        session.add(waiting)
    waiting.last_seen_at = knock.now
    waiting.messages += 1
    if waiting.refused_at is not None:
        return Verdict.UNWANTED
    waiting.source_id = door.source_id
    waiting.dialect = message.dialect.value
    waiting.hostname = message.name or waiting.hostname or ""
    waiting.version = message.version or waiting.version or ""
    waiting.tag = message.tag or waiting.tag or ""
    waiting.address = knock.address[:64]
    if message.action == "inventory" and message.brings_facts and not message.partial:
        kept = zlib.compress(knock.plain)
        waiting.report = kept if len(kept) <= MOST_KEPT else None
    return Verdict.WAITING


def _too_many(session: Session) -> bool:
    return (session.scalar(select(func.count(WaitingSender.id))) or 0) >= MOST_WAITING
