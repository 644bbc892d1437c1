"""What changed in Active Directory: by DirSync's cookie, or by the numbers of one controller.

The cookie needs the right *Replicating Directory Changes* on the domain. It tells of deleted
objects and of all that moved, and nothing of what is not asked for, as when somebody last signed
in. Without the right the numbers of the controller serve (``uSNChanged``).
"""

import uuid
from base64 import b64decode, b64encode
from dataclasses import dataclass, replace
from datetime import datetime

from server.people.directory import ChangesRefused, OpenDirectory
from server.people.rules.deltas import (
    BY_COOKIE,
    BY_NUMBER,
    CONTAINERS,
    FRESH,
    NOT_OFFERED,
    OTHER_IDENTITY,
    REFUSED,
    RIGHT_MISSING,
    Told,
    Watermark,
    changed_since,
)
from server.people.rules.dirsync import DIRSYNC, IDENTITY, changed, identity_filters, wanted
from server.people.rules.dn import is_below
from server.people.rules.entries import RawEntry
from server.people.rules.mapping import unique_id
from server.people.sources import Source

_ANYTHING = "(objectClass=*)"
#: Finds nothing, so that a cookie comes alone.
_NOTHING = "(objectGUID=" + r"\00" * 16 + ")"
_DELETED = "(isDeleted=TRUE)"


@dataclass(frozen=True, slots=True)
class _Controller:
    """The server that answers: its highest number, which database it is, and what it offers."""

    number: str
    invocation: str
    #: The naming context that holds the source's base.
    root: str
    offers_cookies: bool


def position(
    source: Source, directory: OpenDirectory, former: Watermark | None, reached: Watermark
) -> Watermark | None:
    """Return ``reached`` with how far a full read that begins now will come.

    None where the controller does not say who it is. Raises ``DirectoryUnavailable``.
    """
    there = _controller(source, directory)
    if there is None:
        return None
    found = replace(
        reached, value=there.number, server=there.invocation, settled=True, way=BY_NUMBER
    )
    if source.chosen.unique_id.lower() != IDENTITY.lower():
        return replace(found, why=OTHER_IDENTITY)
    if not there.offers_cookies:
        return replace(found, why=NOT_OFFERED)
    known = former.cookie if former is not None and former.server == there.invocation else ""
    try:
        cookie = _cookie(directory, there.root, b64decode(known))
    except ChangesRefused as refusal:
        return replace(found, why=RIGHT_MISSING if refusal.denied else REFUSED)
    return replace(found, way=BY_COOKIE, cookie=_text_of(cookie))


def changes(
    source: Source, directory: OpenDirectory, former: Watermark, now: datetime
) -> Told | None:
    """Return what changed since ``former``; None when everything has to be read.

    So it is when another controller answers, or one that was restored, when the last read is too
    long ago for deleted objects to be remembered, and when the cookie is refused.
    Raises ``DirectoryUnavailable`` unless all of it arrived.
    """
    there = _controller(source, directory)
    late = now - datetime.fromisoformat(former.read_at) > FRESH
    if there is None or there.invocation != former.server or late:
        return None
    reached = replace(former, value=there.number, read_at=now.isoformat(), settled=True)
    if former.cookie:
        try:
            return _by_cookie(source, directory, there, reached)
        except ChangesRefused as refusal:
            if not refusal.denied:
                return None
            reached = replace(reached, why=RIGHT_MISSING, cookie="")
    return _by_number(source, directory, there, former, replace(reached, way=BY_NUMBER))


def _cookie(directory: OpenDirectory, root: str, known: bytes) -> bytes:
    """Return a cookie that stands for now; one that is refused begins anew."""
    try:
        return directory.changes(root, _NOTHING, [IDENTITY], known)[1]
    except ChangesRefused as refusal:
        if refusal.denied or not known:
            raise
        return directory.changes(root, _NOTHING, [IDENTITY], b"")[1]


def _by_cookie(
    source: Source, directory: OpenDirectory, there: _Controller, reached: Watermark
) -> Told:
    attributes = wanted(source.chosen, source.person_filter, source.group_filter)
    known = b64decode(reached.cookie)
    answer, cookie = directory.changes(there.root, _ANYTHING, attributes, known)
    found = changed(answer)
    moved = [
        raw.dn
        for condition in identity_filters(found.renamed)
        for raw in directory.entries(there.root, f"(&{condition}{CONTAINERS})", [IDENTITY])
    ]
    reached = replace(reached, way=BY_COOKIE, cookie=_text_of(cookie))
    return Told(found.ids, identity_filters(found.ids), moved, reached)


def _by_number(
    source: Source,
    directory: OpenDirectory,
    there: _Controller,
    former: Watermark,
    reached: Watermark,
) -> Told:
    name = source.chosen.unique_id
    condition = changed_since(former, numbered=True)
    found = list(directory.entries(there.root, condition, [name]))
    graves = f"CN=Deleted Objects,{there.root}"
    found += directory.deleted(graves, f"(&{_DELETED}{condition})", [name])
    ids = frozenset({unique_id(raw.attributes, name) for raw in found} - {""})
    older = f"(&{condition}{CONTAINERS}(uSNCreated<={former.value}))"
    moved = [raw.dn for raw in directory.entries(there.root, older, [name])]
    return Told(ids, [condition], moved, reached)


def _controller(source: Source, directory: OpenDirectory) -> _Controller | None:
    asked = ["highestCommittedUSN", "dsServiceName", "namingContexts", "supportedControl"]
    own = directory.single("", asked)
    if own is None:
        return None
    service = directory.single(_first(own, "dsservicename"), ["invocationId"])
    octets = service.attributes.get("invocationid", ()) if service else ()
    number = _first(own, "highestcommittedusn")
    if not number.isdigit() or not octets or len(octets[0]) != 16:
        return None
    contexts = [name for name in _texts(own, "namingcontexts") if is_below(source.base_dn, name)]
    return _Controller(
        number,
        str(uuid.UUID(bytes_le=bytes(octets[0]))),
        max(contexts, key=len, default=source.base_dn),
        DIRSYNC in _texts(own, "supportedcontrol"),
    )


def _texts(raw: RawEntry, name: str) -> list[str]:
    return [bytes(value).decode("utf-8", "replace") for value in raw.attributes.get(name, ())]


def _first(raw: RawEntry, name: str) -> str:
    return next(iter(_texts(raw, name)), "")


def _text_of(cookie: bytes) -> str:
    return b64encode(cookie).decode("ascii")
