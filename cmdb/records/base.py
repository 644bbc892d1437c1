"""The declarative base, and the column types that behave alike on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, MetaData, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

#: 64-bit ids; SQLite only fills INTEGER primary keys by itself.
BigId = BigInteger().with_variant(Integer(), "sqlite")

#: Text compared byte by byte, so that both databases sort and index alike.
Key = String().with_variant(String(collation="C"), "postgresql")

Document = JSON().with_variant(JSONB(), "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in, aware UTC out; a naive value is refused rather than guessed at.

    SQLite stores text of fixed width, which sorts like the moments it stands for; reading and
    writing it here costs a fraction of SQLAlchemy's own formatting, and bulk writes are many.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose text on SQLite, ``timestamptz`` elsewhere."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(26))
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Turn the value into UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        moment = value if value.tzinfo is UTC else value.astimezone(UTC)
        if dialect.name == "sqlite":
            return moment.replace(tzinfo=None).isoformat(" ", "microseconds")
        return moment

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return datetime.fromisoformat(value).replace(tzinfo=UTC)
        moment: datetime = value
        return moment.astimezone(UTC)


#: The key in a column's ``info`` under which ``unchecked`` keeps its target.
REFERS_TO = "refers_to"


class Base(DeclarativeBase):
    """Every table of Cadastre, the desk's included, so that foreign keys are real."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {
        datetime: UtcDateTime(),
        dict[str, Any]: Document,
        list[Any]: Document,
    }


def unchecked(target: str) -> dict[str, str]:
    """Return the ``info`` of a column that refers to ``target`` (as "item.id") without a key.

    For tables of which one report writes hundreds of rows and that one function writes, in the
    transaction in which it read or made the row they refer to: looking each of them up again was
    more than a third of what PostgreSQL did in a bulk request. Purging follows them all the same,
    and ``cadastre doctor`` counts rows that refer to nothing.
    """
    return {REFERS_TO: target}


class Identified:
    """A surrogate 64-bit id, given by the database."""

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
