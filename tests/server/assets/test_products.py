"""Which model is meant, however firmware writes it."""

import pytest

from server.assets.products.rules import product_of, vendor_key


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Dell Inc.", "DELL"),
        ("Hewlett-Packard", "HP Inc."),
        ("Hewlett Packard Enterprise", "HPE"),
        ("LENOVO", "Lenovo Group Limited"),
        ("Cisco Systems, Inc.", "cisco"),
        ("ASUSTeK COMPUTER INC.", "asus"),
        ("Super Micro Computer, Inc.", "Supermicro"),
        ("Gigabyte Technology Co., Ltd.", "Giga-Byte"),
        ("Müller & Söhne GmbH", "Muller  Sohne"),
        ("Яндекс", "ЯНДЕКС"),
    ],
)
def test_ways_of_writing_a_maker_are_one_maker(first: str, second: str) -> None:
    assert vendor_key(first) == vendor_key(second) != ""


@pytest.mark.parametrize(
    ("first", "second"), [("Dell", "Delta"), ("HP", "HPE"), ("Acme", "Acme Labs"), ("AG", "SA")]
)
def test_makers_that_merely_resemble_each_other_stay_apart(first: str, second: str) -> None:
    assert vendor_key(first) != vendor_key(second)


@pytest.mark.parametrize(
    ("vendor", "model", "meant"),
    [
        ("Dell Inc.", "PowerEdge R740", "PowerEdge R740"),
        ("Dell Inc.", "DELL PowerEdge  R740 ", "PowerEdge R740"),
        ("HP", "Hewlett-Packard ProLiant DL380", "ProLiant DL380"),
        ("Cisco", "Cisco Systems, Inc. Catalyst 9300", "Catalyst 9300"),
        ("Apple", "Apple", "Apple"),
        ("LENOVO", "20L5CTO1WW", "20L5CTO1WW"),
    ],
)
def test_a_model_is_named_without_its_maker(vendor: str, model: str, meant: str) -> None:
    found = product_of(vendor, model)
    assert found is not None
    assert found.model == meant


@pytest.mark.parametrize(
    ("vendor", "model"),
    [
        ("", "PowerEdge"),
        ("Dell", ""),
        ("To Be Filled By O.E.M.", "To Be Filled By O.E.M."),
        ("ASUS", "System Product Name"),
        ("Default string", "X1"),
        ("Acme", "---"),
        ("\0", "\u202e"),
    ],
)
def test_what_nobody_filled_in_names_no_model(vendor: str, model: str) -> None:
    assert product_of(vendor, model) is None


def test_names_without_end_are_cut_before_they_are_kept() -> None:
    found = product_of("Acme" * 100, "X" * 1000)
    assert found is not None
    assert max(map(len, (found.vendor, found.vendor_key, found.model, found.model_key))) <= 255
