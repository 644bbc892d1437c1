"""Who sent a letter and to whom: addresses of RFC 5322, read strictly.

A display name proves nothing and is never taken for an address, nor is an address that stands in a
comment or in an encoded word.
"""

import re

from server.desk.mail.rules.decoding import one_line
from server.desk.mail.rules.headers import decoded

_MOST = 200
_LONGEST_NAME = 200
#: RFC 5321, 4.5.3.1.3: 256 with the brackets.
_LONGEST = 254
_ADDRESS = re.compile(r"[^\s@<>()\[\]\\,;:\"\x00-\x1f]{1,64}@[^\s@<>()\[\]\\,;:\"\x00-\x1f]{1,253}")


class _Reader:
    """One pass over a header, a character at a time."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str]] = []
        self._words: list[str] = []
        self._angles: list[str] = []
        self._quote = self._quoted = self._escaped = self._inside = False
        self._comments = 0

    def read(self, value: str) -> list[tuple[str, str]]:
        for letter in value:
            if self._escaped:
                self._escaped = False
                self._put(letter)
            elif letter == "\\" and (self._quote or self._comments):
                self._escaped = True
            elif letter == '"' and not self._comments and not self._inside:
                self._quote, self._quoted = not self._quote, True
            elif self._quote:
                self._put(letter)
            else:
                self._mark(letter)
            if len(self.found) >= _MOST:
                return self.found
        self._finish()
        return self.found

    def _mark(self, letter: str) -> None:
        if letter == "(":
            self._comments += 1
        elif letter == ")" and self._comments:
            self._comments -= 1
        elif self._comments:
            return
        elif letter == "<":
            self._inside = True
            self._angles.append("")
        elif letter == ">" and self._inside:
            self._inside = False
        elif letter in ",;":
            self._finish()
        elif letter == ":" and not self._inside:
            # The name of a group says nothing of who is in it.
            self._words = []
        else:
            self._put(letter)

    def _put(self, letter: str) -> None:
        if self._comments:
            return
        if self._inside:
            self._angles[-1] += letter
        else:
            self._words.append(letter)

    def _finish(self) -> None:
        words = "".join(self._words).strip()
        name = one_line(decoded(words), _LONGEST_NAME) if self._angles else ""
        # What stands in quotation marks is a name, whatever it looks like.
        bare = [] if self._quoted else [words]
        for one in self._angles or bare:
            address = one.strip()
            seen = address.isprintable() and len(address) <= _LONGEST
            if seen and _ADDRESS.fullmatch(address):
                self.found.append((name, address))
        self._words, self._angles = [], []
        self._quote = self._quoted = self._inside = False


def addresses_in(value: str) -> list[tuple[str, str]]:
    """Return (name, address) of everybody whom a header names, at most 200.

    >>> addresses_in('"Ruiz, Ana" <ana@example.org>, (boss@x.org) ivan@example.org')
    [('Ruiz, Ana', 'ana@example.org'), ('', 'ivan@example.org')]
    >>> addresses_in("ana@example.org <eve@evil.example>")
    [('ana@example.org', 'eve@evil.example')]
    """
    return _Reader().read(value)


def domain_of(address: str) -> str:
    """Return the domain of an address, in lower case."""
    return address.rpartition("@")[2].lower().rstrip(".")
