"""Whether anybody has committed anything since one looked."""

from sqlalchemy import Executable, text
from sqlalchemy.orm import Session

from cmdb.records.asking import asked


def committed(session: Session) -> str:
    """Return a mark of all that is committed; as long as it is the same, so is all one can read.

    For who waited for a lock after reading, and would have to read everything again. On SQLite a
    writing unit of work is alone, and the mark is always the same.
    """
    if session.get_bind().dialect.name == "sqlite":
        return ""
    return str(_snapshot(session).scalar_one())


@asked
def _snapshot(_dialect: str) -> Executable:
    return text("SELECT CAST(pg_current_snapshot() AS text)")
