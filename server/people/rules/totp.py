"""Codes of an authenticator: TOTP (RFC 6238) over HOTP (RFC 4226), six digits, thirty seconds."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote

STEP_SECONDS = 30
_DIGITS = 6
#: Clocks of telephones differ: one step before and one after are taken too.
_DRIFT = 1
_SECRET_BYTES = 20
#: Without letters and digits that are read as each other.
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
_GROUPS = 2
_GROUP = 6
RECOVERY_CODES = 10


def new_secret() -> str:
    """Return 160 random bits in base 32, as authenticators read them."""
    return base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def step_of(now: datetime) -> int:
    """Return the number of the time step."""
    return int(now.timestamp()) // STEP_SECONDS


def code_at(secret: str, step: int) -> str:
    """Return the code of a time step; the first of RFC 6238's own examples, cut to six digits.

    >>> code_at(base64.b32encode(b"12345678901234567890").decode(), 59 // 30)
    '287082'
    """
    digest = hmac.new(base64.b32decode(secret), step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**_DIGITS).zfill(_DIGITS)


def matching_step(secret: str, typed: str, now: datetime, last_step: int) -> int | None:
    """Return the step whose code was typed; None for a wrong code, or one that was used already.

    ``last_step``: of the last code that was taken. No code of that step or before counts again.
    """
    code = "".join(typed.split())
    if len(code) != _DIGITS or not code.isascii() or not code.isdigit():
        return None
    here = step_of(now)
    found = None
    for step in range(here - _DRIFT, here + _DRIFT + 1):
        if hmac.compare_digest(code_at(secret, step), code) and step > last_step:
            found = step
    return found


def enrolment_uri(issuer: str, login: str, secret: str) -> str:
    """Return the address that authenticators read (Key Uri Format).

    >>> enrolment_uri("Cadastre", "ada", "ABC")
    'otpauth://totp/Cadastre:ada?secret=ABC&issuer=Cadastre&digits=6&period=30'
    """
    name = f"{quote(issuer, safe='')}:{quote(login, safe='')}"
    return (
        f"otpauth://totp/{name}?secret={secret}&issuer={quote(issuer, safe='')}"
        f"&digits={_DIGITS}&period={STEP_SECONDS}"
    )


def new_recovery_codes() -> list[str]:
    """Return codes that replace a lost authenticator; each has more than 59 bits."""
    return [
        "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
        for _ in range(RECOVERY_CODES)
    ]


def recovery_hash(typed: str) -> str:
    """Return what is stored of a recovery code; how it is written does not matter.

    >>> recovery_hash("ABCDEF-234567") == recovery_hash(" abcdef 234567")
    True
    """
    plain = "".join(char for char in typed.casefold() if char.isalnum())
    return hashlib.sha256(f"recovery:{plain}".encode()).hexdigest()


def in_groups(secret: str) -> str:
    """Return a secret as people type it.

    >>> in_groups("ABCDEFGH")
    'ABCD EFGH'
    """
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
