"""What merging and splitting share: deciding values anew, and telling what was done."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from cmdb.inventory.chronicle import history_row
from cmdb.inventory.known import KnownItem
from cmdb.inventory.reconciling import decide_winners
from cmdb.inventory.terms import Terms
from cmdb.records.bulk import insert_rows
from cmdb.records.history import HistoryEntry
from cmdb.records.identity import IdentityAct
from cmdb.records.items import Item
from cmdb.vocabulary import PERSON


def decide_anew(items: Iterable[KnownItem], terms: Terms) -> None:
    """Decide every winning value of items anew, what nobody says any more included."""
    for item in items:
        said = {name for state in item.sources.values() for name in state.words}
        names = sorted((said | item.winners.keys()) - ({"stage"} - said))
        decide_winners(item, names, terms.precedence, terms.now, PERSON)


def note_act(
    session: Session,
    terms: Terms,
    kind: str,
    item_id: int,
    other: KnownItem,
    trail: dict[str, Any],
) -> IdentityAct:
    """Keep the act with its trail, and tell both items' histories of it."""
    act = IdentityAct(
        kind=kind,
        item_id=item_id,
        other_id=other.id,
        at=terms.now,
        person_id=terms.author.person_id,
        trail=trail,
    )
    session.add(act)
    session.flush()  # the caller is told the act's id
    tell_act(session, terms, kind, item_id, other)
    return act


def tell_act(session: Session, terms: Terms, kind: str, item_id: int, other: KnownItem) -> None:
    """Write the row of history that is found from both items."""
    detail = {"name": other.winners.get("name") or "", "class": other.class_code}
    heard = (PERSON, terms.now)
    row = history_row(
        item_id, terms.author, terms.now, heard, other_id=other.id, kind=kind, detail=detail
    )
    insert_rows(session, HistoryEntry, [row])


def touch(session: Session, terms: Terms, item_id: int, **values: Any) -> None:
    """Write columns beside the winners; the version moves on, whatever changed."""
    session.execute(
        update(Item)
        .where(Item.id == item_id)
        .values(version=Item.version + 1, updated_at=terms.now, **values),
        execution_options={"synchronize_session": False},
    )
