"""What a password must be. Length decides; composition rules only make people predictable."""

import secrets
from collections.abc import Iterable

from cmdb.errors import InvalidValue
from server.people.rules.logins import login_key

MINIMUM_LENGTH = 12
#: Longer input is refused unread: hashing and binding must stay cheap.
MAXIMUM_LENGTH = 1024

# Without characters that are mistaken for each other when read from a terminal.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 4, 5


def check_new_password(password: str, known: Iterable[str]) -> None:
    """Raise ``InvalidValue`` unless this may become somebody's password.

    ``known`` is what others know of the person: login, name, address. 12 characters or more, not
    one of those, more than a few different characters (NIST SP 800-63B, section 5.1.1.2).
    """
    wrong = _complaint(password, {login_key(word) for word in known if word})
    if wrong:
        raise InvalidValue({"new_password": wrong})


def presentable(password: str) -> bool:
    """Say whether it is worth asking anybody about this password.

    Empty and blank ones never are: a directory takes a bind without password for an anonymous one
    and answers yes (RFC 4513, section 5.1.2).
    """
    return bool(password.strip()) and "\0" not in password and len(password) <= MAXIMUM_LENGTH


def new_one_time_password() -> str:
    """Return a password to be read out once: 98 random bits in four groups."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def _complaint(password: str, known: set[str]) -> str:
    if len(password) < MINIMUM_LENGTH:
        return f"must have at least {MINIMUM_LENGTH} characters"
    if not presentable(password):
        return f"must have at most {MAXIMUM_LENGTH} characters, all of them printable"
    if login_key(password) in known:
        return "must not be your login, name or address"
    if len(set(password)) < 5:
        return "must have more than four different characters"
    return ""
