"""From a directory's attributes to accounts of computers, and what they say of an item. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from cmdb.engine.identity import normalise
from cmdb.observation import Identifier
from cmdb.vocabulary import COMPUTER, FQDN, NAME, SERVER, ClassCode
from server.people.rules.mapping import (
    AttributeMap,
    first_text,
    says_disabled,
    texts_of,
    unique_id,
)

#: Why an account stands for no item: nobody has its full name, several have it, it has only a
#: short one, it is disabled (and would make an item), a person has to decide, or it was refused.
NO_MATCH, SEVERAL, NAME_ONLY = "no_match", "several", "name_only"
DISABLED, REVIEW, REFUSED = "disabled", "review", "refused"

#: What the item attribute ``directory_account`` says.
ENABLED, OFF, DELETED = "enabled", "disabled", "deleted"

#: Beyond this it is no name of anything (RFC 1035, section 2.3.4), and texts are a mistake.
_LONGEST_NAME, _LONGEST_TEXT = 253, 255
#: 100 nanoseconds since 1601 (MS-DTYP, section 2.3.3); the largest of them means never.
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_TICKS, _NEVER = 10_000_000, 2**63 - 1
_STAMP = "%Y%m%d%H%M%S"


@dataclass(frozen=True, slots=True)
class ComputerSeen:
    """The account of a computer. Days, not times: Active Directory keeps log-ons no closer."""

    external_id: str
    dn: str
    name: str
    #: Lower case; "" where the directory tells none.
    fqdn: str = ""
    os: str = ""
    os_version: str = ""
    last_logon: date | None = None
    created_on: date | None = None
    manager_dn: str = ""
    description: str = ""
    location: str = ""
    disabled: bool = False

    @property
    def class_code(self) -> ClassCode:
        """Return what kind of item it is: a server by its operating system, else a computer."""
        return SERVER if "server" in self.os.casefold() else COMPUTER

    @property
    def evidence(self) -> tuple[Identifier, ...]:
        """Return what identifies it, as far as names do."""
        said = (normalise(FQDN, self.fqdn), normalise(NAME, self.name))
        return tuple(one for one in said if one is not None)

    @property
    def values(self) -> dict[str, Any]:
        """Return what it says of its item; None where it says nothing."""
        return {
            "name": self.name,
            "fqdn": self.fqdn or None,
            "os_name": self.os or None,
            "os_version": self.os_version or None,
            "description": self.description or None,
            "directory_account": OFF if self.disabled else ENABLED,
            "directory_since": self.created_on.isoformat() if self.created_on else None,
            "directory_location": self.location or None,
        }

    @property
    def readings(self) -> dict[str, Any]:
        """Return what changes without being news."""
        return {"directory_logon": self.last_logon.isoformat()} if self.last_logon else {}


def computer_seen(
    dn: str, attributes: Mapping[str, Sequence[bytes]], chosen: AttributeMap
) -> ComputerSeen | None:
    """Return the account an entry describes; None when it has no unique id or no name."""

    def text(field: str, longest: int = _LONGEST_TEXT) -> str:
        return first_text(attributes, chosen.fields.get(field, ()))[:longest]

    external_id, name = unique_id(attributes, chosen.unique_id), text("computer_name")
    fqdn = _fqdn(texts_of(attributes, chosen.fields.get("computer_fqdn", ())))
    if not external_id or not (name or fqdn):
        return None
    return ComputerSeen(
        external_id=external_id,
        dn=dn,
        name=name or fqdn,
        fqdn=fqdn,
        os=text("computer_os"),
        os_version=text("computer_os_version"),
        last_logon=day_of(text("computer_last_logon")),
        created_on=day_of(text("computer_created")),
        manager_dn=text("computer_manager", 2000),
        description=text("computer_description", 2000),
        location=text("computer_location"),
        disabled=any(
            says_disabled(attributes, one) for one in chosen.fields.get("computer_disabled", ())
        ),
    )


def day_of(stamp: str) -> date | None:
    """Return the day of a stamp, of Windows or of LDAP; None where it tells none.

    >>> day_of("133801632000000000")
    datetime.date(2025, 1, 1)
    >>> day_of("20260102120000.0Z")
    datetime.date(2026, 1, 2)
    >>> day_of("0") is None
    True
    """
    if stamp.isascii() and stamp.isdigit():
        return _day_of_ticks(int(stamp))
    try:
        return datetime.strptime(stamp[:14], _STAMP).replace(tzinfo=UTC).date()
    except ValueError:
        return None


def why_unmatched(seen: ComputerSeen, namesakes: Collection[int]) -> str:
    """Return why an account of which the register knows no item stands for none."""
    if not seen.fqdn:
        return NAME_ONLY
    return SEVERAL if len(namesakes) > 1 else NO_MATCH


def _day_of_ticks(ticks: int) -> date | None:
    if not 0 < ticks < _NEVER:
        return None
    try:
        return (_EPOCH + timedelta(seconds=ticks // _TICKS)).date()
    except OverflowError:
        return None


def _fqdn(names: Sequence[str]) -> str:
    """Return the first name that has a domain; the register's own rules say what is none."""
    for name in names:
        found = normalise(FQDN, name) if len(name) <= _LONGEST_NAME else None
        if found is not None and " " not in found.value:
            return found.value
    return ""
