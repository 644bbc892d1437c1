"""What each type takes, what it stores, and how it says no."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmdb.errors import InvalidValue
from cmdb.model import ValueType, shipped_model
from cmdb.vocabulary import Criticality, LifeStage
from tests.cmdb.model.attributes import an_attribute

MODEL = shipped_model()

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def stored(kind: ValueType, raw: Any, **more: Any) -> Any:
    return MODEL.validate_value(an_attribute(kind, **more), raw)


def refusal(kind: ValueType, raw: Any, **more: Any) -> str:
    with pytest.raises(InvalidValue) as caught:
        stored(kind, raw, **more)
    assert list(caught.value.fields) == ["x"]
    return caught.value.fields["x"]


@pytest.mark.parametrize("kind", list(ValueType))
@pytest.mark.parametrize("nothing", [None, "", "  \t\n", "\ufeff"])
def test_nothing_said_is_none_whatever_the_type(kind: ValueType, nothing: Any) -> None:
    assert stored(kind, nothing) is None


@pytest.mark.parametrize("kind", list(ValueType))
def test_an_empty_list_says_nothing(kind: ValueType) -> None:
    assert stored(kind, [], is_list=True) is None
    assert stored(kind, [None, ""], is_list=True) is None


@pytest.mark.parametrize("kind", list(ValueType))
@given(raw=JSON)
def test_whatever_arrives_is_stored_as_json_or_refused_by_name(kind: ValueType, raw: Any) -> None:
    attribute = an_attribute(kind, searchable=kind is not ValueType.JSON)
    try:
        value = MODEL.validate_value(attribute, raw)
    except InvalidValue as error:
        refused = error.fields
        value = None
    else:
        refused = {}
    assert set(refused) <= {"x"}
    assert all(len(why) < 200 for why in refused.values())
    text = json.dumps(value, allow_nan=False, ensure_ascii=False)
    text.encode("utf-8")
    assert "\\u0000" not in text
    assert MODEL.validate_value(attribute, value) == value
    for text_key, number_key in MODEL.search_keys(attribute, value):
        assert text_key is None or len(text_key) <= 200
        assert number_key is None or isinstance(number_key, float)


# Text


def test_text_is_trimmed_and_composed() -> None:
    assert stored(ValueType.TEXT, "  Cafe\u0301 ") == "Café"


def test_what_cannot_be_seen_is_taken_out_of_text() -> None:
    assert stored(ValueType.TEXT, "a\x00b\x1bc\ufeffd\u202ee") == "abcde"


def test_a_lone_surrogate_becomes_the_replacement_sign() -> None:
    assert stored(ValueType.TEXT, "a\ud800") == "a\ufffd"


def test_joiners_that_scripts_need_stay() -> None:
    assert stored(ValueType.TEXT, "می\u200cشود") == "می\u200cشود"


def test_a_single_line_keeps_no_breaks() -> None:
    assert stored(ValueType.TEXT, "one\r\ntwo\tthree\u2028four") == "one two three four"


def test_several_lines_keep_breaks_and_tabs() -> None:
    assert stored(ValueType.TEXT, "one\r\n\ttwo\rthree", multiline=True) == "one\n\ttwo\nthree"


def test_a_number_may_stand_where_text_is_wanted() -> None:
    assert stored(ValueType.TEXT, 4711) == "4711"
    assert "expected text, got true" in refusal(ValueType.TEXT, raw=True)
    assert "expected text, got a list" in refusal(ValueType.TEXT, ["a"])
    assert "expected text" in refusal(ValueType.TEXT, 10**5000)


def test_text_that_is_too_long_is_refused_with_its_length() -> None:
    assert refusal(ValueType.TEXT, "x" * 256, max_length=255) == (
        "the text has 256 characters, more than the 255 allowed"
    )
    name = MODEL.attribute("name", "server")
    assert MODEL.validate_value(name, "x" * 255) == "x" * 255
    with pytest.raises(InvalidValue, match="name: the text has 256 characters"):
        MODEL.validate_value(name, "x" * 256)


def test_a_word_of_the_vocabulary_is_stored_as_plain_text_and_plain_number() -> None:
    stage = MODEL.attribute("stage", "item")
    criticality = MODEL.attribute("criticality", "item")
    name = MODEL.attribute("name", "item")
    assert type(MODEL.validate_value(stage, LifeStage.IN_USE)) is str
    assert type(MODEL.validate_value(name, LifeStage.IN_USE)) is str
    assert type(MODEL.validate_value(criticality, Criticality.TIER_0)) is int


@given(st.text())
def test_clean_text_stays_as_it_is(raw: str) -> None:
    once = stored(ValueType.TEXT, raw)
    assert stored(ValueType.TEXT, once) == once


# Booleans


@pytest.mark.parametrize("raw", [True, 1, "true", "Yes", " ON ", "1 "])
def test_yes_is_true(raw: Any) -> None:
    assert stored(ValueType.BOOLEAN, raw) is True


@pytest.mark.parametrize("raw", [False, 0, "false", "No", "off", "0 "])
def test_no_is_false(raw: Any) -> None:
    assert stored(ValueType.BOOLEAN, raw) is False


@pytest.mark.parametrize("raw", ["maybe", 2, 1.5, [], {}])
def test_maybe_is_refused(raw: Any) -> None:
    assert refusal(ValueType.BOOLEAN, raw).startswith("expected true or false, got")


# Numbers


@pytest.mark.parametrize(
    ("raw", "expected"),
    [(16, 16), ("16 ", 16), (" +16 ", 16), (16.0, 16), ("1.6e1", 16), (Decimal(16), 16), (-5, -5)],
)
def test_whole_numbers_are_taken_from_what_means_them(raw: Any, expected: int) -> None:
    assert stored(ValueType.INTEGER, raw) == expected


@pytest.mark.parametrize("raw", [True, "sixteen", 16.5, "16.25", [16], "1,6", "0x10", "१६"])
def test_what_is_no_whole_number_is_refused(raw: Any) -> None:
    assert refusal(ValueType.INTEGER, raw).startswith("expected a whole number")


@pytest.mark.parametrize("raw", [float("nan"), float("inf"), "NaN", "Infinity", Decimal("NaN")])
def test_not_a_number_is_no_number(raw: Any) -> None:
    assert "number" in refusal(ValueType.INTEGER, raw)
    assert "number" in refusal(ValueType.DECIMAL, raw)


def test_whole_numbers_fit_in_64_bits() -> None:
    assert stored(ValueType.INTEGER, 2**63 - 1) == 2**63 - 1
    assert stored(ValueType.INTEGER, str(-(2**63))) == -(2**63)
    for raw in (2**63, -(2**63) - 1, "1e400", "9" * 60, 10**5000):
        assert "too large" in refusal(ValueType.INTEGER, raw)


def test_a_very_long_number_is_refused_before_it_is_read() -> None:
    assert refusal(ValueType.INTEGER, "9" * 1_000_000).startswith("expected a whole number")


def test_bounds_are_named() -> None:
    assert refusal(ValueType.INTEGER, 0, minimum=1, maximum=65535) == "expected at least 1, got 0"
    assert refusal(ValueType.INTEGER, 65536, maximum=65535) == "expected at most 65535, got 65536"
    assert refusal(ValueType.DECIMAL, 100.5, maximum=100) == "expected at most 100, got 100.5"


@pytest.mark.parametrize(
    ("raw", "unit", "expected"),
    [
        ("64 GiB", "B", 64 * 2**30),
        ("500GB", "B", 500 * 10**9),
        ("512", "B", 512),
        ("3.2 GHz", "MHz", 3200),
        ("2 h", "min", 120),
        ("42 U", "U", 42),
    ],
)
def test_a_unit_of_the_same_family_is_converted(raw: str, unit: str, expected: int) -> None:
    assert stored(ValueType.INTEGER, raw, unit=unit) == expected


def test_a_unit_of_another_family_is_refused() -> None:
    assert refusal(ValueType.INTEGER, "64 kg", unit="B") == "expected the unit B, got 'kg'"
    assert refusal(ValueType.INTEGER, "64 kg") == "expected a number without a unit, got 'kg'"


def test_an_inch_is_an_inch() -> None:
    assert stored(ValueType.DECIMAL, '27"', unit="in") == 27.0
    assert stored(ValueType.DECIMAL, "68.58 cm", unit="in") == 27.0


@given(st.floats(min_value=-1e300, max_value=1e300))
def test_a_decimal_keeps_fifteen_digits_and_survives_storage(raw: float) -> None:
    value = stored(ValueType.DECIMAL, raw)
    assert value == pytest.approx(raw, rel=1e-14)
    assert json.loads(json.dumps(value)) == value


def test_a_decimal_that_storage_would_make_infinite_is_refused() -> None:
    assert refusal(ValueType.DECIMAL, 1.7976931348623151e308) == "the number is too large"


def test_minus_zero_is_zero() -> None:
    assert str(stored(ValueType.DECIMAL, -0.0)) == "0.0"


# Money


@pytest.mark.parametrize(
    "raw",
    [
        "1234.5 EUR",
        "1234.50 eur",
        {"amount": "1234.50", "currency": "EUR"},
        {"amount": 1234.5, "currency": "eur"},
        {"amount": Decimal("1234.5000"), "currency": "EUR"},
    ],
)
def test_money_is_an_exact_amount_and_a_currency(raw: Any) -> None:
    assert stored(ValueType.MONEY, raw) == {"amount": "1234.50", "currency": "EUR"}


def test_money_has_no_negative_zero_and_keeps_small_parts() -> None:
    assert stored(ValueType.MONEY, "-0 EUR")["amount"] == "0.00"
    assert stored(ValueType.MONEY, "-0.0125 EUR")["amount"] == "-0.0125"


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("12.50", "expected an amount and a currency"),
        (12.5, "expected an amount and a currency"),
        ({"amount": 1}, "expected an amount and a currency"),
        ("12.50 euro", "expected a currency such as EUR, got 'euro'"),
        ({"amount": 1, "currency": 978}, "expected a currency such as EUR, got 978"),
        ("0.00001 EUR", "at most 4 digits after the point"),
        ("1e15 EUR", "the amount is too large"),
        ("much EUR", "expected an amount such as 12.50"),
        ({"amount": True, "currency": "EUR"}, "expected an amount such as 12.50"),
    ],
)
def test_what_is_no_money_is_refused(raw: Any, why: str) -> None:
    assert why in refusal(ValueType.MONEY, raw)


# Time


@pytest.mark.parametrize("raw", ["2025-01-31", "20250131", date(2025, 1, 31)])
def test_a_date_is_a_day(raw: Any) -> None:
    assert stored(ValueType.DATE, raw) == "2025-01-31"


@pytest.mark.parametrize(
    "raw",
    ["31.01.2025", "2025-02-30", "01/31/2025", 20250131, datetime(2025, 1, 31, tzinfo=UTC), True],
)
def test_what_is_no_day_is_refused(raw: Any) -> None:
    assert refusal(ValueType.DATE, raw).startswith("expected a date such as 2025-01-31, got")


@pytest.mark.parametrize(
    "raw",
    [
        "2025-01-31T10:00:00Z",
        "2025-01-31 12:00:00+02:00",
        datetime(2025, 1, 31, 10, tzinfo=UTC),
        datetime(2025, 1, 31, 5, tzinfo=timezone(timedelta(hours=-5))),
    ],
)
def test_a_moment_is_stored_in_utc(raw: Any) -> None:
    assert stored(ValueType.DATETIME, raw) == "2025-01-31T10:00:00Z"


def test_a_moment_without_zone_is_refused_rather_than_guessed_at() -> None:
    assert "needs a zone" in refusal(ValueType.DATETIME, "2025-01-31T10:00:00")
    assert "needs a zone" in refusal(ValueType.DATETIME, "2025-01-31")


@pytest.mark.parametrize(
    "raw", ["yesterday", 1738317600, "0001-01-01T00:00:00+12:00", None.__class__]
)
def test_what_is_no_moment_is_refused(raw: Any) -> None:
    assert refusal(ValueType.DATETIME, raw).startswith("expected a time with its zone")


# Choices and references


def test_a_choice_is_taken_in_any_case() -> None:
    assert stored(ValueType.CHOICE, " Green ") == "green"


def test_a_wrong_choice_is_told_the_right_ones() -> None:
    assert refusal(ValueType.CHOICE, "blue") == "expected one of red, green; got 'blue'"
    assert refusal(ValueType.CHOICE, 1) == "expected one of red, green; got 1"


def test_a_reference_is_the_id_of_an_item() -> None:
    assert stored(ValueType.REFERENCE, "42") == 42
    assert "expected the id of an item" in refusal(ValueType.REFERENCE, 0)
    assert "expected a whole number" in refusal(ValueType.REFERENCE, "srv-1")


# Addresses


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:DB8::0:1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        (ip_address("192.0.2.1"), "192.0.2.1"),
    ],
)
def test_an_address_has_one_spelling(raw: Any, expected: str) -> None:
    assert stored(ValueType.IP, raw) == expected


@pytest.mark.parametrize("raw", ["192.0.2.256", "192.0.2.0/24", "host", 3221225985, "192.0.2.01"])
def test_what_is_no_address_is_refused(raw: Any) -> None:
    assert refusal(ValueType.IP, raw).startswith("expected an IP address such as 192.0.2.1")


def test_a_network_may_be_given_with_its_mask() -> None:
    assert stored(ValueType.PREFIX, "192.0.2.0/255.255.255.0") == "192.0.2.0/24"
    assert stored(ValueType.PREFIX, "2001:DB8::/32") == "2001:db8::/32"


def test_a_network_with_host_bits_is_refused_with_the_network_meant() -> None:
    assert refusal(ValueType.PREFIX, "192.0.2.7/24") == (
        "'192.0.2.7/24' is an address in a network; the network is 192.0.2.0/24"
    )


@pytest.mark.parametrize(
    "raw", ["192.0.2.0", "192.0.2.0/33", "x/24", "fe80::%a/64", 24, "/", "1/2/3"]
)
def test_what_is_no_network_is_refused(raw: Any) -> None:
    assert refusal(ValueType.PREFIX, raw).startswith("expected a network such as 192.0.2.0/24")


@pytest.mark.parametrize(
    "raw", ["00:1A:2B:3C:4D:5E", "00-1a-2b-3c-4d-5e", "001a.2b3c.4d5e", "001A2B3C4D5E"]
)
def test_a_hardware_address_has_one_spelling(raw: str) -> None:
    assert stored(ValueType.MAC, raw) == "00:1a:2b:3c:4d:5e"


def test_longer_hardware_addresses_exist() -> None:
    assert stored(ValueType.MAC, "00-1a-2b-ff-fe-3c-4d-5e") == "00:1a:2b:ff:fe:3c:4d:5e"
    assert len(stored(ValueType.MAC, "ab" * 20)) == 59


@pytest.mark.parametrize("raw", ["00:1a:2b:3c:4d", "00:1a:2b:3c:4d:5g", "ab" * 7, 123456789012])
def test_what_is_no_hardware_address_is_refused(raw: Any) -> None:
    assert refusal(ValueType.MAC, raw).startswith("expected a MAC address such as")


# Lists and documents


def test_a_list_takes_one_value_as_a_list_of_one() -> None:
    assert stored(ValueType.INTEGER, "443", is_list=True) == [443]


def test_a_list_drops_what_says_nothing_and_what_was_said_before() -> None:
    assert stored(ValueType.IP, ["::1", "", None, "0::1", "192.0.2.1"], is_list=True) == [
        "::1",
        "192.0.2.1",
    ]


def test_a_set_becomes_a_list_in_a_fixed_order() -> None:
    assert stored(ValueType.TEXT, {"b", "a", "c"}, is_list=True) == ["a", "b", "c"]


def test_the_bad_member_of_a_list_is_pointed_at() -> None:
    why = refusal(ValueType.INTEGER, [443, "https"], is_list=True)
    assert why == "value 2 of the list: expected a whole number, got 'https'"


def test_a_list_has_an_end() -> None:
    assert "more than 1000" in refusal(ValueType.INTEGER, list(range(1001)), is_list=True)


def test_a_document_is_copied_with_clean_text() -> None:
    raw = {"toner\x00": ("black", 12.5, True, None, {"deep": ["x\ud800"]})}
    assert stored(ValueType.JSON, raw) == {
        "toner": ["black", 12.5, True, None, {"deep": ["x\ufffd"]}]
    }


@pytest.mark.parametrize("raw", [{1: 2}, {"a": {1}}, [float("nan")], [2**64], [object()]])
def test_what_is_no_json_is_refused(raw: Any) -> None:
    assert "JSON" in refusal(ValueType.JSON, raw)


def test_a_document_is_neither_endless_nor_bottomless() -> None:
    deep: list[Any] = []
    for _ in range(5000):
        deep = [deep]
    assert "nested" in refusal(ValueType.JSON, deep)
    assert "longer" in refusal(ValueType.JSON, ["x" * 70_000])
    assert refusal(ValueType.TEXT, deep) == "expected text, got a list"
