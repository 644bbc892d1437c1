"""What is said to a mail server that wants an access token: SASL XOAUTH2.

As Google and Microsoft publish it; neither has an RFC. A server that refuses tells why in a
challenge of JSON, and says NO only after that was answered by an empty line.
"""

import json

from server.foundation.access_tokens import one_line

#: No server asks more than twice: for the token, and for the empty line.
_MOST_CHALLENGES = 5


class Xoauth2:
    """One conversation. ``refusal`` is what the server told of why it refuses, "" so far."""

    def __init__(self, user_name: str, token: str) -> None:
        self._opening = f"user={user_name}\1auth=Bearer {token}\1\1".encode()
        self._token = token
        self._asked = 0
        self.refusal = ""

    def answer(self, challenge: bytes) -> bytes | None:
        """Return what is answered to a challenge of the server; None gives up."""
        self._asked += 1
        if self._asked == 1:
            return self._opening
        self.refusal = self.refusal or one_line(_told(challenge), self._token)
        return b"" if self._asked < _MOST_CHALLENGES else None


def _told(challenge: bytes) -> str:
    r"""Return in words what a challenge holds.

    >>> _told(b'{"status":"401","schemes":"bearer","scope":"mail"}')
    'status 401, schemes bearer, scope mail'
    >>> _told(b"go away")
    'go away'
    """
    text = challenge.decode("utf-8", "replace")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if not isinstance(found, dict):
        return text
    return ", ".join(f"{name} {value}" for name, value in found.items())
