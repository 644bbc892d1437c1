"""Which of two versions is older, by the rules of the ecosystem that wrote them.

Debian: deb-version(7). RPM: rpmvercmp with ``~`` and ``^``. Python: PEP 440. npm: semver.org 2.0.
Everything else by the natural order of ``cmdb.model.versions``. All are linear in the length.
"""

import re
from collections.abc import Callable, Iterable
from functools import cmp_to_key
from itertools import zip_longest
from typing import Any

from cmdb.model.versions import version_key

_Compare = Callable[[str, str], int]
_RUNS = re.compile(r"[0-9]+|[^0-9]+")
_RPM_RUNS = re.compile(r"[0-9]+|[A-Za-z]+|~|\^")
_PEP440 = re.compile(
    r"v?(?:(?P<epoch>\d+)!)?(?P<release>\d+(?:\.\d+)*)"
    r"(?:[-_.]?(?P<pre>a|b|c|rc|alpha|beta|pre|preview)[-_.]?(?P<pre_n>\d*))?"
    r"(?:-(?P<post_n1>\d+)|[-_.]?(?P<post>post|rev|r)[-_.]?(?P<post_n2>\d*))?"
    r"(?:[-_.]?(?P<dev>dev)[-_.]?(?P<dev_n>\d*))?(?:\+(?P<local>[a-z0-9._-]+))?$"
)
_SEMVER = re.compile(r"v?(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+.*)?$")
_PRE = {"alpha": "a", "beta": "b", "c": "rc", "pre": "rc", "preview": "rc"}


def compare_versions(ecosystem: str, left: str, right: str) -> int:
    """Return -1, 0 or 1 as ``left`` is older than, the same as, or newer than ``right``.

    >>> compare_versions("deb", "1.0~rc1-1", "1.0-1"), compare_versions("deb", "1:0.9", "2.0")
    (-1, 1)
    >>> compare_versions("rpm", "4.11.3-200.fc25", "4.9.9-200.fc25")
    1
    >>> compare_versions("pypi", "1.0.dev1", "1.0a1")
    -1
    """
    return _COMPARES.get(ecosystem, _natural)(left, right)


def is_below(ecosystem: str, version: str, limit: str) -> bool:
    """Say whether a version is older than ``limit``."""
    return compare_versions(ecosystem, version, limit) < 0


def newest_first(ecosystem: str, versions: Iterable[str]) -> list[str]:
    """Sort versions, the newest first."""
    order = cmp_to_key(_COMPARES.get(ecosystem, _natural))
    return sorted(versions, key=order, reverse=True)


def _sign(difference: int) -> int:
    return (difference > 0) - (difference < 0)


def _order(left: Any, right: Any) -> int:
    return int(left > right) - int(left < right)


def _natural(left: str, right: str) -> int:
    return _order(version_key(left), version_key(right))


def _deb(left: str, right: str) -> int:
    for one, other in zip(_deb_parts(left), _deb_parts(right), strict=True):
        if found := _deb_part(one, other):
            return found
    return 0


def _deb_parts(version: str) -> tuple[str, str, str]:
    """Return epoch, upstream version and revision."""
    epoch, colon, rest = version.strip().partition(":")
    if not (colon and epoch.isdigit()):
        epoch, rest = "0", version.strip()
    upstream, _, revision = rest.rpartition("-")
    return (epoch, upstream, revision) if upstream else (epoch, rest, "")


def _deb_part(left: str, right: str) -> int:
    """Compare runs in turn: what is no digit by weight, digits as numbers."""
    ones, others = _paired_runs(left), _paired_runs(right)
    for (sign, number), (other_sign, other_number) in zip_longest(ones, others, fillvalue=("", 0)):
        for one, other in zip_longest(sign, other_sign, fillvalue=""):
            if found := _sign(_weight(one) - _weight(other)):
                return found
        if number != other_number:
            return _sign(number - other_number)
    return 0


def _paired_runs(text: str) -> list[tuple[str, int]]:
    pairs: list[tuple[str, int]] = []
    sign = ""
    for run in _RUNS.findall(text):
        if "0" <= run[0] <= "9":
            pairs.append((sign, int(run[:18])))
            sign = ""
        else:
            sign = run
    return [*pairs, (sign, 0)] if sign else pairs


def _weight(sign: str) -> int:
    if sign == "~":
        return -1
    if not sign:
        return 0
    return ord(sign) if sign.isalpha() else ord(sign) + 0x110000


def _rpm(left: str, right: str) -> int:
    for one, other in zip(_deb_parts(left), _deb_parts(right), strict=True):
        # Where one side tells no release, any will do: "below 3.0" means every build of 2.9.
        told = bool(one) == bool(other)
        if told and (found := _rpm_part(one, other)):
            return found
    return 0


def _rpm_part(left: str, right: str) -> int:
    ones, others = _RPM_RUNS.findall(left), _RPM_RUNS.findall(right)
    for one, other in zip_longest(ones, others, fillvalue=""):
        if one != other:
            found = _rpm_run(one, other)
            if found:
                return found
    return 0


def _rpm_run(one: str, other: str) -> int:
    for mark, more in (("~", -1), ("^", 1)):
        if mark in (one, other):
            # A caret is more than the end and less than anything else.
            ahead = more if mark == "~" or "" in (one, other) else -1
            return ahead if one == mark else -ahead
    if not one or not other:
        return 1 if one else -1
    if one.isdigit() != other.isdigit():
        return 1 if one.isdigit() else -1
    return _sign(int(one[:18]) - int(other[:18])) if one.isdigit() else _order(one, other)


def _pypi(left: str, right: str) -> int:
    keys = [_pep440(version) for version in (left, right)]
    return _natural(left, right) if None in keys else _order(*keys)


def _pep440(version: str) -> Any:
    found = _PEP440.match(version.strip().casefold())
    if found is None:
        return None
    release = tuple(int(part[:18]) for part in found["release"].split("."))
    while len(release) > 1 and release[-1] == 0:
        release = release[:-1]
    is_post = found["post"] is not None or found["post_n1"] is not None
    post = (1, int(found["post_n1"] or found["post_n2"] or 0)) if is_post else (0, 0)
    if found["pre"]:
        pre = (1, _PRE.get(found["pre"], found["pre"]), int(found["pre_n"] or 0))
    else:
        # A development release without anything else comes before its alphas.
        pre = (0, "", 0) if found["dev"] and not is_post else (2, "", 0)
    dev = (0, int(found["dev_n"] or 0)) if found["dev"] else (1, 0)
    return int(found["epoch"] or 0), release, pre, post, dev, found["local"] or ""


def _npm(left: str, right: str) -> int:
    keys = [_semver(version) for version in (left, right)]
    return _natural(left, right) if None in keys else _order(*keys)


def _semver(version: str) -> Any:
    found = _SEMVER.match(version.strip())
    if found is None:
        return None
    major, minor, patch, pre = found.groups()
    parts = [
        (0, int(part[:18]), "") if part.isdigit() else (1, 0, part)
        for part in (pre or "").split(".")
        if part
    ]
    return int(major), int(minor), int(patch), pre is None, parts


_COMPARES: dict[str, _Compare] = {"deb": _deb, "rpm": _rpm, "pypi": _pypi, "npm": _npm}
