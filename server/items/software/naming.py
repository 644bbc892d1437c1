"""What people call a product and who makes it, whatever a package manager writes. Pure."""

import re
import tomllib
from dataclasses import dataclass
from fnmatch import translate
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

#: Whose names are made for people: "Mozilla Firefox (x64 de) 115.6".
_SHOWN = frozenset({"windows", "macos", "other"})
_WIDTH = r"x(?:64|86)|64-?bit|32-?bit|arm64"
_LANGUAGE = r"[a-z]{2}(?:-[a-z]{2})?"
_VERSION = r"v?\d+(?:\.\d+)+"
#: Words that stand behind a name and are none of it: version, width, language. One, or two.
_LAST = re.compile(
    rf"\((?:{_WIDTH}|{_LANGUAGE})\)|[a-z]{{2}}-[a-z]{{2}}|x(?:64|86)|{_VERSION}", re.IGNORECASE
)
_LAST_TWO = re.compile(
    rf"\((?:x(?:64|86) {_LANGUAGE}|remove only)\)|version {_VERSION}|{_VERSION} \(\d+\)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Named:
    """Who makes a product ("" where nobody knows), and what people call it."""

    vendor: str
    product: str


@lru_cache(maxsize=4096)
def named(ecosystem: str, name: str) -> Named:
    """Return maker and product of a name in an ecosystem.

    >>> named("deb", "libssl3")
    Named(vendor='OpenSSL', product='OpenSSL')
    >>> named("windows", "Autodesk DWG TrueView 2024 - English (x64)")
    Named(vendor='Autodesk', product='DWG TrueView 2024 - English')
    >>> named("deb", "bash")
    Named(vendor='', product='bash')
    """
    for pattern, found in _known():
        if pattern.match(name.casefold()):
            return found
    if ecosystem not in _SHOWN:
        return Named("", name)
    plain = _without_tail(name) or name
    first, _, rest = plain.partition(" ")
    vendor = _makers().get(first, "")
    return Named(vendor, rest if vendor and rest else plain)


def _without_tail(name: str) -> str:
    """Return a name without what stands behind it, word by word from the end.

    >>> _without_tail("Mozilla Firefox (x64 de) 115.6"), _without_tail("7-Zip 23.01 (x64)")
    ('Mozilla Firefox', '7-Zip')
    """
    words = name.split()
    while words:
        if _LAST_TWO.fullmatch(" ".join(words[-2:])):
            del words[-2:]
        elif _LAST.fullmatch(words[-1]) or not words[-1].strip("-,"):
            del words[-1]
        else:
            break
    return " ".join(words).rstrip(" ,-")


@cache
def _known() -> tuple[tuple[re.Pattern[str], Named], ...]:
    return tuple(
        (re.compile(translate(name.casefold())), Named(entry["vendor"], entry["product"]))
        for entry in _document()["known"]
        for name in entry["names"]
    )


@cache
def _makers() -> dict[str, str]:
    found: dict[str, str] = _document()["makers"]
    return found


@cache
def _document() -> dict[str, Any]:
    text = files("server.items.software").joinpath("naming.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
