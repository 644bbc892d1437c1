"""Where an advisory bites, as a table for whoever has to mend it."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from sqlalchemy.orm import Session

from server.foundation.permissions import Actor
from server.foundation.sheets import MARK, csv_text
from server.items.advisories.queries import advisory, every_affected

FILE_NAME = "affected-items.csv"
_HEAD = ("advisory", "severity", "score", "item_id", "item", "class", "product", "version", "fixed")


def affected_csv(session: Session, actor: Actor, advisory_id: int) -> str:
    """Return the items in sight that an advisory means as CSV, a line for each line of the list.

    Raises ``NotFound``. Memory grows with the lines, about 100 bytes each.
    """
    found = advisory(session, actor, advisory_id)
    told = found.code, found.severity, found.score
    lines: Iterator[Iterable[Any]] = (
        (*told, *line) for line in every_affected(session, actor, found)
    )
    return MARK + csv_text(chain([_HEAD], lines))
