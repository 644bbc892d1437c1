"""Version numbers as keys that sort, byte by byte, the way the versions do.

The order is that of deb-version(7) where the two speak of the same thing: an epoch counts first,
runs of digits compare as numbers, ``~`` sorts before the end of the text, letters before other
signs. On top of it, words that everybody uses for "not yet" (``rc``, ``beta``, …) count as if a
``~`` stood before them, a hyphen before a revision sorts below a dot, and ``v1.2`` is ``1.2``.

Each run of digits is written as its length and itself, so that ``9`` (``19``) comes before ``10``
(``210``); signs are replaced by ones whose byte order is the order wanted.
"""

import re
from functools import lru_cache

from cmdb.model.text import KEY_LENGTH

_LEADING = re.compile(r"^(?:version\s*|v\.?\s*)(?=[0-9])")
_EPOCH = re.compile(r"^([0-9]+):")
_UNREADY = re.compile(
    r"(?:[-._+ ~]|(?<=[0-9]))(?=(?:dev|snapshot|alpha|beta|preview|pre|rc)(?![a-z]))"
)
_RUNS = re.compile(r"[0-9]+|[^0-9]+")

_END = "#"
#: rpm reads 1.0^git1 as later than 1.0 and earlier than 1.0.1.
_SIGNS = {ord(sign): twin for sign, twin in zip("~-^+.", "!$%{|", strict=True)}
_SIGNS |= {
    code: "}" for code in range(0x20, 0x7F) if code not in _SIGNS and not chr(code).isalnum()
}


@lru_cache(maxsize=8192)
def version_key(version: str) -> str:
    """Return the key of a version, at most ``KEY_LENGTH`` long (longer ones sort by their start).

    >>> found = ["10", "9", "1.0", "1.0~rc1", "1:0.1", "1.0-rc2", "1.0.1", "1.0b"]
    >>> sorted(found, key=version_key)
    ['1.0~rc1', '1.0-rc2', '1.0', '1.0b', '1.0.1', '9', '10', '1:0.1']
    """
    text = _LEADING.sub("", version.strip().casefold())
    epoch = _EPOCH.match(text)
    number, rest = (epoch.group(1), text[epoch.end() :]) if epoch else ("0", text)
    spelled = [
        _number(run) if "0" <= run[0] <= "9" else run.translate(_SIGNS)
        for run in _RUNS.findall(_UNREADY.sub("~", rest))
    ]
    return "".join((_number(number), *spelled, _END))[:KEY_LENGTH]


def _number(digits: str) -> str:
    """Write a number so that longer ones sort later: its length, then itself."""
    plain = digits.lstrip("0") or "0"
    length = len(plain)
    return f"{length}{plain}" if length < 9 else f"9{min(length, 99):02d}{plain}"
