"""Finding once what patterns that begin with ``*`` mean: no index leads to the end of a name.

Read anew for every list, such a pattern costs a pass over the catalogue. The catalogue is only
added to, with rising numbers, so what was found of a pattern stays true up to the newest product
that was looked at; whoever reads looks at those after it by themselves.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, insert, or_, select, text
from sqlalchemy.orm import Session

from cmdb.records.facts import SoftwareProduct
from server.assets.licences.models import LicencePattern, PatternProduct
from server.foundation.jobs.handler import JobContext

#: The kind, as in ``server.wiring.JOBS``.
MATCH_LICENCES = "licences.match"
#: What means more than these is looked up each time: counting what is installed of so many products
#: takes longer than finding them.
MOST_KEPT = 20_000

#: Patterns that begin with ``*``.
FLOATING = LicencePattern.name_from == ""

#: Whoever writes products waits behind it: rather than for long, the job tries again later.
_PATIENCE = text("SET LOCAL lock_timeout = '5s'")
_HOLD = text("LOCK TABLE software_product IN SHARE MODE")


def means_product() -> ColumnElement[bool]:
    """Return the condition that a row of ``LicencePattern`` means a row of ``SoftwareProduct``."""
    return and_(
        SoftwareProduct.name_key.like(LicencePattern.name_like, escape="\\"),
        or_(LicencePattern.ecosystem == "", LicencePattern.ecosystem == SoftwareProduct.ecosystem),
    )


def run_licence_matching(context: JobContext) -> Mapping[str, Any] | None:
    """Look through what is new in the catalogue since each pattern was last looked up."""
    with context.database.reading() as session:
        if session.scalars(select(LicencePattern.id).where(FLOATING).limit(1)).first() is None:
            return None
    with context.database.writing() as session:
        newest = _newest_product(session)
    with context.database.reading() as session:
        behind = select(LicencePattern.id).where(FLOATING, LicencePattern.seen_until < newest)
        patterns = session.scalars(behind.order_by(LicencePattern.id)).all()
    kept = 0
    for pattern_id in patterns:
        context.go_on()
        # Each by itself: whoever writes on SQLite waits for one pass over the catalogue at most.
        with context.database.writing() as session:
            kept += _match(session, pattern_id, newest)
    return {"patterns": len(patterns), "products": kept} if patterns else None


def _newest_product(session: Session) -> int:
    """Return the highest number below which no product can appear any more.

    Two writers of PostgreSQL may commit the higher number first: the lock waits for both.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_PATIENCE)
        session.execute(_HOLD)
    return session.scalar(select(func.max(SoftwareProduct.id))) or 0


def _match(session: Session, pattern_id: int, newest: int) -> int:
    """Keep what a pattern means among the products up to ``newest``; return how many are new."""
    locked = select(LicencePattern).where(LicencePattern.id == pattern_id).with_for_update()
    pattern = session.scalar(locked)
    if pattern is None:  # its licence was written anew meanwhile
        return 0
    new = (
        select(SoftwareProduct.id)
        .join(LicencePattern, means_product())
        .where(
            LicencePattern.id == pattern_id,
            SoftwareProduct.id.between(pattern.seen_until + 1, newest),
        )
    )
    mine = PatternProduct.pattern_id == pattern_id
    held = select(func.count()).select_from(PatternProduct).where(mine)
    room = MOST_KEPT - session.scalars(held).one()
    found = session.scalars(new.limit(room + 1)).all()
    if len(found) > room:
        session.execute(delete(PatternProduct).where(mine))
        pattern.seen_until = 0
        return 0
    if found:
        rows = [{"pattern_id": pattern_id, "product_id": one} for one in found]
        session.execute(insert(PatternProduct), rows)
    pattern.seen_until = newest
    return len(found)
