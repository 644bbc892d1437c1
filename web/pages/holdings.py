"""What stands behind a person or a group on their page: items, roles, tickets."""

from dataclasses import dataclass, field

from cmdb.model import standing_model
from cmdb.query.items import ItemFilter
from cmdb.records.items import Item
from server.desk.tickets.queries import TicketFilter, TicketRow, list_tickets
from server.foundation.edge.requests import current_actor, current_session
from server.foundation.paging import PageRequest
from server.foundation.permissions import Permission
from server.items.queries import PartyRow, list_items, parties_of
from web.pages.frame import reader
from web.presenters.values import class_label

_SHOWN = 50


@dataclass(frozen=True)
class Holding:
    """An item and the roles in which somebody stands to it."""

    item: Item
    class_name: str
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Holdings:
    """The first items of somebody; ``more`` when there are others."""

    rows: list[Holding] = field(default_factory=list)
    more: bool = False


def holdings_of(*, person_id: int | None = None, group_id: int | None = None) -> Holdings:
    """Return the items in sight to which a person or a group stands in a role."""
    session, actor = current_session(), current_actor()
    if not actor.may(Permission.ITEM_READ):
        return Holdings()
    filters = ItemFilter(person_id=person_id, group_id=group_id)
    page = list_items(session, actor, filters, PageRequest("name", "", _SHOWN))
    parties = parties_of(session, [item.id for item in page.rows])

    def theirs(row: PartyRow) -> bool:
        if person_id is not None:
            return row.person is not None and row.person.id == person_id
        return row.group is not None and row.group.id == group_id

    language, model = reader().language, standing_model()
    rows = [
        Holding(
            item,
            class_label(model, item.class_code, language),
            tuple(row.role for row in parties.get(item.id, []) if theirs(row)),
        )
        for item in page.rows
    ]
    return Holdings(rows, page.next_cursor is not None)


def open_tickets(wanted: TicketFilter) -> list[TicketRow]:
    """Return the first open tickets in sight that fit; none for who may read no tickets."""
    actor = current_actor()
    if not actor.may(Permission.TICKET_READ):
        return []
    return list(list_tickets(current_session(), actor, wanted, PageRequest(limit=_SHOWN)).rows)
