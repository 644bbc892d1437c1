"""Ranges as people write them."""

import pytest

from discovery.targets.ranges import BadRange, parse_range, parse_targets


@pytest.mark.parametrize(
    ("words", "first", "last", "count"),
    [
        ("10.0.0.0/24", "10.0.0.1", "10.0.0.254", 254),
        ("10.0.0.77/24", "10.0.0.1", "10.0.0.254", 254),
        ("10.0.0.4/31", "10.0.0.4", "10.0.0.5", 2),
        ("10.0.0.4/32", "10.0.0.4", "10.0.0.4", 1),
        ("10.0.0.4", "10.0.0.4", "10.0.0.4", 1),
        (" 10.0.0.250 - 10.0.1.3 ", "10.0.0.250", "10.0.1.3", 10),
        ("10.0.0.10-20", "10.0.0.10", "10.0.0.20", 11),
        ("2001:db8::/120", "2001:db8::", "2001:db8::ff", 256),
        ("2001:db8::10-19", "2001:db8::10", "2001:db8::19", 10),
    ],
)
def test_a_range_is_read(words: str, first: str, last: str, count: int) -> None:
    found = list(parse_range(words))
    assert (found[0], found[-1], len(found)) == (first, last, count)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("10.0.0.0/8", "more than"),
        ("::/0", "more than"),
        ("10.0.0.0-10.255.0.0", "more than"),
        ("10.0.0.9-1", "ends before"),
        ("10.0.0.1-::5", "different IP versions"),
        ("printer.example.net", "not an address range"),
        ("10.0.0.1/24/8", "not an address range"),
        ("10.0.0.1-300", "not an address range"),
    ],
)
def test_a_range_that_cannot_be_meant_is_refused(words: str, why: str) -> None:
    with pytest.raises(BadRange, match=why):
        parse_range(words)


def test_an_address_in_two_ranges_is_asked_once() -> None:
    targets = parse_targets(["10.0.0.8/29", "# the lab", "", "10.0.0.12-20", "2001:db8::1"])
    addresses = list(targets)
    assert len(addresses) == len(set(addresses)) == len(targets)
    assert addresses[0] == "10.0.0.9"
    assert addresses[-2:] == ["10.0.0.20", "2001:db8::1"]


def test_no_range_and_too_many_addresses_are_refused() -> None:
    with pytest.raises(BadRange, match="no address range"):
        parse_targets(["# nothing"])
    with pytest.raises(BadRange, match="in one scan"):
        parse_targets(["10.0.0.0/12", "11.0.0.0/12"])


def test_what_is_over_is_left_out_of_what_remains() -> None:
    targets = parse_targets(["10.0.0.0/29", "10.0.1.1-3", "2001:db8::1-4"])
    addresses = list(targets)
    assert [targets.address_at(place) for place in range(len(targets) + 1)] == [*addresses, None]
    over = ["10.0.0.5", "10.0.0.6", "10.0.1.1", "2001:db8::2", "192.0.2.1"]
    for place, start in enumerate(addresses):
        left = targets.remaining(start, over)
        assert list(left) == [one for one in addresses[place:] if one not in over]
        assert len(left) == len(list(left))
    assert list(targets.remaining(None)) == addresses
    assert list(targets.remaining(None, addresses)) == []
