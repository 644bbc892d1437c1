"""References that people can say: one counter per prefix."""

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from server.desk.tickets.models import ReferenceCounter


def next_reference(session: Session, prefix: str) -> str:
    """Return a reference that nobody else has or will get, as "INC-1042".

    On PostgreSQL the counter stays locked until the transaction ends, so take it last. A
    transaction that is rolled back gives its number back, or leaves a gap.
    """
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = (
        insert(ReferenceCounter)
        .values(prefix=prefix, last=1)
        .on_conflict_do_update(
            index_elements=[ReferenceCounter.prefix], set_={"last": ReferenceCounter.last + 1}
        )
        .returning(ReferenceCounter.last)
    )
    return f"{prefix}-{session.execute(statement).scalar_one()}"
