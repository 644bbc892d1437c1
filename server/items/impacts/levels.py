"""What was agreed about the services a failure reaches: by their own word, and by the desk."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.engine.impact.values import State
from cmdb.records.among import among
from cmdb.records.items import Item
from server.foundation.permissions import Actor
from server.items.blast import ReachedService
from server.items.scope import visible_items

#: The name under which the reader of promises is lent, as in ``server.wiring.LENT``.
PROMISES = "promises"
#: Services of one answer whose agreements are told: the worst and most critical ones.
_MOST = 200
_UNRATED = 9


@dataclass(frozen=True, slots=True)
class FailedService:
    """A service that suffers, as far as it decides what was promised."""

    item_id: int
    organisation_id: int
    criticality: int | None
    state: State


class Promise(Protocol):
    """Working time that the desk may take when a service fails."""

    @property
    def measure(self) -> str:
        """What is to be done: "respond" or "resolve"."""

    @property
    def minutes(self) -> int:
        """How much working time that may take."""

    @property
    def calendar(self) -> str:
        """The code of the calendar that says when there is working time."""


#: Returns what the desk promises about each failed service, by its id.
PromiseReader = Callable[[Session, Sequence[FailedService]], Mapping[int, Sequence[Promise]]]


def no_promises(
    _session: Session, _failed: Sequence[FailedService]
) -> Mapping[int, Sequence[Promise]]:
    """Know of no promises: for questions that nobody asks for a whole answer."""
    return {}


@dataclass(frozen=True, slots=True)
class ServiceLevel:
    """What was agreed about one service in sight; None and "" for what was not."""

    item: Item
    state: State
    availability_target: float | None
    recovery_minutes: int | None
    service_hours: str
    promises: Sequence[Promise]


def levels_reached(
    session: Session,
    actor: Actor,
    services: Iterable[ReachedService],
    promises_of: PromiseReader,
) -> list[ServiceLevel]:
    """Return the agreements about services in sight, the worst and most critical first.

    One statement beside those of ``promises_of``. A service about which nothing was agreed is left
    out.
    """
    states = {one.item_id: one.state for one in sorted(services, key=_worst_first)[:_MOST]}
    query = select(Item).where(among(session, Item.id, list(states)), visible_items(actor))
    items = {item.id: item for item in session.scalars(query)} if states else {}
    failed = [
        FailedService(item.id, item.organisation_id, item.criticality, states[item.id])
        for item in items.values()
    ]
    promised = promises_of(session, failed) if failed else {}
    levels = (
        _level(items[one], state, promised.get(one, ()))
        for one, state in states.items()
        if one in items
    )
    return [level for level in levels if _says_something(level)]


def _worst_first(one: ReachedService) -> tuple[int, int, int]:
    tier = _UNRATED if one.criticality is None else one.criticality
    return -one.state, tier, one.item_id


def _level(item: Item, state: State, promises: Sequence[Promise]) -> ServiceLevel:
    target, recovery = (
        item.attributes.get(name) for name in ("availability_target", "recovery_time")
    )
    return ServiceLevel(
        item,
        state,
        None if target is None else float(target),
        None if recovery is None else int(recovery),
        str(item.attributes.get("service_hours") or ""),
        promises,
    )


def _says_something(level: ServiceLevel) -> bool:
    own = (level.availability_target, level.recovery_minutes)
    return bool(level.promises or level.service_hours) or any(one is not None for one in own)
