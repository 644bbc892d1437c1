"""Changes and windows as iCalendar (RFC 5545), for calendar programs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

#: Octets of a line, its end not counted; longer ones go on after a blank.
_WIDTH = 75


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a calendar."""

    key: str
    start: datetime
    end: datetime
    summary: str
    description: str = ""
    url: str = ""
    tentative: bool = False


def calendar(name: str, events: Iterable[Event], now: datetime) -> str:
    """Return a whole calendar."""
    parts = [
        line("BEGIN", "VCALENDAR"),
        line("VERSION", "2.0"),
        line("PRODID", "-//Cadastre//Changes//EN"),
        line("X-WR-CALNAME", name),
    ]
    for event in events:
        parts += [
            line("BEGIN", "VEVENT"),
            line("UID", f"{event.key}@cadastre"),
            line("DTSTAMP", _moment(now)),
            line("DTSTART", _moment(event.start)),
            line("DTEND", _moment(event.end)),
            line("SUMMARY", event.summary),
            line("STATUS", "TENTATIVE" if event.tentative else "CONFIRMED"),
        ]
        if event.description:
            parts.append(line("DESCRIPTION", event.description))
        if event.url:
            parts.append(line("URL", event.url))
        parts.append(line("END", "VEVENT"))
    return "".join([*parts, line("END", "VCALENDAR")])


def line(name: str, value: str) -> str:
    """Return one line, escaped and folded at 75 octets without cutting a character in two."""
    text = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    text = text.replace("\r", "").replace("\n", "\\n")
    found, room = [""], _WIDTH
    for char in f"{name}:{text}":
        size = len(char.encode())
        if size > room:
            found.append(" ")
            room = _WIDTH - 1
        found[-1] += char
        room -= size
    return "\r\n".join(found) + "\r\n"


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
