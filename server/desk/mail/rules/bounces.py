"""What a mail server says of a mail that it could not deliver (RFC 3464)."""

import re

from server.desk.mail.rules.addresses import addresses_in
from server.desk.mail.rules.headers import Header, read_header
from server.desk.mail.rules.parts import Part

_MOST = 50
#: One for the server, and one for each recipient.
_MOST_GROUPS = 200
_IDS = re.compile(r"<([^<>\s]{1,250})>")


def message_ids(value: str) -> list[str]:
    """Return the Message-IDs of a header without their brackets, each once."""
    found = list(dict.fromkeys(_IDS.findall(value)))[:_MOST]
    bare = value.strip()
    return found or ([bare[:250]] if bare and not re.search(r"[\s<>]", bare) else [])


def undelivered_of(raw: bytes, top: Part) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the Message-IDs of what came back, and to whom it could not be delivered."""
    ids: list[str] = []
    recipients = [one for _, one in addresses_in(top.header.first("x-failed-recipients"))]
    for part in top.leaves():
        if part.media_type in ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers"):
            returned = read_header(raw, part.start, part.end)
            ids += message_ids(returned.first("message-id"))[:1]
        elif part.media_type in ("message/delivery-status", "message/global-delivery-status"):
            recipients += _failed(raw, part)
    return tuple(dict.fromkeys(ids))[:_MOST], tuple(dict.fromkeys(recipients))[:_MOST]


def _failed(raw: bytes, part: Part) -> list[str]:
    """Return the recipients of a report whose mail failed; what is late may still arrive."""
    found: list[str] = []
    position = part.start
    for _ in range(_MOST_GROUPS):
        group = read_header(raw, position, part.end)
        if group.first("action").lower() == "failed":
            found += _recipient(group)
        if group.ends_at <= position:
            break
        position = group.ends_at
    return found


def _recipient(group: Header) -> list[str]:
    named = group.first("final-recipient").partition(";")[2]
    return [address for _, address in addresses_in(named)][:1]
