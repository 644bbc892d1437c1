"""Where an advisory bites, as a table for whoever has to mend it."""

from sqlalchemy.orm import Session

from cmdb.records.items import Item
from server.foundation.permissions import Actor
from server.foundation.sheets import MARK, csv_text
from server.items.advisories.queries import advisory, every_affected

#: Lines that one file holds at most.
MOST_LINES = 50_000
FILE_NAME = "affected-items.csv"
_HEAD = ("advisory", "severity", "score", "item_id", "item", "class", "product", "version", "fixed")


def affected_csv(session: Session, actor: Actor, advisory_id: int) -> str:
    """Return the items in sight that an advisory means as CSV, a line for each line of the list.

    Raises ``NotFound``.
    """
    found = advisory(session, actor, advisory_id)
    told = found.code, found.severity, found.score
    rows = every_affected(session, actor, found, MOST_LINES)
    lines = ((*told, *_of_item(row.item), row.product, row.version, row.fixed) for row in rows)
    return MARK + csv_text([_HEAD, *lines])


def _of_item(item: Item) -> tuple[int, str, str]:
    return item.id, item.name, item.class_code
