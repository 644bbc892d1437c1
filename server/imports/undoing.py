"""Taking an import back: what it made goes, what it changed is what its source said before."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import delete, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute, Session

from cmdb.inventory.belongings import belongings
from cmdb.inventory.door import Inventory
from cmdb.inventory.outcomes import Author
from cmdb.records.among import among
from cmdb.records.items import Item, ItemValue
from cmdb.records.relations import Relation, next_sequence, write_changes
from cmdb.records.sources import ItemIdentifier, ItemSource
from server.imports.models import ImportLine, ImportRun

#: Lines that one transaction takes back.
BATCH = 500
#: What hangs on an item and goes with it: nobody wrote it down. What a later feature hangs on items
#: keeps them.
_GOES_ALONG = frozenset(
    {
        *("alarm", "device_facts", "item_of_model", "item_past", "network_half_link"),
        *("network_link", "probe", "scan_outcome", "word_expiry"),
    }
)
#: What may become of a line that is taken back; so many of each are counted.
UNDONE = ("deleted", "restored", "kept", "gone")


def lines_to_undo(session: Session, run: ImportRun, below: int | None) -> Sequence[ImportLine]:
    """Return the next lines to take back, the last first: those before the line ``below``.

    None: those after what was taken back already, as the counts of the run tell.
    """
    query = (
        select(ImportLine)
        .where(ImportLine.run_id == run.id, ImportLine.outcome.in_(("created", "updated")))
        .order_by(ImportLine.number.desc())
        .limit(BATCH)
    )
    if below is not None:
        return session.scalars(query.where(ImportLine.number < below)).all()
    return session.scalars(query.offset(sum(run.counts.get(one, 0) for one in UNDONE))).all()


def undo_lines(
    session: Session, run: ImportRun, lines: Sequence[ImportLine], author: Author, now: datetime
) -> None:
    """Take lines back, and count them in the run.

    An item that others have spoken of since, or that a ticket, a contract or anything else names,
    loses the list's words and stays.
    """
    spoken = _spoken_of(session, run, lines)
    made = [
        line.item_id
        for line in lines
        if line.outcome == "created" and line.item_id is not None and line.item_id in spoken
    ]
    done = Counter(gone=sum(line.item_id not in spoken for line in lines))
    redecider = Inventory(session, now, author).redecider()
    for line in lines:
        # What a run made and changed afterwards was changed by a later line.
        if line.outcome == "updated" and line.item_id in spoken:
            _put_back(session, redecider, line, spoken[line.item_id])
            done["restored"] += 1
    deleted = _delete(session, _known_to_nobody_else(session, made, run.source), now)
    for item_id in made:
        if item_id not in deleted:
            redecider.withdraw(item_id, spoken[item_id])
    done["deleted"], done["kept"] = len(deleted), len(made) - len(deleted)
    run.counts = {**run.counts, **{n: run.counts.get(n, 0) + done[n] for n in UNDONE if done[n]}}


def _spoken_of(session: Session, run: ImportRun, lines: Sequence[ImportLine]) -> dict[Any, int]:
    """Return which items the source of the run still speaks of: item id to its row of words."""
    query = select(ItemSource.item_id, ItemSource.id).where(
        among(session, ItemSource.item_id, [one.item_id for one in lines if one.item_id]),
        ItemSource.source == run.source,
    )
    return {row.item_id: row.id for row in session.execute(query)}


def _put_back(session: Session, redecider: Any, line: ImportLine, state_id: int) -> None:
    """Let the source say of an item what it said before, and let go of what only it held up."""
    session.execute(
        update(ItemSource).where(ItemSource.id == state_id).values(words=line.before or {})
    )
    redecider.redecide([line.item_id])
    item = session.get_one(Item, line.item_id, populate_existing=True)
    said = session.scalars(select(ItemSource.words).where(ItemSource.item_id == line.item_id))
    spoken = {name for words in said for name in words}
    gone = sorted(item.attributes.keys() - spoken)
    if gone:
        redecider.forget(line.item_id, gone)


def _known_to_nobody_else(session: Session, item_ids: Collection[int], source: str) -> list[int]:
    """Return those of the items that no other source speaks of, and that nothing points at.

    No relation, ticket, change, contract, document or whatever else people wrote names them.
    """
    others = select(ItemSource.item_id).where(
        among(session, ItemSource.item_id, item_ids), ItemSource.source != source
    )
    linked = select(Relation.start_id, Relation.end_id).where(
        or_(among(session, Relation.start_id, item_ids), among(session, Relation.end_id, item_ids))
    )
    known = set(session.scalars(others))
    for start, end in session.execute(linked):
        known |= {start, end}
    for one in belongings():
        if one.table.name in _GOES_ALONG:
            continue
        query = select(one.column).where(
            among(session, cast("InstrumentedAttribute[int]", one.column), item_ids)
        )
        if one.table.name == "item_party":
            query = query.where(one.table.c.source != source)
        known |= set(session.scalars(query))
    return [one for one in item_ids if one not in known]


def _delete(session: Session, item_ids: Sequence[int], now: datetime) -> set[int]:
    """Delete items, all at once where that goes; return which are gone."""
    if not item_ids:
        return set()
    try:
        with session.begin_nested():
            write_changes(session, next_sequence(session), now, [("item-", i) for i in item_ids])
            for column in (ItemValue.item_id, ItemIdentifier.item_id, Item.id):
                session.execute(
                    delete(column.class_).where(among(session, column, item_ids)),
                    execution_options={"synchronize_session": False},
                )
    except IntegrityError:
        # Somebody came to depend on one of them meanwhile.
        if len(item_ids) == 1:
            return set()
        half = len(item_ids) // 2
        return _delete(session, item_ids[:half], now) | _delete(session, item_ids[half:], now)
    return set(item_ids)
