"""What a scanner reads off a thing leads to its item."""

from server.foundation.database import Database
from server.items.coded import items_by_code
from tests.server.items.rest import Callers
from tests.support.people import World


def test_a_code_on_a_thing_finds_it_whatever_its_case_and_nothing_else(
    callers: Callers, database: Database, world: World
) -> None:
    tagged = callers.admin.create("printer-9", "printer", asset_tag="A-0017", serial="CZ30")
    with database.reading() as session:
        for code in ("A-0017", "a-0017", " A-0017 ", "CZ30", "cz30", "PRINTER-9"):
            assert [one.id for one in items_by_code(session, world.admin, code)] == [tagged], code
        for code in ("", "A-001", "A-0017%", "\0"):
            assert list(items_by_code(session, world.admin, code)) == [], code
