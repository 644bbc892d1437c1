"""Which packages, on which operating system, an ecosystem of OSV speaks of.

A distribution's advisory holds for its own packages alone: another one has packages of the same
name, mended in other versions. So where it is not known which systems are meant, none are.
"""

import re
from dataclasses import dataclass

_ECOSYSTEMS = {
    "debian": "deb",
    "ubuntu": "deb",
    "alpine": "apk",
    "pypi": "pypi",
    "npm": "npm",
    "rubygems": "gem",
    "rocky linux": "rpm",
    "almalinux": "rpm",
    "red hat": "rpm",
    "opensuse": "rpm",
    "suse": "rpm",
    "homebrew": "homebrew",
}
#: What machines call those systems of which OSV speaks (os-release, ID).
_SYSTEMS = {
    "debian": "debian",
    "ubuntu": "ubuntu",
    "alpine": "alpine",
    "rocky linux": "rocky",
    "almalinux": "almalinux",
}
_RELEASE = re.compile(r"v?(\d{1,6}(?:\.\d{1,6})?)(?=:|$)")
#: "enterprise_linux:8::baseos", "rhel_eus:8.6::appstream": parts of a CPE name.
_RED_HAT = re.compile(r"(?:enterprise_linux|rhel_[a-z]{1,9}):(\d{1,6}(?:\.\d{1,6})?)(?=:|$)")
#: "Linux Enterprise Module for Basesystem 15 SP5" is a part of the server's 15.5.
_SUSE = re.compile(r"Linux Enterprise [A-Za-z -]{1,80}(\d\d)(?: SP(\d))?(?![\d.])")
_LEAP = re.compile(r"Leap (\d\d\.\d)$")


@dataclass(frozen=True, slots=True)
class Place:
    """Packages of an ecosystem, on one operating system and release; "" means on every one."""

    ecosystem: str
    system: str = ""
    release: str = ""


def place_of(told: str) -> Place | None:
    """Return what an ecosystem means; None for one that is not known, or holds for nobody here.

    >>> place_of("Debian:12")
    Place(ecosystem='deb', system='debian', release='12')
    >>> place_of("Ubuntu:Pro:18.04:LTS") is None
    True
    """
    family, _, rest = told.partition(":")
    ecosystem = _ECOSYSTEMS.get(family.casefold())
    if ecosystem is None:
        return None
    if ecosystem not in {"deb", "apk", "rpm"}:
        return Place(ecosystem)
    system, release = _system(family.casefold(), rest)
    return Place(ecosystem, system, release) if system else None


def _system(family: str, rest: str) -> tuple[str, str]:
    if family == "red hat":
        found = _RED_HAT.match(rest)
        return ("rhel", found[1]) if found else ("", "")
    if family == "opensuse":
        found = _LEAP.match(rest)
        return ("opensuse-leap", found[1]) if found else ("", "")
    if family == "suse":
        found = _SUSE.match(rest)
        # os-release says 15.5 for SP5, and 15 for none.
        return ("sles", found[1] + (f".{found[2]}" if found[2] else "")) if found else ("", "")
    found = _RELEASE.match(rest)
    if rest and not found:
        return "", ""  # an offer of its own, as "Pro:18.04:LTS": who has it, nobody here knows
    return _SYSTEMS[family], found[1] if found else ""
