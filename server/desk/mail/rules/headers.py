"""The header of a letter or of one of its parts: lines, encoded words, parameters."""

import binascii
import email.message
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.desk.mail.rules.decoding import cleaned, one_line, text_of

#: Headers that anything here asks for; a thousand others cost nothing but being read over.
_ASKED = frozenset(
    {
        "authentication-results", "auto-submitted", "cc", "content-description",
        "content-disposition", "content-id", "content-transfer-encoding", "content-type", "date",
        "from", "in-reply-to", "list-id", "list-unsubscribe", "message-id", "precedence",
        "references", "return-path", "subject", "to", "x-auto-response-suppress", "x-autoreply",
        "x-autorespond", "x-failed-recipients", "x-loop", "final-recipient", "action",
    }
)  # fmt: skip
#: Of one name, the topmost are kept. RFC 5322 allows one of most; trace headers repeat.
_MOST_OF_A_NAME = 20
#: Longer than any real header: References of a long thread have some 10 kB.
_LONGEST = 16_000
#: A header may be as long as a mail server takes one: Postfix cuts at 100 kB, Exchange at 256.
_HEADER_BYTES = 1_000_000
#: RFC 2231 lets a file name of 255 letters take three times as much, and more with its pieces.
_PARAMETERS = 4_000
_NAME = re.compile(rb"([!-9;-~]{1,100})[ \t]{0,20}:")
_EMPTY = re.compile(rb"\n\r?\n")
_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?\r\n]{0,2000})\?=")


@dataclass(frozen=True, slots=True)
class Header:
    """Header lines by lower-case name, the topmost first, unfolded and not yet decoded."""

    lines: Mapping[str, Sequence[str]]
    #: Where what follows it begins.
    ends_at: int
    whole: bool = True

    def first(self, name: str) -> str:
        """Return the topmost line of a name; empty without one."""
        return next(iter(self.lines.get(name, ())), "")


def read_header(raw: bytes, start: int, end: int) -> Header:
    """Read the header that begins at ``start``. Linear in its length."""
    found: dict[str, list[str]] = {}
    position, name, pieces = start, "", list[bytes]()
    last = min(end, start + _HEADER_BYTES)
    while position < last:
        line_end = raw.find(b"\n", position, end)
        line_end = end if line_end < 0 else line_end
        line = raw[position : min(line_end, position + _LONGEST)].rstrip(b"\r")
        if not line.strip() and not line:
            _keep(found, name, pieces)
            return Header(found, min(line_end + 1, end))
        named = _NAME.match(line)
        if line[:1] in b" \t" and line[:1]:
            pieces.append(line.strip())
        elif named:
            _keep(found, name, pieces)
            name, pieces = named[1].decode("ascii").lower(), [line[named.end() :].strip()]
        elif not line.startswith((b"From ", b">From ")):
            # No header any more: somebody forgot the empty line.
            break
        position = line_end + 1
    _keep(found, name, pieces)
    if position < last or last == end:
        return Header(found, min(position, end))
    # Nobody writes a header that long; what follows its first empty line is read all the same.
    empty = _EMPTY.search(raw, position - 1, end)
    return Header(found, empty.end() if empty else end, whole=False)


def _keep(found: dict[str, list[str]], name: str, pieces: Sequence[bytes]) -> None:
    if name in _ASKED and len(found.setdefault(name, [])) < _MOST_OF_A_NAME:
        text, _ = text_of(b" ".join(pieces)[:_LONGEST])
        found[name].append(one_line(text, _LONGEST))


def decoded(value: str) -> str:
    """Return a header with its encoded words read (RFC 2047), on one line.

    A letter of several bytes may be torn between two words; such words are read together.

    >>> decoded("=?utf-8?B?0J/RgNC4?= =?utf-8?Q?=D0=B2=D0=B5=D1=82?= Ana")
    'Привет Ana'
    """
    out: list[str] = []
    position, charset, held = 0, "", b""
    for word in _WORD.finditer(value):
        between = value[position : word.start()]
        content = _word_bytes(word[2], word[3])
        named = word[1].partition("*")[0].lower()
        if charset and (between.strip() or named != charset):
            out.append(text_of(held, charset)[0])
            held = b""
        if between.strip() or not position:
            out.append(between)
        charset, held, position = named, held + content, word.end()
    if charset:
        out.append(text_of(held, charset)[0])
    out.append(value[position:])
    return one_line(cleaned("".join(out)), _LONGEST)


def _word_bytes(encoding: str, text: str) -> bytes:
    content = text.encode("utf-8", "replace")
    if encoding in "bB":
        return from_base64(content)[0]
    return binascii.a2b_qp(content, header=True)


def from_base64(content: bytes) -> tuple[bytes, bool]:
    """Return what was encoded, and whether it was whole. What is no letter of it is passed over."""
    try:
        return binascii.a2b_base64(content), True
    except binascii.Error:
        pass
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", content)
    return binascii.a2b_base64(letters[: len(letters) // 4 * 4]), False


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """Return the first word of a header such as Content-Type, in lower case, and its parameters.

    >>> parameters("Text/Plain; charset=utf-8; name*=utf-8''%D0%B6.txt")
    ('text/plain', {'charset': 'utf-8', 'name': 'ж.txt'})
    """
    message = email.message.Message()
    message["Content-Type"] = value[:_PARAMETERS]
    try:
        pairs = message.get_params([])
    except (ValueError, TypeError, LookupError, AssertionError, IndexError):
        # Pieces of a parameter that are numbered by no number, and the like.
        pairs = []
    word = value.partition(";")[0].strip().lower()
    found: dict[str, str] = {}
    for name, given in pairs[1:100]:
        if isinstance(given, tuple):
            charset, _, text = given
            text, _ = text_of(text.encode("latin-1", "replace"), charset or "utf-8")
        else:
            text = given
        found.setdefault(name.lower(), decoded(text))
    return word, found
