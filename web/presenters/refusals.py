"""What is wrong with a value or an act of administration, in the reader's language.

``web.presenters.faults`` asks these tables; what the desk says stands there.
"""

from web.presenters.reader import Reader


def sentences(reader: Reader) -> dict[str, str]:
    """Return the reader's words for whole sentences."""
    return {**_fields(reader), **_people(reader), **_passwords(reader), **_directories(reader)}


def _fields(reader: Reader) -> dict[str, str]:
    fill_in = reader.gettext("Please fill this in.")
    number = reader.gettext("This must be a whole number.")
    return {
        "Missing data for required field.": fill_in,
        "Shorter than minimum length 1.": fill_in,
        "Field may not be null.": fill_in,
        "must have 1 to 100 characters": reader.gettext("This takes 1 to 100 characters."),
        "Not a valid integer.": number,
        "must not hold control characters": reader.gettext(
            "This holds characters that cannot be printed."
        ),
        "must be lower-case letters, digits, - and _": reader.gettext(
            "Only lower-case letters, digits, hyphens and underscores."
        ),
        "must be an e-mail address": reader.gettext("This is no e-mail address."),
        "must be the name of a time zone, as Europe/Madrid": reader.gettext(
            "This is no time zone; one is called Europe/Madrid."
        ),
        "must lie in the future": reader.gettext("This must lie in the future."),
        "must be at least 1": reader.gettext("This must be at least 1."),
        "must be one IP address or host name": reader.gettext("Type one IP address or host name."),
        "must be from 1 to 65535": reader.gettext("A port is a number from 1 to 65535."),
        "the community is empty": reader.gettext("Please fill this in."),
        "an SNMPv3 user needs a name": reader.gettext("Please fill this in."),
        "belongs to another organisation": reader.gettext("This belongs to another organisation."),
        "must be a URL, or a host with or without a port": reader.gettext(
            "Type a URL, or a host, with or without a port."
        ),
        "is no address that can be read": reader.gettext("This is no address that can be read."),
        "names no host": reader.gettext("This names no host."),
        "must join the items that the derived relation joins": reader.gettext(
            "A correction joins the same two items."
        ),
        "a service needs at least one item to depend on": reader.gettext(
            "A service stands on at least one item."
        ),
    }


def _people(reader: Reader) -> dict[str, str]:
    gone = reader.gettext("This does not exist any more, or you may not see it.")
    elsewhere = reader.gettext("It comes from a directory; change it there.")
    kinds = ("organisation", "person", "group", "role")
    return {
        **{f"there is no such {kind}": gone for kind in kinds},
        "somebody would be their own manager": reader.gettext(
            "That would make somebody their own manager."
        ),
        "name a person or a group, one of the two": reader.gettext("Name a person or a group."),
        "this has been granted already": reader.gettext("They hold this already."),
        "you cannot deactivate yourself": reader.gettext("You cannot deactivate yourself."),
        "you cannot close your own log-in": reader.gettext("You cannot close your own log-in."),
        "you cannot take your own administration away; somebody else must": reader.gettext(
            "You cannot take your own administration away; somebody else must."
        ),
        "this log-in comes from a directory; change it there": elsewhere,
        "this password is kept in a directory; change it there": elsewhere,
        "your password is kept in a directory; change it there": elsewhere,
    }


def _passwords(reader: Reader) -> dict[str, str]:
    return {
        "is not right": reader.gettext("This is not right."),
        "must differ from the present one": reader.gettext("Choose another than the present one."),
        "must not be your login, name or address": reader.gettext(
            "It must not be your login, name or address."
        ),
        "must have more than four different characters": reader.gettext(
            "It must have more than four different characters."
        ),
        "the password was changed elsewhere": reader.gettext(
            "The password was changed elsewhere meanwhile."
        ),
    }


def _directories(reader: Reader) -> dict[str, str]:
    filters = reader.gettext("This is no LDAP filter; one looks like (objectClass=person).")
    return {
        "must be an LDAP search filter, as (objectClass=person)": filters,
        "must be an LDAP search filter, as (objectClass=device)": reader.gettext(
            "This is no LDAP filter; one looks like (objectClass=device)."
        ),
        "must be ldap://host:port or ldaps://host:port": reader.gettext(
            "It begins with ldap:// or ldaps://, then host and port."
        ),
        "must hold host and port only": reader.gettext("Give host and port, and nothing else."),
        "passwords need TLS: take ldaps://, or switch StartTLS on": reader.gettext(
            "Passwords need encryption: take ldaps://, or tick StartTLS."
        ),
    }


def patterns(reader: Reader) -> tuple[tuple[str, str], ...]:
    """Return (regular expression, the reader's words with its named groups)."""
    long = reader.gettext("At most %(length)s characters fit.")
    return (
        (r"Longer than maximum length (?P<length>\d+)\.", long),
        (r"the text has \d+ characters, more than the (?P<length>\d+) allowed", long),
        (
            r"must have at least (?P<length>\d+) characters",
            reader.gettext("At least %(length)s characters, please."),
        ),
        (r"must have at most (?P<length>\d+) characters.*", long),
        (
            r"the collector (?P<name>.+) was revoked",
            reader.gettext("The collector %(name)s was revoked."),
        ),
        (
            r"too much waits for the collector (?P<name>.+) already",
            reader.gettext("Too much waits for the collector %(name)s already."),
        ),
        (
            r"must name 1 to (?P<number>\d+) products",
            reader.gettext("Name at least one product, and at most %(number)s."),
        ),
        (
            r"must be from (?P<low>\d+) to (?P<high>\d+)",
            reader.gettext("This takes a number from %(low)s to %(high)s."),
        ),
        (
            r"(?P<key>authentication|privacy|the \w+) .*(?:RFC 3414).*",
            reader.gettext("SNMPv3 takes protocol and key together, of 8 characters or more."),
        ),
        (
            r"an? (?:authentication|privacy) protocol and its key go together",
            reader.gettext("SNMPv3 takes protocol and key together, of 8 characters or more."),
        ),
        (
            r"comes from (?P<name>.+)",
            reader.gettext("This comes from %(name)s."),
        ),
        (
            r"a .+ named (?P<name>.+) exists already",
            reader.gettext("The name %(name)s is taken."),
        ),
        (
            r"there is no (?:such )?(?:class|credential|listening port).*",
            reader.gettext("This does not exist any more, or you may not see it."),
        ),
        (
            r"(?P<number>\d+) items in use depend on it.*",
            reader.gettext("Items in use depend on it: %(number)s. End those relations first."),
        ),
        *_values(reader),
    )


def _values(reader: Reader) -> tuple[tuple[str, str], ...]:
    """Return the words for values that the model refuses."""
    return (
        (
            r"expected one of (?P<list>[^;]+);.*",
            reader.gettext("Choose one of the list."),
        ),
        (r"expected a whole number.*", reader.gettext("This must be a whole number.")),
        (r"expected a number.*", reader.gettext("This must be a number.")),
        (
            r"expected at least (?P<low>\S+), got .*",
            reader.gettext("At least %(low)s."),
        ),
        (
            r"expected at most (?P<high>\S+), got .*",
            reader.gettext("At most %(high)s."),
        ),
        (
            r"expected a date.*",
            reader.gettext("A date is written 2025-01-31."),
        ),
        (
            r"expected an IP address.*",
            reader.gettext("This is no IP address; one looks like 192.0.2.1."),
        ),
        (
            r"expected a MAC address.*",
            reader.gettext("This is no MAC address; one looks like 00:1a:2b:3c:4d:5e."),
        ),
        (
            r"expected a network.*",
            reader.gettext("This is no network; one looks like 192.0.2.0/24."),
        ),
        (r"expected true or false.*", reader.gettext("Type yes or no.")),
        (
            r"expected a time.*|the time needs a zone.*",
            reader.gettext("A time is written 2025-01-31T12:00:00Z."),
        ),
        (
            r"expected an amount.*",
            reader.gettext("Give an amount and a currency, such as 12.50 EUR."),
        ),
        (
            r"expected a currency such as EUR.*",
            reader.gettext("Give a currency such as EUR."),
        ),
        (r"the number is too large.*", reader.gettext("The number is too large.")),
        (
            r".+ is an address in a network; the network is (?P<network>\S+)",
            reader.gettext("This is an address in a network; the network is %(network)s."),
        ),
    )
