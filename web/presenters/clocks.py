"""Clocks of a ticket in the reader's words: kept, running, paused or missed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from server.desk.sla.rules.holders import which_time
from server.desk.sla.rules.targets import whose_of
from web.presenters.reader import Reader
from web.presenters.ticket_parts import minutes_text


@dataclass(frozen=True)
class ClockLine:
    """One clock: ``tone`` is that of its pill, ``at`` the moment its sentence is about.

    ``whose`` is the word for who promised it to whom; ``holder`` names it as on the clock.
    """

    measure: str
    label: str
    stand: str
    tone: str
    share: float
    at: datetime | None
    note: str
    missed: bool
    reason: str
    holder: str = ""
    whose: str = ""


def measure_text(measure: str, reader: Reader) -> str:
    """Return what is promised."""
    words = {
        "respond": reader.gettext("First answer"),
        "resolve": reader.gettext("Solution"),
        "update": reader.gettext("Next word to the requester"),
        "handover": reader.gettext("Hand-over accepted"),
    }
    return words.get(measure, measure)


def holder_text(measure: str, holder: str, name: str, reader: Reader) -> str:
    """Return what is promised, of a line, a group or a supplier: how long it has the ticket.

    Or when it first answers: of one that has the ticket again, for which time.
    """
    if not holder:
        return measure_text(measure, reader)
    if measure == "respond":
        return _answer_text(holder, name, reader)
    if holder.startswith("line:"):
        text = reader.gettext("With line %(line)s")
        return text % {"line": name}
    return reader.gettext("With %(name)s") % {"name": name or reader.gettext("who is gone")}


def _answer_text(holder: str, name: str, reader: Reader) -> str:
    time = which_time(holder)
    told = {"name": name or reader.gettext("who is gone"), "line": name, "number": time}
    if holder.startswith("line:"):
        once = reader.gettext("First answer of line %(line)s")
        again = reader.gettext("First answer of line %(line)s, hand-over %(number)s")
    else:
        once = reader.gettext("First answer of %(name)s")
        again = reader.gettext("First answer of %(name)s, hand-over %(number)s")
    return (once if time == 1 else again) % told


def whose_text(measure: str, holder: str, reader: Reader) -> str:
    """Return the field's word for a promise: to the requester, inside the desk, by a supplier."""
    words = {
        "requester": reader.gettext("SLA"),
        "group": reader.gettext("OLA"),
        "supplier": reader.gettext("Underpinning contract"),
    }
    return words[whose_of(measure, holder)]


def clock_line(face: Any, reader: Reader) -> ClockLine:
    """Return one clock as a line of the page."""
    clock, reading = face.clock, face.reading
    target = timedelta(minutes=clock.target_minutes)
    stand, tone, at = _stand(face, reader)
    left = minutes_text(int(reading.left.total_seconds() // 60), reader)
    promised = minutes_text(clock.target_minutes, reader)
    note = reader.gettext("%(left)s of %(promised)s left") % {"left": left, "promised": promised}
    return ClockLine(
        clock.measure,
        holder_text(clock.measure, clock.holder, face.holder_name, reader),
        stand,
        tone,
        min(reading.used / target, 1.0),
        at,
        note if clock.stopped_at is None and reading.breached_at is None else promised,
        reading.breached_at is not None,
        clock.reason,
        clock.holder,
        whose_text(clock.measure, clock.holder, reader),
    )


def next_first(lines: Iterable[ClockLine]) -> list[ClockLine]:
    """Return missed promises, then what ends next; what was kept comes last."""
    ready = list(lines)
    moments = sorted(line.at for line in ready if line.at is not None)
    return sorted(
        ready,
        key=lambda line: (
            line.tone == "good",
            moments.index(line.at) if line.at else len(moments),
        ),
    )


def _stand(face: Any, reader: Reader) -> tuple[str, str, datetime | None]:
    clock, reading = face.clock, face.reading
    if reading.breached_at is not None:
        return reader.gettext("missed"), "bad", reading.breached_at
    if clock.stopped_at is not None:
        return reader.gettext("kept"), "good", clock.stopped_at
    if face.away:
        return reader.gettext("not with them now"), "neutral", None
    if not reading.running:
        return (
            reader.gettext("paused; if it went on now, it would end"),
            "neutral",
            face.if_resumed_now,
        )
    target = timedelta(minutes=clock.target_minutes)
    tone = "warn" if reading.used >= target * 0.75 else "accent"
    return reader.gettext("due"), tone, reading.due_at
