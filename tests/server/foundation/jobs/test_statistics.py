"""What SQLite knows of its tables follows their growth; PostgreSQL looks by itself."""

from pathlib import Path

from sqlalchemy import insert, text

from cmdb.records.items import ItemValue
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.settings import Settings
from server.wiring import JOBS
from tests.support.databases import prepare_schema


def look(database: Database, tmp_path: Path) -> object:
    return JOBS["database.statistics"].run(JobContext(database, Settings(home=tmp_path), {}))


def add_values(database: Database, first: int, number: int) -> None:
    rows = [{"item_id": n, "attribute_id": 1, "position": 0} for n in range(first, first + number)]
    with database.writing() as session:
        session.execute(insert(ItemValue), rows)


def known(database: Database) -> dict[str, int]:
    with database.reading() as session:
        rows = text("SELECT tbl, max(CAST(stat AS INTEGER)) FROM sqlite_stat1 GROUP BY tbl")
        return {row.tbl: row[1] for row in session.execute(rows)}


def test_tables_are_looked_at_when_they_have_grown(database: Database, tmp_path: Path) -> None:
    assert look(database, tmp_path) is None
    add_values(database, 0, 1001)
    if not database.is_sqlite:
        assert look(database, tmp_path) is None
        return
    assert look(database, tmp_path) == {"tables": 1}
    assert known(database) == {"item_value": 1001}
    add_values(database, 2000, 3003)
    assert look(database, tmp_path) is None
    add_values(database, 6000, 1)
    assert look(database, tmp_path) == {"tables": 1}
    assert known(database) == {"item_value": 4005}


def test_a_list_does_not_read_all_items_that_were_not_merged(tmp_path: Path) -> None:
    """Nothing is known of the tables yet, and no index offers itself for what holds for all."""
    url = f"sqlite:///{tmp_path / 'register.sqlite3'}"
    prepare_schema(url)
    database = Database(url)
    listed = "SELECT * FROM item WHERE merged_into_id IS NULL ORDER BY last_seen_at DESC, id DESC"
    with database.reading() as session:
        plan = [row.detail for row in session.execute(text(f"EXPLAIN QUERY PLAN {listed}"))]
    database.dispose()
    assert plan == ["SCAN item USING INDEX ix_item_last_seen_at_id"]
