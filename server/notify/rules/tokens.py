"""What proves that somebody got our mail about a ticket: its reference with a short signature.

A reference alone can be guessed. The token of a ticket, ``INC-1042.k7x2qfabcd``, stands in the
Message-ID and at the foot of a mail about it, and comes back with the answer.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence

#: What keys of tokens are derived for; see ``SecretBox.derived``.
PURPOSE = "ticket-token"
#: 50 bits: whoever tries a thousand letters a second needs 18,000 years for an even chance.
_LETTERS = 10
#: Mail servers may change the case of what they carry. Every repetition is bounded.
_TOKEN = re.compile(
    r"(?<![A-Za-z0-9-])([A-Za-z]{2,6}-[0-9]{1,12})\.([A-Za-z2-7]{10})(?![A-Za-z0-9-])"
)


def ticket_token(key: bytes, reference: str) -> str:
    """Return the token of the ticket of a reference.

    >>> ticket_token(b"k" * 32, "INC-1042")
    'INC-1042.si2pyvoldb'
    """
    return f"{reference}.{_mac(key, reference)}"


def tokens_in(text: str) -> list[tuple[str, str]]:
    """Return what looks like a token in a text, as (reference, signature), each once.

    >>> tokens_in("Re: it [INC-7.ABCDEFGHIJ] and <notification-3.inc-7.abcdefghij@desk.example>")
    [('INC-7', 'abcdefghij')]
    """
    found = ((one[1].upper(), one[2].lower()) for one in _TOKEN.finditer(text))
    return list(dict.fromkeys(found))


def holds(keys: Sequence[bytes], reference: str, signature: str) -> bool:
    """Say whether one of the keys made the signature of this reference."""
    given = signature.encode("utf-8", "replace")
    # All keys are tried, in a time that tells nothing of the signature.
    same = [hmac.compare_digest(_mac(key, reference).encode(), given) for key in keys]
    return any(same)


def _mac(key: bytes, reference: str) -> str:
    digest = hmac.new(key, reference.encode(), hashlib.sha256).digest()
    return base64.b32encode(digest).decode("ascii").lower()[:_LETTERS]
