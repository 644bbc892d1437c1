from typing import Any

import pytest

from tests.web.presenters.readers import reader
from web.presenters.sections import ROWS_SHOWN, identifier_text, section_table


def test_columns_come_in_their_order_and_empty_ones_are_left_out() -> None:
    rows = [
        {"bus": "", "size_bytes": 2**38, "name": "sda", "serial": None},
        {"size_bytes": 2**30, "name": "sdb"},
    ]
    table = section_table("disks", rows, reader())
    assert [column.label for column in table.columns] == ["Name", "Size"]
    assert [column.numeric for column in table.columns] == [False, True]
    assert table.columns[0].main
    assert [cell.text for cell in table.rows[0]] == ["sda", "256 GiB"]
    assert table.rows[0][1].exact == "274,877,906,944 B"


def test_how_a_disk_is_and_why_is_told_in_words() -> None:
    rows = [
        {"name": "sda", "health": "failing", "health_reason": "unreliable, read only"},
        {"name": "sdb", "health": "worn", "health_reason": "Reallocated_Sector_Ct"},
        {"name": "sdc"},
    ]
    table = section_table("disks", rows, reader())
    assert [[cell.text for cell in row[1:]] for row in table.rows] == [
        ["is failing, unreliable, can only be read"],
        ["worn, Reallocated_Sector_Ct"],
        [""],
    ]


@pytest.mark.parametrize(
    "odd", [None, True, -5, 2**62, 1e308, "x", "9999-12-31T23:59:59+00:00", [], {}, [[{"a": None}]]]
)
def test_whatever_an_agent_says_of_a_fact_is_shown(odd: Any) -> None:
    keys = ("name", "health", "health_reason", "not_after", "names", "mhz_max", "speed_mbps")
    row = dict.fromkeys((*keys, "size_bytes", "speed_mts", "slot", "model", "mount"), odd)
    for name in ("disks", "memory", "cpus", "filesystems", "certificates", "fans"):
        table = section_table(name, [row, {}], reader())
        assert all(len(cells) == len(table.columns) for cells in table.rows)


def test_truth_is_a_word_and_no_number() -> None:
    table = section_table("filesystems", [{"mount": "/", "read_only": False}], reader())
    assert not table.columns[1].numeric
    assert table.rows[0][1].text == "no"


def test_what_a_row_does_not_say_is_empty() -> None:
    rows = [{"mount": "/", "type": "ext4"}, {"mount": "/mnt"}]
    assert section_table("filesystems", rows, reader()).rows[1][1].text == ""


def test_clock_speed_lists_and_speeds_are_told_in_units() -> None:
    cpus = section_table("cpus", [{"model": "X", "mhz_max": 3500}], reader())
    assert cpus.rows[0][1].text == "3.5 GHz"
    memory = section_table("memory", [{"slot": "A", "speed_mts": 4800}], reader())
    assert memory.rows[0][1].text == "4,800 MT/s"
    near = section_table("neighbours", [{"remote_addresses": ["192.0.2.1", "::1"]}], reader())
    assert near.rows[0][0].text == "192.0.2.1, ::1"


def test_an_unknown_section_shows_all_it_has_under_its_own_names() -> None:
    table = section_table("fans", [{"fan_name": "front", "speed_mbps": 1000}], reader())
    assert [column.label for column in table.columns] == ["fan name", "speed mbps"]
    assert table.rows[0][1].text == "1 Gbit/s"


def test_a_long_section_is_cut_and_says_so() -> None:
    rows = [{"name": str(number)} for number in range(ROWS_SHOWN + 7)]
    table = section_table("disks", rows, reader())
    assert (len(table.rows), table.left_out) == (ROWS_SHOWN, 7)


def test_a_section_without_rows_has_no_columns() -> None:
    assert section_table("disks", [], reader()).columns == ()


def test_identifiers_have_names_and_new_kinds_stand_for_themselves() -> None:
    assert identifier_text("uuid", reader()) == "hardware UUID"
    assert identifier_text("bios_tag", reader()) == "bios tag"
