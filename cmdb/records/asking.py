"""Statements that are made once for each database, for what is asked with every report.

Putting a statement together, looking it up and sending it through the ORM costs this process three
times what asking a finished one over the connection does, and a report asks some forty.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import CursorResult, Executable
from sqlalchemy.orm import Session

Ask = Callable[..., CursorResult[*tuple[Any, ...]]]


def asked(make: Callable[[str], Executable]) -> Ask:
    """Turn a function that writes a statement for a dialect into one that carries it out.

    What it returns is called with the session and the statement's parameters by name. It sees what
    the session has changed, as ``Session.execute`` does; objects are neither made nor refreshed.
    """
    statements: dict[str, Executable] = {}

    def ask(session: Session, **given: Any) -> CursorResult[*tuple[Any, ...]]:
        if session.autoflush:
            session.flush()
        connection = session.connection()
        dialect = connection.dialect.name
        statement = statements.get(dialect)
        if statement is None:
            statement = statements[dialect] = make(dialect)
        return connection.execute(statement, given)

    ask.__doc__, ask.__name__ = make.__doc__, make.__name__
    return ask
