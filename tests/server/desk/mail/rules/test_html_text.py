"""HTML becomes text that people can read, in a time that grows with its length."""

import signal
from collections.abc import Iterator
from types import FrameType
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.desk.mail.rules.html_text import html_text


class _TooSlow(Exception):
    """More processor time was needed than a text of this length may take."""


def _ring(_number: int, _frame: FrameType | None) -> NoReturn:
    raise _TooSlow


@pytest.fixture
def patience() -> Iterator[None]:
    former = signal.signal(signal.SIGVTALRM, _ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, 10)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(signal.SIGVTALRM, former)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><p>Two<br>Three</p>", "One\n\nTwo\nThree"),
        ("<div>One</div><div><br></div><div>Two</div>", "One\n\nTwo"),
        ("<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>", "1. a\n  - b\n2. c"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a | b\nc"),
        ("<a href='https://x.example/?a=1&amp;b=2'>here</a>", "here <https://x.example/?a=1&b=2>"),
        ("<a href='mailto:ana@x.org'>ana@x.org</a>", "ana@x.org"),
        ("<a href='https://x.example/'>x.example</a>", "x.example"),
        (
            "<a href='https://evil.example/'>bank.example</a>",
            "bank.example <https://evil.example/>",
        ),
        ("<a href='javascript:alert(1)'>here</a>", "here"),
        ("<a href=' java\nscript:alert(1)'>here</a>", "here"),
        ("<img src='cid:a@b'> <img alt='a  logo' src=x><img src=y>", "[screen.png] [a logo]"),
        ("a<script>b</script>c<style>d</STYLE>e<!-- f -->g", "aceg"),
        ("a<title>x</title><!DOCTYPE html>b", "ab"),
        ("1 < 2 &amp;&amp; 3 &gt; 2", "1 < 2 && 3 > 2"),
        ('<b title="a > b">c</b>', "c"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<blockquote>one<br>two</blockquote>three", "> one\n> two\n\nthree"),
        ("Это&nbsp;<b>важно</b>", "Это важно"),
        ("a<hr>b", f"a\n{'_' * 32}\nb"),
        ("<script>a", ""),
        ("a<!-- b", "a"),
        ("</li></ul></blockquote></pre></a>x", "x"),
        (f"&#{'1' * 5000};", f"&#{'1' * 5000};"),
    ],
)
def test_markup_becomes_text(markup: str, text: str) -> None:
    assert html_text(markup, {"a@b": "screen.png"}) == text


@pytest.mark.usefixtures("patience")
@pytest.mark.parametrize(
    "unit",
    ["<div>", "<b><i>", "<a href=http://x>", '<a "', "<a b='", "<!--", "<!", "<", "<ul><li>x",
     "<blockquote>x", "<script></style", "<table><td>", "<p><font>", "&#1", "<a b=", "<pre>\n"],
)  # fmt: skip
def test_hostile_markup_takes_no_longer_than_its_length(unit: str) -> None:
    # html5ever takes 24 seconds for the first of these, and four times that for twice as much.
    assert len(html_text(unit * (400_000 // len(unit)))) <= 3_000_000


_PIECES = st.sampled_from(
    ["<", ">", "a", "li", "ul", "pre", "blockquote", "/", " href=", '"', "'", "script", "<a href=",
     "<!--", "-->", "\n", "&lt;", "td"]
)  # fmt: skip


@given(st.lists(_PIECES | st.text(max_size=3), max_size=60).map("".join))
def test_any_markup_becomes_a_text(markup: str) -> None:
    text = html_text(markup)
    assert text == text.strip("\n")
    assert all(line == line.rstrip() or "<pre" in markup for line in text.split("\n"))
