"""What merging moves is told in words, whatever a feature hangs on items."""

from dataclasses import replace

import server.wiring
from cmdb.inventory.belongings import belongings
from tests.web.presenters.readers import reader
from web.presenters.identity import table_text


def test_whatever_hangs_on_an_item_has_a_name() -> None:
    assert server.wiring.BLUEPRINTS  # every feature's tables are known by now
    marked = replace(reader(), gettext=lambda text: f"[{text}]")
    tables = {one.name for one in belongings()}
    assert len(tables) > 30
    assert {name for name in tables if not table_text(name, marked).startswith("[")} == set()
