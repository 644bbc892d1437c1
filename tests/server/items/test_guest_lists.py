"""Guests hang on the host that lists them: libvirt, Proxmox, Hyper-V, VMware."""

from pathlib import Path
from typing import Any

import pytest

from cmdb.engine.derivation.deciding import End
from cmdb.engine.identity import normalise
from cmdb.vocabulary import HARDWARE_UUID, MAC
from server.foundation.database import Database
from server.items.deriving.guest_lists import Listed, carrier_of, evidence_in, guest_of
from server.items.foreign.sections import SECTIONS
from tests.server.items.deriving_estate import Estate
from tests.support.people import World

# One machine, as Hyper-V writes its UUID and as the guest reads it from its firmware.
HOSTS_WORD = "4C4C4544-0042-3110-8052-B4C04F564231"
GUESTS_WORD = "44454c4c-4200-1031-8052-b4c04f564231"
ONE, OTHER = End(1, "hypervisor"), End(2, "hypervisor")
GUEST, COPY = End(7, "virtual_machine"), End(8, "virtual_machine")


def listed(host: End, running: bool | None = None, *evidence: tuple[str, str]) -> Listed:
    return Listed(host, "shop-1", "hyper-v", running, frozenset(evidence))


@pytest.mark.parametrize(
    ("entries", "host"),
    [
        ([listed(ONE, None)], ONE),
        ([listed(ONE, False)], ONE),
        ([listed(ONE, False), listed(OTHER, True)], OTHER),
        ([listed(ONE, True), listed(OTHER, True)], None),
        ([listed(ONE, None), listed(OTHER, None)], None),
    ],
)
def test_of_several_lists_the_one_counts_where_it_runs(
    entries: list[Listed], host: End | None
) -> None:
    found = carrier_of(entries)
    assert (found.host if found else None) == host


def test_a_uuid_goes_before_addresses_and_a_copy_is_nobody() -> None:
    by_uuid, by_mac = (HARDWARE_UUID, "u"), (MAC, "m")
    entry = listed(ONE, True, by_uuid, by_mac)
    assert guest_of(entry, {by_uuid: frozenset({GUEST}), by_mac: frozenset({COPY})}) == GUEST
    assert guest_of(entry, {by_mac: frozenset({COPY, ONE})}) == COPY
    assert guest_of(entry, {by_uuid: frozenset({GUEST, COPY})}) is None
    assert guest_of(entry, {}) is None


@pytest.mark.parametrize("row", [{}, {"uuid": "junk"}, {"uuid": 7, "macs": "x"}, {"macs": [None]}])
def test_a_row_that_says_nothing_is_passed_over(row: dict[str, Any]) -> None:
    assert evidence_in(row) == frozenset()


def test_a_foreign_agents_list_keeps_addresses_and_whether_it_runs() -> None:
    told = {"name": "shop-1", "uuid": HOSTS_WORD, "vmtype": "hyper-v", "status": "running"}
    told |= {"mac": "00-15-5D-00-00-01/00:15:5d:00:00:02"}
    _, read = SECTIONS["guests"]
    guests = read({"virtualmachines": [told]})
    assert guests[0]["macs"] == ["00:15:5d:00:00:01", "00:15:5d:00:00:02"]
    assert guests[0]["running"] is True


def test_a_guest_hangs_on_the_host_that_lists_it_whichever_way_round_its_uuid_is_written(
    database: Database, world: World, tmp_path: Path
) -> None:
    estate = Estate(database, world, tmp_path)
    rows = [{"name": "shop-1", "kind": "hyper-v", "uuid": HOSTS_WORD}, {"name": "nobody"}]
    host = estate.machine("hv-1", "hypervisor", guests=rows)
    known = normalise(HARDWARE_UUID, GUESTS_WORD)
    assert known is not None
    guest = estate.machine("shop-1", "virtual_machine", identifiers=(known,))
    estate.derive()
    assert estate.relations("hosted_on") == [("hosted_on", guest, host)]
