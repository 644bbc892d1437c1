"""Whom an Active Directory group holds without naming them: whose primary group it is. Pure.

Everybody has one, *Domain Users* as a rule, and ``member`` does not list them (MS-ADTS, section
3.1.1.4.5.20). A person names it by the last number of its security identifier.
"""

from collections.abc import Mapping, Sequence

#: What has to be asked of a person, and of a group.
PERSON_ATTRIBUTES = ("objectSid", "primaryGroupID")
GROUP_ATTRIBUTE = "objectSid"

_NUMBER_OCTETS = 4


def primary_group_of(attributes: Mapping[str, Sequence[bytes]]) -> bytes:
    r"""Return the identifier of a person's primary group; b"" when it cannot be told.

    It is in the person's own domain, so all but the last number (little-endian) is the same.

    >>> sid = bytes.fromhex("0102000000000005 15000000 e8030000")
    >>> primary_group_of({"objectsid": [sid], "primarygroupid": [b"513"]}).hex()[-16:]
    '1500000001020000'
    """
    own = bytes(next(iter(attributes.get("objectsid", ())), b""))
    number = bytes(next(iter(attributes.get("primarygroupid", ())), b""))
    if len(own) <= _NUMBER_OCTETS or not number.isdigit() or int(number) >= 1 << 32:
        return b""
    return own[:-_NUMBER_OCTETS] + int(number).to_bytes(_NUMBER_OCTETS, "little")
