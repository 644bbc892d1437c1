"""What the files of others say, and what makes no sense in them."""

import gzip
import io
import json
import zipfile
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmdb.errors import InvalidValue
from server.items.advisories.beginnings import beginning_of, kept_beginning
from server.items.advisories.distributions import place_of
from server.items.advisories.matching import is_meant
from server.items.advisories.reading import Reading, product_key, read_advisories
from server.items.advisories.scoring import base_score
from server.items.advisories.values import VersionRange
from tests.server.items.advisories.files import CYCLES, DEBIAN, PYTHON, answer_of_nvd, nvd


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


@pytest.mark.parametrize(
    ("borders", "meant"),
    [
        ({"versionStartExcluding": "1.2"}, ["1.2.1", "1.3", "2.0"]),
        ({"versionStartExcluding": "1.2", "versionEndExcluding": "1.3"}, ["1.2.1"]),
        ({"versionStartExcluding": "1.2", "versionEndIncluding": "1.3"}, ["1.2.1", "1.3"]),
        ({"versionStartIncluding": "1.2", "versionEndExcluding": "1.3"}, ["1.2", "1.2.1"]),
        ({"versionEndExcluding": "1.3"}, ["1.1", "1.2", "1.2.1"]),
        ({"versionStartExcluding": "1.2", "versionEndExcluding": "1.2"}, []),
    ],
)
def test_nvd_says_of_each_border_whether_it_is_meant(
    borders: dict[str, str], meant: list[str]
) -> None:
    (one,) = read(answer_of_nvd(**borders)).advisories
    assert (one.severity, len(one.ranges)) == ("high", 2)
    for told in one.ranges:
        versions = ("1.1", "1.2", "1.2.1", "1.3", "2.0")
        assert [version for version in versions if is_meant(told, "windows", version)] == meant


@given(st.text(alphabet="><=1.", max_size=5), st.booleans())
def test_the_beginning_of_a_range_is_kept_as_it_was_told(version: str, after: bool) -> None:
    told = ("", version) if after else (version, "")
    assert beginning_of(kept_beginning(*told)) == told


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


@pytest.mark.parametrize(
    ("told", "means"),
    [
        ("Debian:12", ("deb", "debian", "12")),
        ("Debian", ("deb", "debian", "")),
        ("Ubuntu:22.04:LTS", ("deb", "ubuntu", "22.04")),
        ("Alpine:v3.18", ("apk", "alpine", "3.18")),
        ("AlmaLinux:8", ("rpm", "almalinux", "8")),
        ("Red Hat:enterprise_linux:9::appstream", ("rpm", "rhel", "9")),
        ("Red Hat:rhel_eus:8.6::baseos", ("rpm", "rhel", "8.6")),
        ("openSUSE:Leap 15.5", ("rpm", "opensuse-leap", "15.5")),
        ("SUSE:Linux Enterprise Server 15 SP5", ("rpm", "sles", "15.5")),
        ("SUSE:Linux Enterprise Module for Basesystem 15", ("rpm", "sles", "15")),
        ("PyPI", ("pypi", "", "")),
    ],
)
def test_an_advisory_of_a_distribution_holds_for_its_own_systems_alone(
    told: str, means: tuple[str, str, str]
) -> None:
    place = place_of(told)
    assert place is not None
    assert (place.ecosystem, place.system, place.release) == means


@pytest.mark.parametrize(
    "told",
    ["Ubuntu:Pro:18.04:LTS", "openSUSE:Tumbleweed", "Red Hat:openshift:4.12::el8", "SUSE:Manager"],
)
def test_what_is_for_systems_that_nobody_here_knows_means_none(told: str) -> None:
    affected = [{**DEBIAN["affected"][0], "package": {"ecosystem": told, "name": "openssl"}}]
    assert read(DEBIAN | {"affected": affected}).advisories[0].ranges == ()


def test_nvds_own_score_goes_before_that_of_who_reported_it() -> None:
    document = nvd()
    cve = document["vulnerabilities"][0]["cve"]
    told = {"type": "Secondary", "cvssData": {"baseScore": 9.9}}
    cve["metrics"]["cvssMetricV31"] = [told, {"type": "Primary", "cvssData": {"baseScore": 5.0}}]
    assert read(document).advisories[0].score == 5.0
    cve["metrics"] = {"cvssMetricV40": [{"type": "Secondary", "cvssData": {"baseScore": 8.7}}]}
    assert (read(document).advisories[0].score, read(document).advisories[0].severity) == (
        8.7,
        "high",
    )


def zipped(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)
    return packed.getvalue()


def test_a_zip_of_osv_and_a_gzipped_feed_of_nvd_are_read_as_they_are_published() -> None:
    files = {"DSA-9001-1__json": DEBIAN, "PYSEC-2026-7__json": PYTHON}
    packed = zipped(**{name: json.dumps(one).encode() for name, one in files.items()}, readme=b"x")
    found = read_advisories(packed, "all.zip")
    assert [one.code for one in found.advisories] == ["DSA-9001-1", "PYSEC-2026-7"]
    feed = gzip.compress(json.dumps(nvd(versionEndExcluding="128.0")).encode())
    assert len(read_advisories(feed, "nvdcve-2.0-2026.json.gz").advisories) == 1
    cycles = gzip.compress(json.dumps(CYCLES).encode())
    assert read_advisories(cycles, "debian.json.gz").advisories[0].code == "debian 12"


def test_a_bomb_or_a_damaged_archive_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.items.advisories.unpacking.MOST_OF_ONE", 2**20)
    monkeypatch.setattr("server.items.advisories.unpacking.MOST_OF_ALL", 2**20 + 2**19)
    bomb, half = b" " * (2**20 + 1), b"[]" + b" " * (2**20 - 2)
    whole = zipped(a__json=json.dumps(DEBIAN).encode())
    refused = {
        gzip.compress(bomb): "unpacks to more than 1 MB",
        zipped(a__json=bomb): "unpacks to more than 1 MB",
        zipped(a__json=half, b__json=half): "unpacks to more than",
        gzip.compress(b"{}")[:-9]: "damaged",
        whole[:-30]: "damaged",
        whole.replace(whole[45:50], b"\xff" * 5): "damaged",
        zipped(readme=b"x"): "holds no advisory",
    }
    for packed, why in refused.items():
        with pytest.raises(InvalidValue) as told:
            read_advisories(packed, "all.zip")
        assert why in told.value.fields["file"]


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
