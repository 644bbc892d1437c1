"""What the files of others say, and what makes no sense in them."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmdb.errors import InvalidValue
from server.items.advisories.matching import is_meant
from server.items.advisories.reading import Reading, product_key, read_advisories
from server.items.advisories.scoring import base_score
from server.items.advisories.values import VersionRange
from tests.server.items.advisories.files import CYCLES, DEBIAN, PYTHON, nvd


def read(document: Any, name: str = "advisories.json") -> Reading:
    return read_advisories(json.dumps(document).encode(), name)


def test_a_debian_advisory_holds_for_the_release_it_names() -> None:
    (one,) = read(DEBIAN).advisories
    assert (one.code, one.feed, one.severity, one.score) == ("DSA-9001-1", "osv", "critical", 9.8)
    assert one.aliases == ("CVE-2026-1001",)
    assert [(r.ecosystem, r.name, r.system, r.release, r.fixed) for r in one.ranges] == [
        ("deb", "openssl", "debian", "12", "3.0.14-1~deb12u1"),
        ("deb", "openssl", "debian", "11", "1.1.1n-0+deb11u6"),
    ]


def test_each_span_of_events_is_a_range_and_git_is_passed_over() -> None:
    (one,) = read([PYTHON]).advisories
    assert one.severity == "medium"
    assert one.ranges == (
        VersionRange("pypi", "jinja2", fixed="2.11.3"),
        VersionRange("pypi", "jinja2", introduced="3.0.0", last="3.1.3"),
    )
    meant = [
        v
        for v in ("2.11.2", "2.11.3", "3.0.0", "3.1.3", "3.1.4", "")
        for r in one.ranges
        if is_meant(r, "pypi", v)
    ]
    assert meant == ["2.11.2", "3.0.0", "3.1.3"]


def test_nvd_speaks_of_products_under_their_name_and_with_their_maker() -> None:
    (one,) = read(nvd(versionEndExcluding="128.0")).advisories
    assert (one.code, one.feed, one.severity) == ("CVE-2026-2002", "nvd", "high")
    assert {r.name for r in one.ranges} == {"firefox", "mozilla firefox"}
    assert {r.fixed for r in one.ranges} == {"128.0"}


def test_what_means_every_version_there_ever_was_means_nothing() -> None:
    assert read(nvd()).advisories[0].ranges == ()


def test_cycles_take_their_product_from_the_name_of_the_file() -> None:
    found = read(CYCLES, "eol/debian.json").advisories
    assert [(one.code, one.ends_on) for one in found] == [
        ("debian 12", date(2026, 6, 10)),
        ("debian 11", date(2024, 8, 14)),
    ]


def test_a_record_that_makes_no_sense_sinks_no_other() -> None:
    found = read([DEBIAN, {"id": "X-1", "affected": [{}]}, 7, {"id": "\0", "affected": []}])
    assert (len(found.advisories), found.refused) == (1, 3)


@pytest.mark.parametrize("plain", [b"", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"a": 1}'])
def test_a_file_without_an_advisory_is_refused(plain: bytes) -> None:
    with pytest.raises(InvalidValue) as refused:
        read_advisories(plain, "x.json")
    assert list(refused.value.fields) == ["file"]


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "affected", "package", "ranges", "events", "cve", "cycle", "eol"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(_json)
def test_whatever_the_document_is_it_is_read_or_refused(document: Any) -> None:
    try:
        found = read([DEBIAN, document])
    except InvalidValue:
        return
    assert any(one.code == "DSA-9001-1" for one in found.advisories)


def test_names_meet_without_what_makers_write_around_them() -> None:
    assert product_key("Google Chrome 120.0.1") == product_key("google_chrome") == "google chrome"


def test_scores_follow_the_specification() -> None:
    # Examples of the CVSS 3.1 document: a changed scope, and no loss at all.
    assert base_score("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N") == 6.4
    assert base_score("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N") == 0.0
    assert base_score("CVSS:3.1/AV:N") is None
