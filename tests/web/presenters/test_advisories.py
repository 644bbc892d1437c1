"""Which versions an advisory means, in words."""

import pytest

from server.items.advisories.values import VersionRange
from tests.web.presenters.readers import reader
from web.presenters.advisories import MeantVersions, meant_versions


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (VersionRange("pypi", "jinja2"), "every version"),
        (VersionRange("pypi", "jinja2", fixed="2.11.3"), "before 2.11.3"),
        (VersionRange("pypi", "jinja2", introduced="3.0"), "from 3.0 on"),
        (
            VersionRange("", "firefox", after="115.0", last="128.0"),
            "after 115.0, up to 128.0, this one too",
        ),
        (VersionRange("", "firefox", "115.0", "128.0"), "from 115.0 on, before 128.0"),
        (VersionRange("npm", "left-pad", exact=("1.0", "1.1")), "only 1.0, 1.1"),
        (
            VersionRange("npm", "left-pad", exact=tuple("123456789")),
            "only 1, 2, 3, 4, 5, 6, 7, 8 …",
        ),
    ],
)
def test_each_border_says_whether_it_is_meant(told: VersionRange, words: str) -> None:
    assert meant_versions([told], reader()) == [MeantVersions(told.name, "", words)]


def test_of_two_names_for_one_product_the_longer_is_told() -> None:
    two = ("http server", "red hat http server", "http server")
    found = meant_versions([VersionRange("", name, fixed="2.4") for name in two], reader())
    assert [one.package for one in found] == ["red hat http server"]
    other = VersionRange("", "http server", fixed="2.2")
    found = meant_versions([other, VersionRange("", two[1], fixed="2.4")], reader())
    assert [one.package for one in found] == ["http server", "red hat http server"]


def test_a_distribution_is_named_with_its_release() -> None:
    told = VersionRange("deb", "openssl", fixed="3.0.14-1", system="debian", release="12")
    assert meant_versions([told], reader()) == [
        MeantVersions("openssl", "debian 12", "before 3.0.14-1")
    ]
