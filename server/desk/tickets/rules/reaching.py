"""What a check of an item's address said, as a note that people read."""

from discovery.reach.values import (
    Answer,
    DeviceAnswer,
    Echoes,
    Names,
    PortsBefore,
    PortState,
    Route,
)
from server.desk.tickets.rules.device_notes import Language, device_note


def note_of(answer: Answer, language: Language, before: PortsBefore | None = None) -> str:
    """Return the note; a route has a line for each station.

    ``before`` is how the ports of a device stood when discovery last read it.
    """
    if isinstance(answer, DeviceAnswer):
        return device_note(answer, language, before)
    if isinstance(answer, Echoes):
        return _echoes(answer, language)
    if isinstance(answer, PortState):
        return _port(answer, language)
    if isinstance(answer, Route):
        return _route(answer, language)
    return _names(answer, language)


def refusal_of(reason: str, language: Language) -> str:
    """Return the note for a check that could not be made."""
    return language.gettext("The check could not be made: %(reason)s", reason=reason)


def _echoes(answer: Echoes, language: Language) -> str:
    if not answer.milliseconds:
        return language.gettext(
            "Ping %(address)s: none of %(sent)s requests was answered",
            address=answer.address,
            sent=answer.sent,
        )
    ordered = sorted(answer.milliseconds)
    times = " / ".join(f"{one:g}" for one in (ordered[0], ordered[len(ordered) // 2], ordered[-1]))
    return language.gettext(
        "Ping %(address)s: %(came)s of %(sent)s answered, %(times)s ms (fastest, middle, slowest)",
        address=answer.address,
        came=len(ordered),
        sent=answer.sent,
        times=times,
    )


def _port(answer: PortState, language: Language) -> str:
    place = {"address": answer.address, "port": answer.port, "ms": f"{answer.milliseconds or 0:g}"}
    if answer.state == "open":
        return language.gettext("TCP %(address)s port %(port)s: open, after %(ms)s ms", **place)
    if answer.state == "closed":
        return language.gettext(
            "TCP %(address)s port %(port)s: closed. The machine answers, but nothing listens there",
            **place,
        )
    return language.gettext("TCP %(address)s port %(port)s: no answer", **place)


def _route(answer: Route, language: Language) -> str:
    heading = (
        language.gettext(
            "Route to %(address)s: reached, %(count)s stations",
            address=answer.address,
            count=len(answer.hops),
        )
        if answer.reached
        else language.gettext("Route to %(address)s: not reached", address=answer.address)
    )
    lines = [
        f"{hop.number}. {hop.address} {hop.milliseconds:g} ms"
        if hop.address
        else f"{hop.number}. *"
        for hop in answer.hops
    ]
    return "\n".join([heading, "", *lines])


def _names(answer: Names, language: Language) -> str:
    if not answer.name:
        return language.gettext("%(address)s has no name in the DNS", address=answer.address)
    if answer.agree:
        return language.gettext(
            "%(address)s is called %(name)s, and that name leads back to it",
            address=answer.address,
            name=answer.name,
        )
    return language.gettext(
        "%(address)s is called %(name)s, but that name leads to %(others)s",
        address=answer.address,
        name=answer.name,
        others=", ".join(answer.addresses) or "-",
    )
