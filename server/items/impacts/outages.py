"""How often a service is down, through whom, and how that stands to what was promised of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.engine.graph import ItemId
from cmdb.engine.impact.availability import unavailability_from
from cmdb.engine.impact.joint_outage import JointContributor, JointOutage, below_of, joint_outage
from cmdb.engine.impact.reliability import BETWEEN, REPAIR, Reliability, reliability_of
from cmdb.model import standing_model
from cmdb.records.among import among
from cmdb.records.items import ItemValue
from cmdb.snapshot.live import Snapshot
from server.foundation.permissions import Actor, Permission
from server.items.blast import takes_part
from server.items.impacts.graphs import AsOf, graph_at
from server.items.impacts.naming import NamedItem, name_items
from server.items.queries import get_item, require_items

HOURS_A_YEAR = 8_766.0
#: The attribute of a service that says what was promised, in percent.
TARGET = "availability_target"


@dataclass(frozen=True, slots=True)
class Outage:
    """One item, or two that are down at once, without which the service is down.

    ``hours_a_year`` is how long that lasts in a year, ``share`` its part of all there is; ``own``
    when every one of the items says itself how often it fails.
    """

    items: Sequence[NamedItem]
    hours_a_year: float
    share: float
    own: bool


@dataclass(frozen=True, slots=True)
class OutageAnswer:
    """How often the service is up, from 0 to 1; the worst contributors in sight first.

    ``single`` is the same for single failures alone. ``target`` is what was promised, None where
    nothing was. ``hidden`` contributors are out of sight: None without the right to count them.
    ``untried`` items were too many to be tried in pairs. ``assumed`` says that some mean times are
    those of a class.
    """

    availability: float
    single: float
    rows: Sequence[Outage]
    sequence: int
    target: float | None = None
    hidden: int | None = None
    untried: int = 0
    assumed: bool = False
    outside: bool = False

    @property
    def hours_a_year(self) -> float:
        """Return how long the service is down in a year."""
        return (1 - self.availability) * HOURS_A_YEAR


@dataclass(frozen=True, slots=True)
class KnownTimes:
    """Mean times of an item that somebody tries out: they go before its own word."""

    item: int
    hours_between_failures: float
    hours_to_repair: float


@dataclass(frozen=True, slots=True)
class OutageQuestion:
    """How many contributors are told, of which moment, and what is supposed."""

    limit: int = 20
    as_of: AsOf = None
    known: Sequence[KnownTimes] = ()


def outages_of(
    session: Session, actor: Actor, service_id: int, question: OutageQuestion
) -> OutageAnswer:
    """Return how often an item is down, a service as a rule. Three statements at most.

    Mean times are those of now, whatever moment's graph is asked. Raises ``ItemNotFound`` for an
    item that does not exist or is out of sight.
    """
    item = get_item(session, actor, service_id)
    require_items(session, actor, [one.item for one in question.known])
    target = _number(item.attributes.get(TARGET))
    snapshot = graph_at(session, question.as_of)
    counted = actor.may(Permission.IMPACT_COUNT_HIDDEN)
    service = ItemId(service_id)
    if not takes_part(snapshot.engine, service):
        none = 0 if counted else None
        return OutageAnswer(1.0, 1.0, (), snapshot.sequence, target, none, outside=True)
    times = _times(session, snapshot, service)
    often = {one: found.unavailability for one, found in times.items()}
    often |= {ItemId(one.item): _supposed(one) for one in question.known}
    own = frozenset(one for one, found in times.items() if found.own) | {
        ItemId(one.item) for one in question.known
    }
    told = joint_outage(snapshot.engine, service, often)
    named = {one for row in told.contributors for one in row.items}
    names = name_items(session, actor, snapshot, named, question.as_of)
    rows = [_outage(row, names, own) for row in told.contributors if names.keys() >= {*row.items}]
    return OutageAnswer(
        availability=1 - told.unavailability,
        single=1 - told.single,
        rows=rows[: question.limit],
        sequence=snapshot.sequence,
        target=target,
        hidden=len(told.contributors) - len(rows) if counted else None,
        untried=told.untried,
        assumed=_is_assumed(told, own),
    )


def _is_assumed(told: JointOutage, own: frozenset[ItemId]) -> bool:
    return any(not own.issuperset(row.items) for row in told.contributors)


def _supposed(one: KnownTimes) -> float:
    return unavailability_from(one.hours_between_failures, one.hours_to_repair)


def _outage(
    row: JointContributor, names: Mapping[int, NamedItem], own: frozenset[ItemId]
) -> Outage:
    items = [names[one] for one in row.items]
    return Outage(
        items, row.unavailability * HOURS_A_YEAR, row.share, own=own.issuperset(row.items)
    )


def _times(session: Session, snapshot: Snapshot, service: ItemId) -> dict[ItemId, Reliability]:
    """Return the mean times of all that has a part in taking the service down."""
    ids = below_of(snapshot.engine, service).arrays.ids.tolist()
    said = _said(session, ids)
    found = {}
    for item, code in zip(ids, snapshot.named(ids).class_code, strict=True):
        classes = (code, *standing_model().ancestors(code))
        times = reliability_of(said.get(item, {}), classes)
        if times is not None:
            found[ItemId(item)] = times
    return found


def _said(session: Session, item_ids: Sequence[int]) -> Mapping[int, Mapping[str, float]]:
    """Return what items say themselves; most say nothing, and are not read."""
    model = standing_model()
    called = {one.id: name for name in (BETWEEN, REPAIR) for one in model.attributes_named(name)}
    query = select(ItemValue.item_id, ItemValue.attribute_id, ItemValue.number_key).where(
        ItemValue.attribute_id.in_(sorted(called)), among(session, ItemValue.item_id, item_ids)
    )
    found: dict[int, dict[str, float]] = {}
    for item_id, attribute_id, hours in session.execute(query):
        if hours is not None:
            found.setdefault(item_id, {})[called[attribute_id]] = hours
    return found


def _number(value: object) -> float | None:
    try:
        return float(str(value))
    except ValueError:
        return None
