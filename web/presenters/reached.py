"""What was agreed about a service that a failure reaches, in words."""

from collections.abc import Mapping

from web.presenters.clocks import measure_text
from web.presenters.outages import share_text
from web.presenters.reader import Reader
from web.presenters.ticket_parts import minutes_text


def target_text(percent: float | None, reader: Reader) -> str:
    """Return how much of the time it is to be up; "" where nothing was agreed."""
    if percent is None:
        return ""
    told = share_text(percent / 100, reader)
    return reader.gettext("to be up %(share)s of the time") % {"share": told}


def recovery_text(minutes: int | None, reader: Reader) -> str:
    """Return how soon it is to be back; "" where nothing was agreed."""
    if minutes is None:
        return ""
    told = minutes_text(minutes, reader)
    return reader.gettext("to be back within %(time)s") % {"time": told}


def promise_text(measure: str, minutes: int, labels: Mapping[str, str], reader: Reader) -> str:
    """Return what the desk promises about it, and in which hours.

    ``labels`` are the names of the calendar by language.
    """
    hours = labels.get(reader.language) or labels.get("en", "")
    return reader.gettext("%(measure)s within %(time)s (%(hours)s)") % {
        "measure": measure_text(measure, reader),
        "time": minutes_text(minutes, reader),
        "hours": hours,
    }
