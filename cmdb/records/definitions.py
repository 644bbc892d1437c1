"""What people define of the class model at run time, and the model that is in force."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from cmdb.model import InvalidModel, Model, shipped_model
from cmdb.model.defining import model_with
from cmdb.model.entries import ATTRIBUTE
from cmdb.records.base import Base, BigId, Identified, Key


class ModelEntry(Base):
    """One definition: an attribute's ``number`` is its id, given once and never again."""

    __tablename__ = "model_entry"

    kind: Mapped[str] = mapped_column(Key, primary_key=True)
    code: Mapped[str] = mapped_column(Key, primary_key=True)
    document: Mapped[dict[str, Any]]
    number: Mapped[int | None] = mapped_column(unique=True)
    updated_at: Mapped[datetime]
    updated_by_id: Mapped[int | None] = mapped_column(BigId)


class ModelVersion(Identified, Base):
    """One row for each time the model changed: the largest id is its version.

    ``entries`` is the whole of what people defined by then, so that the model has a past.
    """

    __tablename__ = "model_version"
    __table_args__ = ({"sqlite_autoincrement": True},)

    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(BigId)
    #: The largest id that an attribute was ever given.
    last_number: Mapped[int]
    #: [[kind, code, document], …]
    entries: Mapped[list[Any]]


def model_version(session: Session) -> int:
    """Return the version of the model in force; 0 for the shipped one."""
    return session.scalar(select(func.max(ModelVersion.id))) or 0


def stored_entries(session: Session) -> dict[tuple[str, str], dict[str, Any]]:
    """Return what people defined."""
    rows = session.scalars(select(ModelEntry).order_by(ModelEntry.kind, ModelEntry.code))
    return {(row.kind, row.code): row.document for row in rows}


def stored_numbers(session: Session) -> dict[str, int]:
    """Return the ids of the attributes made at run time, by "class.attribute"."""
    query = select(ModelEntry.code, ModelEntry.number).where(
        ModelEntry.kind == ATTRIBUTE, ModelEntry.number.is_not(None)
    )
    return {code: number for code, number in session.execute(query) if number is not None}


def read_model(session: Session) -> Model:
    """Return the model in force.

    What no longer fits (a newer Cadastre may ship a class of the same code) is left out, the last
    definitions first, so that the register still opens.
    """
    entries, numbers = stored_entries(session), stored_numbers(session)
    while entries:
        try:
            return model_with(shipped_model(), entries, numbers)
        except InvalidModel as error:
            fitting = {
                key: document
                for key, document in entries.items()
                if not any(_names(problem, key) for problem in error.fields)
            }
            # What does not fit together and names nothing of ours: the last one goes.
            entries = fitting if len(fitting) < len(entries) else dict([*entries.items()][:-1])
    return shipped_model()


def _names(problem: str, key: tuple[str, str]) -> bool:
    name = ".".join(key)
    return problem == name or problem.startswith(f"{name}.")
