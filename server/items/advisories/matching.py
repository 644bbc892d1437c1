"""Which releases an advisory means. Pure; versions compare by their ecosystem's own rules."""

from cmdb.engine.packages import compare_versions
from server.items.advisories.values import VersionRange

#: Distributions fix what they ship without raising the maker's version, and publish advisories of
#: their own: what the maker says of version 3.0.11 does not hold for 3.0.11-1~deb12u2.
PATCHED_BY_DISTRIBUTIONS = frozenset({"deb", "rpm", "apk", "pacman"})


def is_meant(one: VersionRange, ecosystem: str, version: str) -> bool:
    """Say whether a version lies within a range.

    >>> is_meant(VersionRange("deb", "openssl", fixed="3.0.14-1"), "deb", "3.0.11-1~deb12u2")
    True
    >>> is_meant(VersionRange("", "firefox", "100.0", last="115.0"), "windows", "115.0.1")
    False
    >>> is_meant(VersionRange("", "firefox", after="100.0"), "windows", "100.0")
    False
    """
    if not version:
        return False
    if one.exact:
        return any(compare_versions(ecosystem, version, told) == 0 for told in one.exact)
    if one.introduced and compare_versions(ecosystem, version, one.introduced) < 0:
        return False
    if one.after and compare_versions(ecosystem, version, one.after) <= 0:
        return False
    if one.fixed:
        return compare_versions(ecosystem, version, one.fixed) < 0
    return not one.last or compare_versions(ecosystem, version, one.last) <= 0


def is_of_cycle(version: str, cycle: str) -> bool:
    """Say whether a version belongs to a cycle of releases.

    >>> is_of_cycle("12.5", "12"), is_of_cycle("1:3.11.2-6", "3.11"), is_of_cycle("120", "12")
    (True, True, False)
    """
    bare = version.partition(":")[2] if version.split(":", maxsplit=1)[0].isdigit() else version
    bare = bare or version
    return bare == cycle or (bare.startswith(cycle) and not bare[len(cycle)].isalnum())
