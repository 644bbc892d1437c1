"""Whatever the bytes are, there is an answer: bounded in time and size, and nothing raised."""

import signal
from collections.abc import Iterator
from types import FrameType
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.desk.mail.rules.answering import tokens_of
from server.desk.mail.rules.contents import MOST_TEXT
from server.desk.mail.rules.letters import AUTOMATIC, FAULTS, Letter
from server.desk.mail.rules.parts import MOST_PARTS
from server.desk.mail.rules.proving import is_proven
from server.desk.mail.rules.reading import read_letter

_SENDER = b"From: ana@x.org\r\nSubject: hello\r\n"
_SUBJECT = b"From: ana@x.org\r\nSubject: "
_TYPE, _ENCODING = b"Content-Type: ", b"Content-Transfer-Encoding: "
_MIXED = _SENDER + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"


def _nested(depth: int, content: bytes = b"deep") -> bytes:
    """Return parts within parts."""
    for number in range(depth):
        mark = b"b%d" % number
        head = b"Content-Type: multipart/mixed; boundary=" + mark + b"\r\n\r\n--" + mark + b"\r\n"
        content = head + content + b"\r\n--" + mark + b"--\r\n"
    return content


def _text(content: bytes, more: bytes = b"") -> bytes:
    return _SENDER + more + b"\r\n" + content


#: Name → the letter, and codes of faults that are said of it.
HOSTILE: dict[str, tuple[bytes, set[str]]] = {
    "nothing": (b"", {"unreadable", "no_sender"}),
    "an empty line": (b"\r\n", {"unreadable", "no_sender"}),
    "all bytes": (bytes(range(256)) * 4_000, {"unreadable", "no_sender"}),
    "zeros": (b"\x00" * 500_000, {"unreadable", "no_sender"}),
    "no line break": (b"a" * 500_000, {"unreadable", "no_sender"}),
    "carriage returns alone": (b"From: ana@x.org\rSubject: hello\r\rIt is broken", set()),
    "100 deep": (_SENDER + _nested(100), {"too_deep"}),
    "3,000 deep": (_SENDER + _nested(3_000), {"too_deep"}),
    "20 deep": (_SENDER + _nested(20), set()),
    "one boundary at every depth": (
        _SENDER + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" * 2_000,
        {"too_many_parts"},
    ),
    "10,000 headers": (b"".join(b"X-%d: y\r\n" % n for n in range(10_000)) + _text(b"hi"), set()),
    "10,000 senders in one line": (
        b"From: " + b"ana@x.org, " * 10_000 + b"\r\n\r\nhi", {"several_senders"},
    ),
    "10,000 subjects": (_SENDER + b"Subject: a\r\n" * 10_000 + b"\r\nhi", set()),
    "a header of 2 MB": (
        b"From: ana@x.org\r\nX-Y: " + b"a" * 2_000_000 + b"\r\n\r\nhi", {"too_many_headers"},
    ),
    "a folded header of 2 MB": (
        b"From: ana@x.org\r\nSubject: a\r\n" + b" b\r\n" * 500_000 + b"\r\nhi",
        {"too_many_headers"},
    ),
    "comments in comments": (
        b"From: " + b"(" * 15_000 + b"ana@x.org\r\n\r\nhi", {"no_sender"},
    ),
    "escapes": (b'From: "' + b"\\" * 15_000 + b"ana@x.org\r\n\r\nhi", {"no_sender"}),
    "quotes": (b"From: " + b'"' * 15_001 + b"ana@x.org\r\n\r\nhi", {"no_sender"}),
    "angles": (b"From: " + b"<" * 15_000 + b"ana@x.org\r\n\r\nhi", set()),
    "half an encoded word": (_SUBJECT + b"=?a?q?" * 2_500 + b"\r\n\r\n", set()),
    "encoded words": (
        _SUBJECT + b"=?utf-8?q?=00=D8=00?= " * 700 + b"\r\n\r\nhi", set(),
    ),
    "a character set of 15 kB": (
        _text(b"\xff", _TYPE + b"text/plain; charset=" + b"x" * 15_000 + b"\r\n"), {"charset"},
    ),
    "a character set with a zero": (
        _text(b"\xff", _TYPE + b"text/plain; charset=utf\x00-8\r\n"), {"charset"},
    ),
    "numbered parameters": (
        _text(b"hi", _TYPE + b"text/plain; " + b"charset*9999999999*=x;" * 500 + b"\r\n"), set(),
    ),
    "a parameter numbered by words": (
        _text(b"hi", _TYPE + b"text/plain; name*a*b*=c'd; name*\xb2=x\r\n"), set(),
    ),
    "semicolons": (_text(b"hi", _TYPE + b"text/plain" + b";" * 15_000 + b"\r\n"), set()),
    "no media type": (_text(b"hi", b"Content-Type: ///;;;\r\n"), set()),
    "a media type of bytes": (_text(b"hi", b"Content-Type: \xff\xfe/\x80\r\n"), set()),
    "no boundary": (_text(b"hi", _TYPE + b"multipart/mixed\r\n"), set()),
    "a boundary that never comes": (
        _text(b"hi", _TYPE + b"multipart/mixed; boundary=x\r\n"), set(),
    ),
    "a boundary of 1,000 letters": (
        _text(b"hi", _TYPE + b"multipart/mixed; boundary=" + b"x" * 1_000 + b"\r\n"), set(),
    ),
    "an expression as a boundary": (
        _text(b"--(a+)+$\r\n\r\nhi", _TYPE + b'multipart/mixed; boundary="(a+)+$"\r\n'), set(),
    ),
    "cut off in a part": (_MIXED + b"--b\r\n\r\nhalf a par", set()),
    "cut off in a header": (b"From: ana@x.org\r\nSubj", set()),
    "100,000 parts": (_MIXED + b"--b\r\n\r\n" * 100_000, {"too_many_parts"}),
    "a million boundaries that are none": (_MIXED + b"--bx\r\n" * 300_000, {"text_cut"}),
    "only the last boundary": (_MIXED + b"--b--\r\nhi", set()),
    "base64 that is none": (_text(b"!!!*", _ENCODING + b"base64\r\n"), set()),
    "base64 cut off": (_text(b"SGVsbG8x\r\nA", _ENCODING + b"base64\r\n"), {"encoding"}),
    "quoted-printable that is none": (
        _text(b"=ZZ=\r\n=", _ENCODING + b"quoted-printable\r\n"), set(),
    ),
    "an unknown encoding": (_text(b"begin 644 x", _ENCODING + b"x-uuencode\r\n"), {"encoding"}),
    "10 MB of text": (_text(b"It is broken. " * 750_000), {"text_cut"}),
    "10 MB of quotation": (_text(b"> x\r\n" * 2_000_000), {"text_cut"}),
    "5 MB of empty lines": (_text(b"\r\n" * 2_500_000), {"text_cut"}),
    "lines that look like headers": (_text(b"From: x\r\n" * 100_000), set()),
    "lines that look like writers": (_text(b"On 10:15 2026 a\r\nb\r\nc:\r\n" * 40_000), set()),
    "signatures": (_text(b"hi\r\n" + b"--\r\n" * 100_000), set()),
    "devices": (_text(b"hi\r\n" + b"Sent from my x\r\n" * 50_000), set()),
    "questions and answers": (_text(b"> a\r\nb\r\n" * 100_000), set()),
    "flowing lines": (_text(b"a \r\n" * 200_000, _TYPE + b"text/plain; format=flowed\r\n"), set()),
    "open tags": (_text(b"<div>" * 200_000, _TYPE + b"text/html\r\n"), set()),
    "open quotes in tags": (_text(b'<a "' * 200_000, _TYPE + b"text/html\r\n"), set()),
    "lone surrogates": (_text(b"\xed\xa0\x80\xed\xb0\x80"), set()),
    "UTF-7": (_text(b"+ADw-script+AD4-", _TYPE + b"text/plain; charset=utf-7\r\n"), set()),
    "UTF-16 cut off": (_text(b"\xff\xfea", _TYPE + b"text/plain; charset=utf-16\r\n"), {"charset"}),
    "a report of empty groups": (
        _SENDER + _TYPE + b"multipart/report; boundary=b\r\n\r\n--b\r\n"
        b"Content-Type: message/delivery-status\r\n\r\n" + b"\r\n" * 500_000, set(),
    ),
    "tokens cut short": (_text(b"INC-1.aaaaaaaaa" * 50_000), set()),
    "an endless thread": (_text(b"hi", b"References: " + b"<a@b> " * 3_000 + b"\r\n"), set()),
    "findings without end": (
        _text(b"hi", b"Authentication-Results: mx" + b";dkim=pass" * 1_500 + b"\r\n"), set(),
    ),
    "comments in findings": (
        _text(b"hi", b"Authentication-Results: " + b"(" * 15_000 + b"\r\n"), set(),
    ),
    "files of one name": (
        _MIXED + b"--b\r\nContent-Disposition: attachment; filename=a\r\n\r\nx\r\n" * 400, set(),
    ),
    "a letter in a letter in a letter": (
        (_SENDER + b"Content-Type: message/rfc822\r\n\r\n") * 3_000 + b"x", set(),
    ),
}  # fmt: skip


class _TooSlow(Exception):
    """More processor time was needed than a letter of this size may take."""


def _ring(_number: int, _frame: FrameType | None) -> NoReturn:
    raise _TooSlow


@pytest.fixture
def patience() -> Iterator[None]:
    former = signal.signal(signal.SIGVTALRM, _ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, 10)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(signal.SIGVTALRM, former)


def _hold_to_the_promise(letter: Letter, size: int) -> None:
    texts = [letter.text, letter.said, letter.subject, letter.from_name, letter.message_id]
    texts += [*letter.references, *letter.to, *letter.cc, *(one.file_name for one in letter.files)]
    for text in texts:
        assert "\x00" not in text
        assert "\r" not in text
        text.encode("utf-8")
    for line in texts[2:]:
        assert "\n" not in line
    assert len(letter.text) <= MOST_TEXT
    assert len(letter.said) <= len(letter.text)
    assert bool(letter.said) is bool(letter.text.strip())
    assert len(letter.files) <= MOST_PARTS
    assert sum(len(one.content) for one in letter.files) <= size
    assert set(letter.faults) <= set(FAULTS)
    assert letter.automatic in ("", *AUTOMATIC)
    assert len(tokens_of(letter)) <= 20
    assert not is_proven(letter) or letter.from_address


@pytest.mark.usefixtures("patience")
@pytest.mark.parametrize(("raw", "faults"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_letter_is_read_as_far_as_it_goes(raw: bytes, faults: set[str]) -> None:
    letter = read_letter(raw, trusted_server="mx", own_hosts={"x.org"})
    _hold_to_the_promise(letter, len(raw))
    assert set(letter.faults) == faults
    if not faults & {"no_sender", "several_senders"}:
        assert letter.from_address == "ana@x.org"


_PIECES = st.sampled_from(
    [b"From: ana@x.org", b"Subject: =?utf-8?B?", b"=?=", _TYPE + b"multipart/mixed; boundary=b",
     b"Content-Type: text/html; charset=", b"--b", b"--b--", b"\r\n", b"\n", b"\r\n\r\n", b"; ",
     b"\xff", b"\x00", _ENCODING + b"base64", b"Content-Disposition: attachment; filename*=",
     b"utf-8''%00", b"<div>", b"> ", b"-- ", b"On 1.1.2026 10:00, x wrote:", b"koi8-r",
     b"message/rfc822",
     b"Authentication-Results: mx; dmarc=pass", b"INC-1.abcdefghij", b"References: <", b">", b" ",
     b"multipart/alternative; boundary=b", b"message/delivery-status", b"format=flowed"]
)  # fmt: skip


@given(st.lists(_PIECES | st.binary(max_size=20), max_size=30).map(b"".join))
def test_any_bytes_become_a_letter(raw: bytes) -> None:
    _hold_to_the_promise(read_letter(raw, trusted_server="mx", own_hosts={"x.org"}), len(raw))
