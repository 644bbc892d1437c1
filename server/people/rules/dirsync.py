"""What Active Directory's DirSync asks and answers (MS-ADTS, section 3.1.1.3.4.1.3). Pure.

The answer holds, of every object of a naming context that changed since a cookie was given, what
changed of it; what was deleted is among them, and what was moved out of sight of a search base too.
"""

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from server.people.rules.dn import dn_key
from server.people.rules.entries import RawEntry
from server.people.rules.mapping import AttributeMap, unique_id

#: The control's number, in requests and in answers.
DIRSYNC = "1.2.840.113556.1.4.841"
#: The unique id that is part of every answer, whatever changed.
IDENTITY = "objectGUID"

#: Of a large group only the members that came or went are sent; a signed number of 32 bits.
_INCREMENTAL_VALUES = -0x8000_0000
_MOST_BYTES = 4 * 1024 * 1024
_IN_FILTER = re.compile(r"\(([a-zA-Z][a-zA-Z0-9-]*)")
_MEMBERSHIP = re.compile(r"\(memberOf(:[\w.:-]*:)?=([^)]*)\)", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([0-9a-fA-F]{2})")
_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Changed:
    """Who changed: unique ids of all, and of those that are called or placed differently now."""

    ids: frozenset[str]
    renamed: frozenset[str]


def dirsync_value(cookie: bytes) -> bytes:
    """Return the control's value that asks what changed since ``cookie``; b"" is the beginning.

    >>> dirsync_value(b"c").hex(" ")
    '30 0e 02 04 80 00 00 00 02 03 40 00 00 04 01 63'
    """
    flags = _INCREMENTAL_VALUES.to_bytes(4, "big", signed=True)
    most = _MOST_BYTES.to_bytes(3, "big")
    return _element(0x30, _element(2, flags) + _element(2, most) + _element(4, cookie))


def wanted(chosen: AttributeMap, *filters: str) -> list[str]:
    """Return the attributes whose change matters: what is read, and what filters look at."""
    read = {
        *chosen.person_attributes(),
        *chosen.group_attributes(),
        *chosen.fields.get("photo", ()),
    }
    asked = {name for text in filters for name in attributes_in(text)}
    own = {"isDeleted", "name", "objectClass", "primaryGroupID"}
    return sorted({name.lower(): name for name in read | asked | own}.values())


def attributes_in(search_filter: str) -> set[str]:
    """Return the attributes that a filter (RFC 4515) looks at.

    >>> sorted(attributes_in("(&(objectCategory=person)(!(cn=a*))(memberOf:1.2.3:=cn=x))"))
    ['cn', 'memberOf', 'objectCategory']
    """
    return set(_IN_FILTER.findall(search_filter))


def groups_asked_for(search_filter: str) -> tuple[frozenset[str], bool]:
    r"""Return the groups of which a filter wants membership, by ``dn_key``, and whether any depth.

    >>> groups_asked_for("(&(cn=*)(memberOf=CN=Desk,DC=x))")
    (frozenset({'cn=desk,dc=x'}), False)
    >>> groups_asked_for(r"(memberOf:1.2.840.113556.1.4.1941:=CN=A\28b\29,DC=x)")
    (frozenset({'cn=a(b),dc=x'}), True)
    """
    found = _MEMBERSHIP.findall(search_filter)
    names = (_ESCAPED.sub(lambda one: chr(int(one[1], 16)), name) for _, name in found)
    return frozenset(map(dn_key, names)), any(rule for rule, _ in found)


def changed(answer: Iterable[RawEntry]) -> Changed:
    """Return who changed according to an answer.

    ``name`` is sent for what was renamed, moved or made; what was made has its class sent as well.
    """
    ids: set[str] = set()
    renamed: set[str] = set()
    for raw in answer:
        key = unique_id(raw.attributes, IDENTITY)
        ids.add(key)
        if raw.attributes.get("name") and not raw.attributes.get("objectclass"):
            renamed.add(key)
    return Changed(frozenset(ids - {""}), frozenset(renamed - {""}))


def identity_filters(ids: Iterable[str]) -> list[str]:
    r"""Return filters that find all these objects, so many at a time.

    >>> identity_filters(["6f9619ff-8b86-d011-b42d-00c04fc964ff"])
    ['(|(objectGUID=\\ff\\19\\96\\6f\\86\\8b\\11\\d0\\b4\\2d\\00\\c0\\4f\\c9\\64\\ff))']
    """
    terms = [
        "".join(("(objectGUID=", *(f"\\{octet:02x}" for octet in uuid.UUID(key).bytes_le), ")"))
        for key in sorted(ids)
    ]
    return [
        f"(|{''.join(terms[start : start + _AT_ONCE])})" for start in range(0, len(terms), _AT_ONCE)
    ]


def _element(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content
