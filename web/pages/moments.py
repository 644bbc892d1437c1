"""Moments in addresses and forms: a past moment that a page is asked for."""

from datetime import UTC, datetime, timedelta

from flask import request

from web.pages.frame import reader


def asked_moment(name: str = "at") -> datetime | None:
    """Return the moment asked for; None when none is, or it makes no sense.

    With its zone as links write it, else in the reader's own as a form does.
    """
    try:
        moment = datetime.fromisoformat(request.args.get(name, ""))
        local = moment if moment.tzinfo else moment.replace(tzinfo=reader().zone)
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def moment_text(moment: datetime) -> str:
    """Return a moment for an address, on the next full second: what happened then has happened."""
    whole = moment.replace(microsecond=0)
    later = whole if whole == moment else whole + timedelta(seconds=1)
    return later.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def form_text(moment: datetime) -> str:
    """Return a moment for a field of a form, in the reader's own zone."""
    return moment.astimezone(reader().zone).strftime("%Y-%m-%dT%H:%M:%S")
