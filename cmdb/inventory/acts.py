"""What merging and splitting share: deciding values anew, and telling what was done."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cmdb.inventory.chronicle import history_row
from cmdb.inventory.known import KnownItem
from cmdb.inventory.reconciling import decide_winners
from cmdb.inventory.terms import Terms
from cmdb.records.bulk import insert_rows
from cmdb.records.history import HistoryEntry
from cmdb.records.identity import IdentityAct
from cmdb.records.items import Item, ItemParty
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


#: What each source said of parties: (item id, source) -> [role, person id, group id] of each.
Parties = Mapping[tuple[int, str], list[list[Any]]]


def parties_of(session: Session, item_ids: Iterable[int]) -> Parties:
    """Return who stands in a role to these items."""
    who = (ItemParty.role, ItemParty.person_id, ItemParty.group_id)
    query = select(ItemParty.item_id, ItemParty.source, *who)
    found: dict[tuple[int, str], list[list[Any]]] = {}
    for item_id, source, *told in session.execute(
        query.where(ItemParty.item_id.in_(list(item_ids)))
    ):
        found.setdefault((item_id, source), []).append(told)
    return {key: sorted(told, key=str) for key, told in found.items()}


def tell_parties(session: Session, terms: Terms, before: Parties, item_ids: Iterable[int]) -> None:
    """Tell the histories of items whose parties an act has moved, source by source."""
    after = parties_of(session, item_ids)
    rows = []
    for key in sorted(before.keys() | after.keys()):
        detail = {"old": before.get(key, []), "new": after.get(key, [])}
        if detail["old"] != detail["new"]:
            item_id, source = key
            heard = (source, terms.now)
            rows.append(
                history_row(item_id, terms.author, terms.now, heard, kind="party", detail=detail)
            )
    insert_rows(session, HistoryEntry, rows)
