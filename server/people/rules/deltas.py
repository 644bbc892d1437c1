"""How far a directory has been read, and how to ask only for what changed since. Pure.

OpenLDAP stamps every entry with ``modifyTimestamp`` (RFC 4512, section 3.4.3), in whole seconds of
its own clock. Active Directory numbers every change of one controller (``uSNChanged``, MS-ADTS
3.1.1.1.9): the number means nothing to another controller, and nothing after a restore, so it is
kept with the controller's ``invocationId``.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from server.people.rules.mapping import COMPUTER_FIELDS, AttributeMap

#: The attribute, in lower case, that tells when an entry was last changed.
TIMESTAMP = "modifytimestamp"

#: Ways to learn what changed: DirSync's cookie, a controller's numbers, stamps of time.
BY_COOKIE, BY_NUMBER, BY_STAMP = "dirsync", "numbers", "stamps"
#: Why numbers are read and no cookie: the reader may not, the server knows nothing of it or does
#: not want to, or people are known by something else than ``objectGUID``.
RIGHT_MISSING, NOT_OFFERED = "right_missing", "not_offered"
REFUSED, OTHER_IDENTITY = "refused", "other_identity"

#: Deleted objects may be forgotten after 60 days (``tombstoneLifetime``); well before, all is read.
FRESH = timedelta(days=30)

#: An entry may become visible after one that is stamped later: replicas lag, long reads take time.
LAG = timedelta(minutes=5)
_STAMP = "%Y%m%d%H%M%S"

#: Entries below which others stand. Renamed or moved, they carry along names that are stamped with
#: nothing, on people who did not change.
CONTAINERS = (
    "(|(objectClass=organizationalUnit)(objectClass=container)(objectClass=organization)"
    "(objectClass=locality)(objectClass=country))"
)


@dataclass(frozen=True, slots=True)
class Watermark:
    """How far a directory has been read.

    ``value``: the latest stamp seen, or the server's highest number. ``settled``: nothing can come
    any more with that stamp or an earlier one. ``fingerprint``: of what was asked for.
    """

    value: str
    fingerprint: str
    read_at: str
    server: str = ""
    settled: bool = False
    #: How the next delta learns what changed, and why not in a better way.
    way: str = BY_STAMP
    why: str = ""
    #: DirSync's cookie in base64; it holds numbers of controllers, no secret.
    cookie: str = ""

    def document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Told:
    """What a directory tells of changes.

    ``ids``: unique ids of all that changed, deleted ones included where they are told.
    ``conditions``: filters that find, between them, all of these that are still there.
    ``moved``: containers that may be called differently now. ``reached``: how far this came.
    """

    ids: frozenset[str]
    conditions: Sequence[str]
    moved: Sequence[str]
    reached: Watermark


def stored_watermark(state: Mapping[str, Any], fingerprint: str) -> Watermark | None:
    """Return the watermark in a directory's row; None when everything has to be read.

    So it is at first, and after any change of what is read or how it is understood.
    """
    if state.get("fingerprint") != fingerprint or not state.get("value"):
        return None
    return Watermark(**{name: state[name] for name in Watermark.__slots__ if name in state})


def fingerprint(*texts: str, chosen: AttributeMap) -> str:
    """Return what tells two ways of reading people and groups apart."""
    fields = sorted(
        (name, *attributes)
        for name, attributes in chosen.fields.items()
        if not name.startswith(COMPUTER_FIELDS)
    )
    return hashlib.sha256("\0".join((*texts, chosen.unique_id, repr(fields))).encode()).hexdigest()


def changed_since(watermark: Watermark, *, numbered: bool) -> str:
    """Return the filter for entries that may have changed since.

    >>> mark = Watermark("20260102120000", "", "2026-01-02T12:00:00+00:00")
    >>> changed_since(mark, numbered=False)
    '(modifyTimestamp>=20260102115500Z)'
    >>> changed_since(replace(mark, settled=True), numbered=False)
    '(modifyTimestamp>=20260102120001Z)'
    >>> changed_since(replace(mark, value="4711"), numbered=True)
    '(uSNChanged>=4712)'
    """
    if numbered:
        return f"(uSNChanged>={int(watermark.value) + 1})"
    shift = timedelta(seconds=1) if watermark.settled else -LAG
    return f"(modifyTimestamp>={_moment(watermark.value) + shift:{_STAMP}}Z)"


def latest_stamp(found: str, stamp: str) -> str:
    """Return the later of a stamp found so far and that of another entry ("" when it has none).

    >>> latest_stamp("20260102120000", "20260102120001Z")
    '20260102120001'
    >>> latest_stamp("", "20260102120001.0Z")
    '20260102120001'
    """
    digits = stamp[:14]
    return max(found, digits) if len(digits) == 14 and digits.isdigit() else found


def next_watermark(former: Watermark | None, found: Watermark) -> Watermark:
    """Return what to keep after a read that found ``found``, the one before being ``former``.

    A stamp is settled once it was still the latest ``LAG`` after it was first read.
    """
    if former is None or found.way != BY_STAMP or former.value < found.value:
        return found
    waited = datetime.fromisoformat(found.read_at) - datetime.fromisoformat(former.read_at)
    return replace(former, settled=former.settled or waited >= LAG)


def _moment(stamp: str) -> datetime:
    return datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
