"""What list pages share: the words, the order and the page that were asked for."""

from datetime import date
from typing import Any

from flask import request

from server.foundation.paging import Page, PageRequest
from web.pages.frame import list_url
from web.presenters.lists import Paging

_ROWS = 50


def asked_words(name: str = "q", longest: int = 200) -> str:
    """Return the words of a query parameter on one line, without what cannot be printed."""
    printable = "".join(c if c.isprintable() else " " for c in request.args.get(name, ""))
    return " ".join(printable.split())[:longest]


def asked_choice(name: str, allowed: tuple[str, ...]) -> str:
    """Return a query parameter when it is one of ``allowed``, "" otherwise."""
    value = request.args.get(name, "")
    return value if value in allowed else ""


def asked_day(name: str) -> date | None:
    """Return a query parameter when it is a day of our times, as 2026-01-31; None otherwise."""
    try:
        day = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return day if 1900 < day.year < 3000 else None  # others leave what a clock can say


def asked_page(sort: str = "", limit: int = _ROWS) -> PageRequest:
    """Return the page asked for; ``sort`` is the order when none is named."""
    return PageRequest(request.args.get("sort", sort), request.args.get("after", ""), limit)


def paging_of(page: Page[Any], total: int | None = None) -> Paging:
    """Return the links around a page of rows."""
    following = list_url(after=page.next_cursor) if page.next_cursor else None
    return Paging(len(page.rows), total, None, following)


def is_narrowed() -> bool:
    """Say whether any filter is set, so that an empty list can say why it is empty."""
    return any(value for name, value in request.args.items() if name not in {"sort", "after"})
