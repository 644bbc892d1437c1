"""Whether a machine wrote a letter, and whether it is from whom it says."""

import pytest

from server.desk.mail.rules.answering import tokens_of
from server.desk.mail.rules.letters import AUTOMATIC, Letter
from server.desk.mail.rules.proving import UNNAMED, is_proven
from server.desk.mail.rules.reading import read_letter

OURS = frozenset(("desk.example",))


def _read(*lines: str, trusted_server: str = "mx.x.org") -> Letter:
    raw = "\r\n".join((*lines, "", "It is broken.")).encode()
    return read_letter(raw, trusted_server=trusted_server, own_hosts=OURS)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Subject: hello", ""),
        ("Auto-Submitted: no", ""),
        ("Auto-Submitted: auto-replied", "auto-submitted"),
        ("auto-submitted: Auto-Generated; owner-email=x@x.org", "auto-submitted"),
        ("X-Autoreply: yes", "auto-submitted"),
        ("Precedence: bulk", "precedence"),
        ("Precedence: first-class", ""),
        ("List-Id: <news.x.org>", "list"),
        ("X-Auto-Response-Suppress: OOF, AutoReply", "suppressed"),
        ("X-Auto-Response-Suppress: All", "suppressed"),
        ("X-Auto-Response-Suppress: DR, RN", ""),
        ("Return-Path: <>", "bounce"),
        ("Return-Path: <ana@x.org>", ""),
        ("Content-Type: multipart/report; boundary=b", "bounce"),
        ("Message-ID: <notification-4.INC-1.abcdefghij@desk.example>", "own"),
        # People's programs may use the desk's host too.
        ("Message-ID: <CA+1@desk.example>", ""),
        ("Message-ID: <notification-4@elsewhere.example>", ""),
    ],
)
def test_a_machine_is_told_from_a_person(line: str, reason: str) -> None:
    assert reason in ("", *AUTOMATIC)
    assert _read("From: ana@x.org", line).automatic == reason


def test_the_surest_reason_is_told() -> None:
    lines = ("List-Id: <x>", "Auto-Submitted: auto-replied", "Return-Path: <>")
    assert _read("From: ana@x.org", *lines).automatic == "bounce"
    assert _read("From: MAILER-DAEMON@x.org").automatic == "bounce"


def test_a_bounce_says_what_came_back_and_to_whom_it_was() -> None:
    letter = _read(
        "From: Mail system <MAILER-DAEMON@mx.x.org>",
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b", "",
        "--b", "", "It could not be delivered.",
        "--b", "Content-Type: message/delivery-status", "",
        "Reporting-MTA: dns; mx.x.org", "",
        "Final-Recipient: rfc822; Ana@x.org", "Action: failed", "Status: 5.1.1", "",
        "Final-Recipient: rfc822; late@x.org", "Action: delayed", "",
        "--b", "Content-Type: text/rfc822-headers", "",
        "Message-ID: <notification-7.INC-1.abcdefghij@desk.example>", "Subject: INC-1", "--b--",
    )  # fmt: skip
    assert letter.automatic == "bounce"
    assert letter.undelivered == ("notification-7.INC-1.abcdefghij@desk.example",)
    assert letter.failed_recipients == ("Ana@x.org",)
    assert letter.text == "It could not be delivered."


@pytest.mark.parametrize(
    ("found", "proven"),
    [
        ("dmarc=pass header.from=x.org", True),
        ("dmarc=pass (p=reject) action=none header.from=X.ORG", True),
        # The trusted server looked at another sender than this one.
        ("dmarc=pass header.from=evil.example", False),
        ("dmarc=fail header.from=x.org; spf=pass smtp.mailfrom=x.org", False),
        ("spf=pass smtp.mailfrom=ana@x.org", True),
        ("spf=pass smtp.mailfrom=bounce@evil.example", False),
        ("spf=softfail smtp.mailfrom=x.org", False),
        ("spf=pass", False),
        ("dkim=pass header.d=x.org", True),
        ("dkim=pass header.d=org", False),
        ("dkim=pass header.d=guests.x.org", False),
        ("dkim=pass header.d=evil.example; dkim=pass header.d=x.org", True),
        ("dkim=pass header.d=evil.example; dkim=fail header.d=x.org", False),
        ('spf=fail (x"; dmarc=pass header.from=x.org; ") smtp.mailfrom=x.org', False),
        ('spf=fail smtp.mailfrom="a; dmarc=pass header.from=x.org"', False),
        ("none", False),
        ("", False),
    ],
)
def test_the_sender_is_proven_by_the_domain_alone(found: str, *, proven: bool) -> None:
    line = f"Authentication-Results: mx.x.org; {found}"
    assert is_proven(_read(line, "From: ana@x.org")) is proven


def test_a_domain_above_the_sender_speaks_for_it() -> None:
    line = "Authentication-Results: mx.x.org 1; dkim=pass header.d=x.org"
    assert is_proven(_read(line, "From: ana@mail.x.org"))


def test_only_the_topmost_line_of_the_trusted_server_counts() -> None:
    ours = "Authentication-Results: mx.x.org; dmarc=fail header.from=x.org"
    forged = "Authentication-Results: mx.x.org; dmarc=pass header.from=x.org"
    other = "Authentication-Results: evil.example; dmarc=pass header.from=x.org"
    assert not is_proven(_read(other, ours, forged, "From: ana@x.org"))
    assert is_proven(_read(other, forged, ours, "From: ana@x.org"))
    assert not is_proven(_read(other, "From: ana@x.org"))
    assert _read(forged, "From: ana@x.org", trusted_server="").authentication == {}


def test_a_server_that_writes_no_name_is_trusted_where_that_is_said() -> None:
    line = (
        "Authentication-Results: spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=x.org;"
        " dkim=none (message not signed) header.d=none;dmarc=pass action=none header.from=x.org"
    )
    assert is_proven(_read(line, "From: ana@x.org", trusted_server=UNNAMED))
    assert not is_proven(_read(line, "From: ana@x.org"))


def test_who_has_no_one_address_is_not_proven() -> None:
    line = "Authentication-Results: mx.x.org; dmarc=pass"
    assert not is_proven(_read(line, "From: ana@x.org, eve@evil.example"))


def test_tokens_come_from_what_is_answered_first() -> None:
    letter = _read(
        "From: ana@x.org",
        "Subject: Re: INC-3.cccccccccc",
        "References: <notification-1.INC-1.aaaaaaaaaa@desk.example>",
        "In-Reply-To: <NOTIFICATION-2.inc-2.BBBBBBBBBB@desk.example>",
    )
    assert tokens_of(letter) == (
        ("INC-2", "bbbbbbbbbb"), ("INC-1", "aaaaaaaaaa"), ("INC-3", "cccccccccc"),
    )  # fmt: skip
