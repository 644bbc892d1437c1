"""A list of contracts as a table, for spreadsheets that run nothing of it."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.records.parties import Organisation
from server.assets.models import Contract
from server.assets.queries import ContractFilter, count_covered, list_contracts, standing_of
from server.foundation.paging import MAX_PAGE, PageRequest
from server.foundation.permissions import Actor
from server.foundation.sheets import MARK, csv_text

#: Rows that one file holds at most; who needs more narrows the list or asks the interface.
MAX_ROWS = 50_000
_HEAD = (
    *("reference", "name", "kind", "supplier", "organisation"),
    *("starts_on", "ends_on", "state", "items"),
)


def contract_csv(
    session: Session, actor: Actor, wanted: ContractFilter, sort: str, today: date
) -> str:
    """Return the contracts that fit and are in sight as CSV (RFC 4180), ``MAX_ROWS`` at most.

    ``state`` is one of ``queries.STATES``, or empty for one that has yet to begin; ``items`` counts
    those in sight. Raises ``InvalidValue`` naming a sort that makes no sense.
    """
    return MARK + csv_text([_HEAD, *_rows(session, actor, wanted, sort, today)])


def _rows(
    session: Session, actor: Actor, wanted: ContractFilter, sort: str, today: date
) -> Iterator[tuple[Any, ...]]:
    cursor, written = "", 0
    while written < MAX_ROWS:
        page = list_contracts(session, actor, wanted, PageRequest(sort, cursor, MAX_PAGE), today)
        covered = count_covered(session, actor, [one.id for one in page.rows])
        places = _codes(session, {one.organisation_id for one in page.rows})
        for one in page.rows:
            yield _cells(one, places.get(one.organisation_id, ""), covered.get(one.id, 0), today)
        if page.next_cursor is None:
            return
        cursor, written = page.next_cursor, written + len(page.rows)


def _codes(session: Session, ids: set[int]) -> dict[int, str]:
    query = select(Organisation.id, Organisation.code).where(Organisation.id.in_(sorted(ids)))
    return {row[0]: row[1] for row in session.execute(query)}


def _cells(one: Contract, place: str, covered: int, today: date) -> tuple[Any, ...]:
    days = one.starts_on.isoformat(), one.ends_on.isoformat()
    state = standing_of(one, today)
    return one.reference, one.name, one.kind, one.supplier, place, *days, state, covered
