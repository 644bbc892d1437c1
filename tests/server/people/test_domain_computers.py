"""Computers of a real Active Directory domain."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from server.foundation.database import Database
from server.foundation.settings import Settings
from tests.server.people.branch import Branch
from tests.server.people.estate import Estate
from tests.support.domain import DomainController
from tests.support.people import World


@pytest.fixture
def branch(
    domain_controller: DomainController, database: Database, world: World, settings: Settings
) -> Iterator[Branch]:
    """Yield an empty branch whose computers are read."""
    branch = Branch(domain_controller, database, settings.key_file)
    branch.connect(world.admin, world.root.id, computer_filter="(objectCategory=computer)")
    yield branch
    branch.clear()


def test_accounts_of_computers_are_read_beside_people(branch: Branch, world: World) -> None:
    estate = Estate(branch.database)
    item = estate.report("pc1.example.test", world.root.id, 1)
    anna = branch.hire("anna")
    branch.enter(
        "PC1",
        operatingSystem="Windows 11 Pro",
        operatingSystemVersion="10.0 (22631)",
        description="Reception",
        location="Hall",
        managedBy=anna,
    )
    branch.enter("SRV1", operatingSystem="Windows Server 2022 Standard")
    report = branch.whole()
    assert (report.state, report.persons_seen, report.computers_seen) == ("finished", 1, 2)
    assert (report.computers_matched, report.unmatched) == (1, ["SRV1"])
    told = estate.item(item)
    assert told.attributes["os_name"] == "Windows 11 Pro"
    assert told.attributes["directory_account"] == "enabled"
    assert told.attributes["directory_location"] == "Hall"
    today = datetime.now(UTC).date()
    assert abs((datetime.fromisoformat(told.attributes["directory_since"]).date() - today).days) < 2
    assert [role for role, _ in estate.owners(item)] == ["owner"]
    # No computer is a person.
    assert branch.people() == {"Anna"}


def test_a_disabled_account_is_a_fact_of_its_item(branch: Branch, world: World) -> None:
    estate = Estate(branch.database)
    item = estate.report("pc1.example.test", world.root.id, 1)
    account = branch.enter("PC1")
    branch.whole()
    branch.domain.modify(account, {"userAccountControl": [0x1022]})
    branch.whole()
    told = estate.item(item)
    assert (told.attributes["directory_account"], told.stage) == ("disabled", "in_use")


def test_a_renamed_and_moved_account_is_known_by_its_id(branch: Branch, world: World) -> None:
    estate = Estate(branch.database)
    item = estate.report("pc1.example.test", world.root.id, 1)
    account = branch.enter("PC1")
    branch.whole()
    branch.domain.modify(account, {"dNSHostName": ["other.example.test"]})
    branch.domain.move(account, "CN=OTHER", branch.unit("moved"))
    report = branch.whole()
    assert (report.computers_matched, report.computers_gone) == (1, 0)
    assert estate.whys() == {"OTHER": ""}
    assert estate.items() == {"pc1": item}


def test_a_deleted_account_is_told_and_retires_nothing(branch: Branch, world: World) -> None:
    estate = Estate(branch.database)
    item = estate.report("pc1.example.test", world.root.id, 1)
    account = branch.enter("PC1")
    branch.enter("PC2")
    branch.whole()
    branch.domain.delete(account)
    # What changed is asked of people and groups; computers are looked at with the next whole read.
    assert branch.delta().computers_seen == 0
    assert branch.whole().computers_gone == 1
    told = estate.item(item)
    assert (told.attributes["directory_account"], told.stage) == ("deleted", "in_use")
