"""Versions are older or newer as their own ecosystem says."""

import shutil
import subprocess
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmdb.engine.packages import compare_versions, is_below, newest_first, package_url

_RISING = {
    "deb": [
        "0.9", "1.0~~", "1.0~~a", "1.0~", "1.0~rc1-1", "1.0", "1.0-1", "1.0-1+b1", "1.0-1.1",
        "1.0-2", "1.0a", "1.0+dfsg-1", "1.0.1", "1.9", "1.10", "2.0", "1:0.1",
    ],
    "rpm": [
        "1.0~rc1-1", "1.0-1", "1.0-2.fc25", "1.0^git1-1", "1.0.a-1", "1.0.1-1", "1.2-1", "1.10-1",
        "4.9.9-200.fc25", "4.11.3-200.fc25", "1:0.1-1",
    ],
    "pypi": [
        "1.0.dev1", "1.0a1.dev1", "1.0a1", "1.0b2", "1.0rc1", "1.0", "1.0.post1.dev2",
        "1.0.post1", "1.0.1", "1.1", "1.10", "1!0.1",
    ],
    "npm": [
        "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta.2", "1.0.0-beta.11",
        "1.0.0-rc.1", "1.0.0", "1.2.0", "1.10.0",
    ],
    "windows": ["5.09", "5.10", "119.0.6045.105", "119.0.6045.123"],
}  # fmt: skip


@pytest.mark.parametrize("ecosystem", _RISING)
def test_each_ecosystem_has_its_order(ecosystem: str) -> None:
    rising = _RISING[ecosystem]
    for older, newer in pairwise(rising):
        assert compare_versions(ecosystem, older, newer) == -1, (older, newer)
        assert compare_versions(ecosystem, newer, older) == 1, (older, newer)
    assert newest_first(ecosystem, sorted(rising)) == rising[::-1]


def test_the_same_version_may_be_written_twice() -> None:
    assert compare_versions("pypi", "1.0", "1.0.0") == 0
    assert compare_versions("deb", "0:1.0-1", "1.0-1") == 0
    assert not is_below("rpm", "3.0.7-27.el9", "3.0.7")


versions = st.text("0123456789abz.+~-:", min_size=1, max_size=12)


@given(versions, versions)
def test_nothing_breaks_the_comparison_and_it_is_the_same_both_ways(left: str, right: str) -> None:
    for ecosystem in (*_RISING, "other"):
        assert compare_versions(ecosystem, left, right) == -compare_versions(ecosystem, right, left)


@settings(max_examples=40, deadline=None)
@given(
    st.from_regex(r"[0-9][0-9a-z.+~]{0,7}(-[0-9a-z.+~]{1,4})?", fullmatch=True),
    st.from_regex(r"[0-9][0-9a-z.+~]{0,7}(-[0-9a-z.+~]{1,4})?", fullmatch=True),
)
def test_debians_order_is_dpkgs(left: str, right: str) -> None:
    assert shutil.which("dpkg"), "dpkg tells Debian's own order: run this test on Debian"
    for sign, word in ((-1, "lt"), (0, "eq"), (1, "gt")):
        told = subprocess.run(["dpkg", "--compare-versions", left, word, right], check=False)
        assert (told.returncode == 0) == (compare_versions("deb", left, right) == sign)


def test_a_package_has_one_address() -> None:
    assert package_url("pypi", "Django", "5.0") == "pkg:pypi/django@5.0"
    assert package_url("windows", "7-Zip 23.01 (x64)", "23.01") == (
        "pkg:generic/7-Zip%2023.01%20%28x64%29@23.01"
    )
