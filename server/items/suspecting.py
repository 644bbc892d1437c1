"""Agents that may speak of somebody else's machine: copies, and machines that look like another."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session, aliased

from cmdb.records.identity import IdentityReview
from cmdb.records.sources import ItemSource, shares
from cmdb.vocabulary import AGENT, INVENTORY
from server.foundation.permissions import Actor, Permission
from server.items.health.models import HealthOfItem
from server.items.models import Agent

_SOURCES = (AGENT, INVENTORY)
#: So many others are shown at most.
_MOST = 20


def is_suspect() -> ColumnElement[bool]:
    """Return the condition on ``Agent`` for those that may be a duplicate or stand for two.

    Several machines use the agent's key; a question of identity about it waits; another agent of
    the same kind reports the same item; or its item looked like another in the last measurement.
    """
    return or_(_is_copied(), _is_asked_about(), _is_one_of_two(), _has_twin())


def _is_copied() -> ColumnElement[bool]:
    return exists().where(
        ItemSource.organisation_id == Agent.organisation_id,
        ItemSource.source.in_(_SOURCES),
        shares(Agent.agent_id),
    )


def _is_asked_about() -> ColumnElement[bool]:
    return exists().where(*_asked())


def _asked() -> Sequence[ColumnElement[bool]]:
    return (
        IdentityReview.organisation_id == Agent.organisation_id,
        IdentityReview.source.in_(_SOURCES),
        IdentityReview.key == Agent.agent_id,
        IdentityReview.resolved_at.is_(None),
    )


def _is_one_of_two() -> ColumnElement[bool]:
    other = aliased(Agent)
    return exists().where(
        other.item_id == Agent.item_id,
        other.kind == Agent.kind,
        other.organisation_id == Agent.organisation_id,
        other.id != Agent.id,
        other.revoked_at.is_(None),
    )


def _has_twin() -> ColumnElement[bool]:
    return exists().where(HealthOfItem.item_id == Agent.item_id, HealthOfItem.twins > 0)


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Why an agent is suspect: questions that the actor may answer, other agents of its item.

    ``has_twin``: its item looked like another one when the register's health was measured last.
    """

    questions: list[int]
    others: list[Agent]
    has_twin: bool


def suspicion_of(session: Session, actor: Actor, agent: Agent) -> Suspicion:
    """Return what speaks against an agent that the actor administers."""
    may = actor.may(Permission.ITEM_WRITE, agent.organisation_id)
    this = Agent.id == agent.id
    asked = select(IdentityReview.id).join(Agent, this).where(*_asked())
    others = select(Agent).where(
        Agent.item_id == agent.item_id,
        Agent.kind == agent.kind,
        Agent.id != agent.id,
        Agent.organisation_id == agent.organisation_id,
        Agent.revoked_at.is_(None),
    )
    return Suspicion(
        questions=list(session.scalars(asked.order_by(IdentityReview.id))) if may else [],
        others=list(session.scalars(others.order_by(Agent.id).limit(_MOST))),
        has_twin=session.scalar(select(Agent.id).where(this, _has_twin())) is not None,
    )
