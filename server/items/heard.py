"""Which agents were heard with nothing to tell: noted, and written together some seconds later."""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from cmdb.records.among import among
from cmdb.records.items import Item
from cmdb.records.sources import ItemSource
from server.foundation.later import Later, later_of
from server.items.models import Agent


@dataclass(frozen=True, slots=True)
class Heard:
    """An agent has said that everything is as it was."""

    sequence: int
    at: datetime
    #: When the machine was looked at; what it is known by, and as which item.
    seen_at: datetime
    source_id: int
    item_id: int


def note_heard(later: Later, agent_row_id: int, heard: Heard) -> None:
    """Let it be written that the agent was heard."""
    later.note(write_heard, agent_row_id, heard)


def last_sequence(session: Session, agent: Agent) -> int:
    """Return the number of the agent's latest report, be it written or only noted."""
    later = later_of(session)
    noted: Heard | None = later.noted(write_heard, agent.id) if later else None
    return max(agent.last_sequence, noted.sequence if noted else -1)


def write_heard(session: Session, heard: Mapping[Hashable, Any]) -> None:
    """Write when agents, their sources and items were seen last; never back, waiting for nobody."""
    _write_agents(session, heard)
    sources: dict[datetime, list[int]] = defaultdict(list)
    items: dict[datetime, list[int]] = defaultdict(list)
    for one in heard.values():
        sources[one.seen_at].append(one.source_id)
        items[one.seen_at].append(one.item_id)
    _confirm(session, ItemSource, sources)
    _confirm(session, Item, items)


def _write_agents(session: Session, heard: Mapping[Hashable, Any]) -> None:
    free = set(session.scalars(_free(session, Agent, [int(str(row)) for row in heard])))
    rows = [
        {"row": row, "number": one.sequence, "moment": one.at}
        for row, one in heard.items()
        if row in free
    ]
    table = Agent.__table__
    statement = (
        update(table)  # type: ignore[arg-type]  # of Core: as many rows as there are at once
        .where(table.c.id == bindparam("row"), table.c.last_sequence <= bindparam("number"))
        .values(last_sequence=bindparam("number"), last_report_at=bindparam("moment"))
    )
    if rows:
        session.connection().execute(statement, rows)


def _confirm(
    session: Session,
    entity: type[ItemSource] | type[Item],
    by_moment: Mapping[datetime, Sequence[int]],
) -> None:
    for moment, ids in by_moment.items():
        free = _free(session, entity, ids).where(entity.last_seen_at < moment)
        session.execute(
            update(entity).where(entity.id.in_(free)).values(last_seen_at=moment),
            execution_options={"synchronize_session": False},
        )


def _free(session: Session, entity: type[Any], ids: Sequence[int]) -> Any:
    """Select those of the rows that nobody holds: whoever does is writing something newer."""
    wanted = select(entity.id).where(among(session, entity.id, ids))
    return wanted.with_for_update(skip_locked=True)
