"""From a directory's attributes to persons and groups, and which attribute is which field."""

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cmdb.errors import InvalidValue

OPENLDAP = "openldap"
ACTIVE_DIRECTORY = "active_directory"

#: Our field -> their attributes; the first that has a value counts, for members all of them do.
Fields = Mapping[str, tuple[str, ...]]

#: userAccountControl: the account is disabled (MS-ADTS, section 2.2.16).
_AD_DISABLED = 0x2
#: pwdAccountLockedTime: locked until an administrator acts (ppolicy draft).
_LOCKED_FOR_GOOD = "000001010000Z"
_ATTRIBUTE = re.compile(r"[a-zA-Z][a-zA-Z0-9-]*")


@dataclass(frozen=True, slots=True)
class Flavour:
    """What a kind of directory needs said about it."""

    unique_id: str
    person_filter: str
    group_filter: str
    fields: Fields


_COMMON: Fields = {
    "display_name": ("displayName", "cn"),
    "given_name": ("givenName",),
    "family_name": ("sn",),
    "email": ("mail",),
    "phone": ("telephoneNumber", "mobile"),
    "title": ("title",),
    "department": ("department", "departmentNumber", "ou"),
    "site": ("physicalDeliveryOfficeName", "l"),
    "employee_number": ("employeeNumber", "employeeID"),
    "manager": ("manager",),
    "photo": ("thumbnailPhoto", "jpegPhoto"),
    "group_name": ("cn",),
    "group_description": ("description",),
    "group_email": ("mail",),
    "computer_name": ("cn",),
    "computer_os": ("operatingSystem",),
    "computer_os_version": ("operatingSystemVersion",),
    "computer_description": ("description",),
}

FLAVOURS: Mapping[str, Flavour] = {
    OPENLDAP: Flavour(
        "entryUUID",
        "(objectClass=inetOrgPerson)",
        "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup))",
        {
            **_COMMON,
            "login": ("uid",),
            "disabled": ("pwdAccountLockedTime", "nsAccountLock"),
            "members": ("member", "uniqueMember", "memberUid"),
            # Of an ipHost the name may be the full one.
            "computer_fqdn": ("dNSHostName", "associatedDomain", "cn"),
            "computer_last_logon": ("authTimestamp",),
            "computer_created": ("createTimestamp",),
            "computer_manager": ("managedBy", "owner"),
            "computer_location": ("l",),
            "computer_disabled": ("nsAccountLock",),
        },
    ),
    ACTIVE_DIRECTORY: Flavour(
        "objectGUID",
        "(&(objectCategory=person)(objectClass=user))",
        "(objectClass=group)",
        {
            **_COMMON,
            "login": ("sAMAccountName",),
            "principal": ("userPrincipalName",),
            "disabled": ("userAccountControl",),
            "members": ("member",),
            "computer_fqdn": ("dNSHostName",),
            "computer_last_logon": ("lastLogonTimestamp",),
            "computer_created": ("whenCreated",),
            "computer_manager": ("managedBy",),
            "computer_location": ("location",),
            "computer_disabled": ("userAccountControl",),
        },
    ),
}


@dataclass(frozen=True, slots=True)
class PersonSeen:
    """A person as a directory has them; of 100,000, so it is kept small.

    ``packed``: the texts of ``DETAILS``, in order, with a NUL between them, which none contains.
    """

    external_id: str
    dn: str
    login: str
    packed: str
    manager_dn: str = ""
    disabled: bool = False
    #: Another name to sign in with, such as ``ada@example.test``.
    principal: str = ""

    @property
    def details(self) -> tuple[str, ...]:
        """Return the texts of ``DETAILS``, in order."""
        return tuple(self.packed.split("\0"))


@dataclass(frozen=True, slots=True)
class GroupSeen:
    """A group as a directory has it. ``members``: DNs of persons and groups, or logins."""

    external_id: str
    dn: str
    name: str
    description: str = ""
    email: str = ""
    members: tuple[str, ...] = ()


#: The columns of ``cmdb.records.parties.Person`` that a directory fills.
DETAILS = (
    "display_name",
    "given_name",
    "family_name",
    "email",
    "phone",
    "title",
    "department",
    "site",
    "employee_number",
)

_PERSON_FIELDS = (*DETAILS, "login", "principal", "manager", "disabled")
_GROUP_FIELDS = ("group_name", "group_description", "group_email", "members")
#: How the fields of computers begin; they are read apart, and every time.
COMPUTER_FIELDS = "computer_"


@dataclass(frozen=True, slots=True)
class AttributeMap:
    """The attributes of one directory: a flavour's, with what differs there."""

    unique_id: str
    fields: Fields

    def person_attributes(self) -> list[str]:
        """Return what to ask for when reading persons."""
        return self._attributes(_PERSON_FIELDS)

    def group_attributes(self) -> list[str]:
        """Return what to ask for when reading groups."""
        return self._attributes(_GROUP_FIELDS)

    def computer_attributes(self) -> list[str]:
        """Return what to ask for when reading computers."""
        return self._attributes([name for name in self.fields if name.startswith(COMPUTER_FIELDS)])

    def _attributes(self, fields: Sequence[str]) -> list[str]:
        names = {name for field in fields for name in self.fields.get(field, ())}
        return [self.unique_id, *sorted(names)]


def attribute_map(flavour: str, changes: Mapping[str, object]) -> AttributeMap:
    """Return the flavour's map with ``changes``: field to attribute, or to several in order.

    Raises ``InvalidValue`` naming the field that does not exist or the attribute that cannot be.
    """
    base = FLAVOURS[flavour]
    faults = {
        f"mapping.{field}": why
        for field, value in changes.items()
        if (why := _fault(field, value, base.fields))
    }
    if faults:
        raise InvalidValue(faults)
    changed = {field: _names(value) for field, value in changes.items() if field != "unique_id"}
    unique_id = _names(changes.get("unique_id", base.unique_id))[0]
    return AttributeMap(unique_id, {**base.fields, **changed})


def person_seen(
    dn: str, attributes: Mapping[str, Sequence[bytes]], chosen: AttributeMap
) -> PersonSeen | None:
    """Return the person an entry describes; None when it has no unique id or no name."""
    external_id = unique_id(attributes, chosen.unique_id)
    details = tuple(first_text(attributes, chosen.fields[field]) for field in DETAILS)
    login = first_text(attributes, chosen.fields["login"])
    if not external_id or not (details[0] or login):
        return None
    return PersonSeen(
        external_id=external_id,
        dn=dn,
        login=login,
        packed="\0".join((details[0] or login, *details[1:])),
        manager_dn=first_text(attributes, chosen.fields["manager"]),
        disabled=any(says_disabled(attributes, name) for name in chosen.fields["disabled"]),
        principal=first_text(attributes, chosen.fields.get("principal", ())),
    )


def photo_of(attributes: Mapping[str, Sequence[bytes]], chosen: AttributeMap) -> bytes:
    """Return the first photo of an entry as it is given; b"" where there is none."""
    found = (
        value
        for name in chosen.fields.get("photo", ())
        for value in attributes.get(name.lower(), ())
        if value
    )
    return bytes(next(found, b""))


def group_seen(
    dn: str, attributes: Mapping[str, Sequence[bytes]], chosen: AttributeMap
) -> GroupSeen | None:
    """Return the group an entry describes; None when it has no unique id or no name."""
    external_id = unique_id(attributes, chosen.unique_id)
    name = first_text(attributes, chosen.fields["group_name"])
    if not external_id or not name:
        return None
    return GroupSeen(
        external_id=external_id,
        dn=dn,
        name=name,
        description=first_text(attributes, chosen.fields["group_description"]),
        email=first_text(attributes, chosen.fields["group_email"]),
        members=tuple(
            _text(value)
            for attribute in chosen.fields["members"]
            for value in attributes.get(attribute.lower(), ())
        ),
    )


def _fault(field: str, value: object, known: Fields) -> str:
    if field not in known and field != "unique_id":
        return f"must be one of {', '.join(sorted((*known, 'unique_id')))}"
    names = value if isinstance(value, list) else [value]
    if all(isinstance(name, str) and _ATTRIBUTE.fullmatch(name) for name in names):
        # A field may be switched off by naming no attribute, but not these.
        return "is needed" if not names and field in {"login", "display_name", "unique_id"} else ""
    return "must name attributes"


def _names(value: object) -> tuple[str, ...]:
    return tuple(str(name) for name in value) if isinstance(value, list) else (str(value),)


def first_text(attributes: Mapping[str, Sequence[bytes]], names: Sequence[str]) -> str:
    """Return the first value of the first attribute that has one; "" for none."""
    for name in names:
        for value in attributes.get(name.lower(), ()):
            if text := _text(value):
                return text
    return ""


def texts_of(attributes: Mapping[str, Sequence[bytes]], names: Sequence[str]) -> list[str]:
    """Return all values of these attributes, in their order."""
    found = (_text(value) for name in names for value in attributes.get(name.lower(), ()))
    return [text for text in found if text]


def _text(value: bytes) -> str:
    # NUL has no place in PostgreSQL's text, and none in a name.
    return value.decode("utf-8", "replace").replace("\0", "").strip()


def unique_id(attributes: Mapping[str, Sequence[bytes]], name: str) -> str:
    """Return an entry's own id as a lower-case UUID; "" when it has none."""
    values = attributes.get(name.lower(), ())
    if not values:
        return ""
    try:
        if name.lower() == "objectguid":
            return str(uuid.UUID(bytes_le=bytes(values[0])))
        return str(uuid.UUID(_text(values[0])))
    except ValueError:
        return ""


def says_disabled(attributes: Mapping[str, Sequence[bytes]], name: str) -> bool:
    """Say whether an attribute tells that the account is switched off or locked for good."""
    value = first_text(attributes, (name,))
    if name.lower() == "useraccountcontrol":
        return value.lstrip("-").isdigit() and bool(int(value) & _AD_DISABLED)
    if name.lower() == "pwdaccountlockedtime":
        return value == _LOCKED_FOR_GOOD
    return value.casefold() in {"true", "yes", "1"}
