"""Pages of advisories: a file is brought, and the page tells which versions it means, and where."""

import io
import json
from typing import Any

import pytest

from cmdb.records.facts import Installation, SoftwareProduct, SoftwareRelease
from cmdb.vocabulary import AGENT, INVENTORY
from server.foundation.database import Database
from tests.server.items.advisories.files import answer_of_nvd
from tests.support.people import World
from tests.web.pages.conftest import Browser
from tests.web.pages.registers import add_item

HERE = "/software/advisories"


def brought(admin: Browser, document: Any) -> str:
    """Bring a file on the page, and return what the page says then."""
    plain = io.BytesIO(json.dumps(document).encode())
    return admin.read(admin.done(HERE, file=(plain, "nvd.json")))


@pytest.fixture
def machines(database: Database, world: World) -> None:
    """Firefox on two machines: one has the border, of one two agents tell."""
    with database.writing() as session:
        product = SoftwareProduct(ecosystem="windows", name="Mozilla Firefox", name_key="firefox")
        session.add(product)
        session.flush()
        for name, version, told in (
            ("border-01", "115.0", ((AGENT, "amd64"),)),
            ("inside-01", "115.0.1", ((AGENT, "amd64"), (INVENTORY, ""))),
        ):
            item_id = add_item(session, world.root.id, name)
            for source, architecture in told:
                release = SoftwareRelease(
                    product_id=product.id, version=version, architecture=architecture
                )
                session.add(release)
                session.flush()
                row = Installation(item_id=item_id, release_id=release.id, source=source)
                session.add(row)


@pytest.mark.usefixtures("machines")
def test_a_file_is_brought_and_its_borders_are_told_in_words(admin: Browser) -> None:
    document = answer_of_nvd(versionStartExcluding="115.0", versionEndExcluding="128.0")
    for _ in range(2):
        assert "1 advisory stands." in brought(admin, document)
    page = admin.read(HERE)
    address = page.split(f'href="{HERE}/', 1)[1].split('"')[0]
    one = admin.read(f"{HERE}/{address}")
    assert "mozilla firefox</strong> <span" in one
    assert "after 115.0, before 128.0" in one
    assert "1 item" in one
    listed = one.partition('id="list"')[2]
    assert (listed.count("<tr>"), "inside-01" in listed, "border-01" in listed) == (2, True, False)
    table = admin.get(f"{HERE}/{address}/items.csv")
    assert table.headers["Content-Disposition"] == 'attachment; filename="affected-items.csv"'
    head, line, end = table.text.split("\r\n")
    assert head.removeprefix("\ufeff").startswith("advisory,severity,score,item_id,item,class")
    assert line.startswith("CVE-2026-2003,high,8.8,")
    assert line.endswith(",Mozilla Firefox,115.0.1,128.0")
    assert end == ""
    assert "affected-items.csv" in admin.read("/administration/acts")


def test_records_that_make_no_sense_are_counted_where_a_file_is_brought(admin: Browser) -> None:
    document = answer_of_nvd(versionEndExcluding="128.0")
    document["vulnerabilities"] += [{"cve": {}}, 7]
    told = brought(admin, document)
    assert "1 advisory stands. 2 records made no sense." in told
