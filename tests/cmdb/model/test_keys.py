"""Keys sort and find the way the values mean it."""

import ipaddress
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cmdb.errors import InvalidValue
from cmdb.model import ValueType, shipped_model
from cmdb.model.addresses import address_range
from cmdb.model.keys import SearchKey
from cmdb.model.versions import version_key
from tests.cmdb.model.attributes import an_attribute

MODEL = shipped_model()


def keys(kind: ValueType, raw: Any, **more: Any) -> list[SearchKey]:
    attribute = an_attribute(kind, **more)
    return MODEL.search_keys(attribute, MODEL.validate_value(attribute, raw))


def text_key(kind: ValueType, raw: Any) -> str:
    [(text, number)] = keys(kind, raw)
    assert text is not None
    assert number is None
    return text


def number_key(kind: ValueType, raw: Any) -> float:
    [(text, number)] = keys(kind, raw)
    assert text is None
    assert number is not None
    return number


# Versions


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("9", "10"),
        ("1.9", "1.10"),
        ("1.0~rc1", "1.0"),
        ("1.0~rc1", "1.0~rc2"),
        ("1.0~~", "1.0~"),
        ("1.0-rc1", "1.0"),
        ("1.0.dev3", "1.0"),
        ("1.0beta2", "1.0rc1"),
        ("1.0rc9", "1.0"),
        ("1.0", "1.0-1"),
        ("1.0-1", "1.0.1"),
        ("1.0", "1.0+dfsg"),
        ("1.0+dfsg", "1.0.1"),
        ("1.0", "1.0^git1"),
        ("1.0^git1", "1.0.1"),
        ("1.0", "1.0.0"),
        ("1.0.2a", "1.0.2k"),
        ("1.0.2k", "1.0.2.1"),
        ("99.9", "1:0.1"),
        ("1:9", "2:1"),
        ("v1.9", "1.10"),
        ("12.2(9)SE", "12.2(55)SE"),
        ("10.0.19045", "10.0.22631"),
        ("2024.12.31", "20240101"),
        ("5.10.0-28-amd64", "5.10.0-30-amd64"),
        ("7.4.052", "7.4.52a"),
    ],
)
def test_the_older_version_has_the_smaller_key(older: str, newer: str) -> None:
    assert text_key(ValueType.VERSION, older) < text_key(ValueType.VERSION, newer)


@pytest.mark.parametrize(
    ("one", "other"), [("v1.2", "1.2"), ("Version 1.2", "1.2"), ("0:1.2", "1.2"), ("1.02", "1.2")]
)
def test_versions_that_mean_the_same_have_the_same_key(one: str, other: str) -> None:
    assert version_key(one) == version_key(other)


def test_a_word_that_merely_holds_rc_is_no_release_candidate() -> None:
    assert version_key("1.0-src1") > version_key("1.0")
    assert version_key("1.0-premium") > version_key("1.0")


@given(st.lists(st.integers(0, 10**30), min_size=1, max_size=4), st.data())
def test_versions_of_numbers_sort_as_the_numbers(left: list[int], data: st.DataObject) -> None:
    right = data.draw(st.lists(st.integers(0, 10**30), min_size=1, max_size=4))
    dotted = [".".join(map(str, parts)) for parts in (left, right)]
    assert (left < right) == (version_key(dotted[0]) < version_key(dotted[1]))


def order(sign: str) -> int:
    """Rank a sign as deb-version(7) does; the end of a part, and a digit, rank 0."""
    if sign == "~":
        return -1
    if not sign or sign.isdigit():
        return 0
    return ord(sign) if sign.isalpha() else ord(sign) + 256


def debian_compare(left: str, right: str) -> int:
    """Compare two upstream versions the way deb-version(7) describes, sign by sign."""
    i = j = 0
    while i < len(left) or j < len(right):
        while (i < len(left) and not left[i].isdigit()) or (
            j < len(right) and not right[j].isdigit()
        ):
            ranks = order(left[i : i + 1]), order(right[j : j + 1])
            if ranks[0] != ranks[1]:
                return ranks[0] - ranks[1]
            i, j = i + 1, j + 1
        numbers = []
        for text, at in ((left, i), (right, j)):
            end = at
            while end < len(text) and text[end].isdigit():
                end += 1
            numbers.append((int(text[at:end] or "0"), end))
        if numbers[0][0] != numbers[1][0]:
            return numbers[0][0] - numbers[1][0]
        i, j = numbers[0][1], numbers[1][1]
    return 0


PLAIN_VERSION = st.from_regex(r"[0-9][0-9a-c.+~]{0,20}", fullmatch=True)


@given(PLAIN_VERSION, PLAIN_VERSION)
def test_plain_versions_sort_as_in_debian(left: str, right: str) -> None:
    compared = debian_compare(left, right)
    assume(compared != 0)
    assert (compared < 0) == (version_key(left) < version_key(right))


# Addresses


@given(st.lists(st.ip_addresses(v=4), min_size=2, max_size=8))
def test_ipv4_keys_sort_as_the_addresses(addresses: list[ipaddress.IPv4Address]) -> None:
    by_key = sorted(addresses, key=lambda address: text_key(ValueType.IP, str(address)))
    assert by_key == sorted(addresses)


@given(st.lists(st.ip_addresses(v=6), min_size=2, max_size=8))
def test_ipv6_keys_sort_as_the_addresses(addresses: list[ipaddress.IPv6Address]) -> None:
    assume(not any(address.ipv4_mapped for address in addresses))
    by_key = sorted(addresses, key=lambda address: text_key(ValueType.IP, str(address)))
    assert by_key == sorted(addresses)


@given(st.ip_addresses(v=4), st.ip_addresses(v=6))
def test_ipv4_comes_before_ipv6(four: ipaddress.IPv4Address, six: ipaddress.IPv6Address) -> None:
    assume(six.ipv4_mapped is None)
    assert text_key(ValueType.IP, str(four)) < text_key(ValueType.IP, str(six))


NETWORKS = st.builds(
    lambda address, length: ipaddress.ip_network((int(address), length), strict=False),
    st.ip_addresses(v=4),
    st.integers(0, 32),
)


@given(st.lists(NETWORKS, min_size=2, max_size=8))
def test_prefix_keys_sort_as_the_networks(networks: list[ipaddress.IPv4Network]) -> None:
    by_key = sorted(networks, key=lambda network: text_key(ValueType.PREFIX, str(network)))
    assert by_key == sorted(networks)


@given(NETWORKS, st.ip_addresses(v=4))
def test_the_addresses_of_a_network_are_one_range_of_keys(
    network: ipaddress.IPv4Network, address: ipaddress.IPv4Address
) -> None:
    first, last = address_range(str(network))
    assert (first <= text_key(ValueType.IP, str(address)) <= last) == (address in network)


# The others


def test_text_is_found_whatever_its_case() -> None:
    assert text_key(ValueType.TEXT, "Straße ÄÖ") == text_key(ValueType.TEXT, "STRASSE äö")
    assert text_key(ValueType.CHOICE, "RED") == "red"


@given(st.text(min_size=1))
def test_text_in_capitals_has_a_key_of_its_own_size(raw: str) -> None:
    for text, _ in keys(ValueType.TEXT, raw):
        assert text is not None
        assert len(text) <= 200


def test_long_text_is_found_by_its_beginning() -> None:
    assert text_key(ValueType.TEXT, "X" * 300) == "x" * 200


@given(st.integers(-(2**53), 2**53), st.integers(-(2**53), 2**53))
def test_whole_numbers_sort_as_numbers(left: int, right: int) -> None:
    found = number_key(ValueType.INTEGER, left), number_key(ValueType.INTEGER, right)
    assert (left < right) == (found[0] < found[1])


def test_true_is_one_and_false_is_zero() -> None:
    assert number_key(ValueType.BOOLEAN, raw=True) == 1.0
    assert number_key(ValueType.BOOLEAN, raw=False) == 0.0


def test_money_is_found_by_currency_and_amount() -> None:
    assert keys(ValueType.MONEY, "12.50 EUR") == [("eur", 12.5)]


@given(st.lists(st.datetimes(min_value=datetime(1900, 1, 1)), min_size=2, max_size=6))  # noqa: DTZ001 - the zone is added below
def test_moments_sort_in_time(moments: list[datetime]) -> None:
    aware = sorted(moment.replace(tzinfo=UTC) for moment in moments)
    found = [text_key(ValueType.DATETIME, moment) for moment in aware]
    assert all(earlier <= later for earlier, later in pairwise(found))


def test_days_sort_in_time() -> None:
    assert text_key(ValueType.DATE, "2024-12-31") < text_key(ValueType.DATE, "2025-01-01")


def test_each_member_of_a_list_has_its_own_key() -> None:
    assert keys(ValueType.INTEGER, [443, 80], is_list=True) == [(None, 443.0), (None, 80.0)]
    assert keys(ValueType.TEXT, ["A", "b"], is_list=True) == [("a", None), ("b", None)]


def test_json_and_what_is_not_searchable_have_no_keys() -> None:
    assert keys(ValueType.JSON, {"a": 1}, searchable=False) == []
    assert keys(ValueType.TEXT, "a", searchable=False) == []
    assert keys(ValueType.TEXT, None) == []


# What stands in a query


def test_an_operand_is_read_as_the_value_would_be() -> None:
    memory = MODEL.attribute("memory_bytes", "server")
    assert MODEL.operand_key(memory, "16 GiB") == (None, float(16 * 2**30))
    addresses = MODEL.attribute("ip_addresses", "server")
    assert MODEL.operand_key(addresses, "192.0.2.1") == ("4c0000201", None)


def test_an_operand_may_lie_beyond_the_bounds_of_the_attribute() -> None:
    port = MODEL.attribute("port", "software_component")
    assert MODEL.operand_key(port, "70000") == (None, 70_000.0)


def test_an_amount_may_be_compared_without_its_currency() -> None:
    cost = MODEL.attribute("monthly_cost", "cloud_resource")
    assert MODEL.operand_key(cost, "100") == (None, 100.0)
    assert MODEL.operand_key(cost, "100 eur") == ("eur", 100.0)


@pytest.mark.parametrize(("code", "raw"), [("port", "https"), ("port", ""), ("notes", "x")])
def test_an_operand_that_makes_no_sense_is_refused(code: str, raw: str) -> None:
    attribute = MODEL.attribute(code, "software_component")
    with pytest.raises(InvalidValue) as caught:
        MODEL.operand_key(attribute, raw)
    assert list(caught.value.fields) == [code]
