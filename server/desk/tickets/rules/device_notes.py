"""What a device said of itself over SNMP, as a note that people read."""

from collections.abc import Sequence
from typing import Protocol

from discovery.findings import Why
from discovery.reach.values import DeviceAnswer, PortsBefore

#: Ports that a note names of each kind, and characters of what the device says it is.
_NAMED = 20
_LONGEST = 200


class Language(Protocol):
    """The reader's language (``foundation.translation.Language``)."""

    def gettext(self, message: str, **values: object) -> str:
        """Return ``message`` in this language."""

    def ngettext(self, one: str, many: str, number: int, **values: object) -> str:
        """Return the plural form for ``number`` in this language."""


def device_note(answer: DeviceAnswer, language: Language, before: PortsBefore | None) -> str:
    """Return the note: who it says it is, and its ports beside those that were up ``before``."""
    if answer.why:
        return _missed(answer, language)
    lines = [
        language.gettext(
            "SNMP %(address)s: %(name)s answers",
            address=answer.address,
            name=answer.name[:_LONGEST] or "-",
        ),
        "",
    ]
    if answer.description:
        lines.append(answer.description.splitlines()[0][:_LONGEST])
    if answer.object_id:
        lines.append(f"sysObjectID {answer.object_id[:_LONGEST]}")
    if answer.uptime_seconds is not None:
        lines.append(_running(answer.uptime_seconds, language))
    return "\n".join([*lines, *_ports(answer, language, before)])


def _missed(answer: DeviceAnswer, language: Language) -> str:
    told = {
        Why.SILENT: language.gettext(
            "SNMP %(address)s: no answer to anything that discovery keeps for it",
            address=answer.address,
        ),
        Why.REFUSED: language.gettext(
            "SNMP %(address)s: it answers, and refuses what discovery keeps for it",
            address=answer.address,
        ),
        Why.SLOW: language.gettext(
            "SNMP %(address)s: it answers too slowly", address=answer.address
        ),
        Why.UNSENDABLE: language.gettext(
            "SNMP %(address)s: no packet could be sent there", address=answer.address
        ),
    }
    other = language.gettext(
        "SNMP %(address)s: what it answers cannot be understood", address=answer.address
    )
    return told.get(Why(answer.why) if answer.why in set(Why) else Why.UNINTELLIGIBLE, other)


def _running(seconds: float, language: Language) -> str:
    minutes = max(0, int(seconds)) // 60
    days, rest = divmod(minutes, 24 * 60)
    return language.gettext(
        "Running for %(days)s d %(hours)s h %(minutes)s min",
        days=days,
        hours=rest // 60,
        minutes=rest % 60,
    )


def _ports(answer: DeviceAnswer, language: Language, before: PortsBefore | None) -> list[str]:
    if answer.complaint and not answer.up and not answer.down:
        return [language.gettext("Its ports could not be read: %(reason)s", reason=_cut(answer))]
    off = sum(one.off for one in answer.down)
    lines = [
        language.gettext(
            "Ports: %(up)s up, %(down)s down, %(off)s switched off",
            up=answer.up,
            down=len(answer.down) - off + answer.more_down,
            off=off + answer.more_off,
        )
    ]
    if answer.complaint:
        lines.append(language.gettext("Not all was read: %(reason)s", reason=_cut(answer)))
    return [*lines, _compared(answer, language, before)]


def _cut(answer: DeviceAnswer) -> str:
    return answer.complaint[:_LONGEST]


def _compared(answer: DeviceAnswer, language: Language, before: PortsBefore | None) -> str:
    """Say which ports fell since discovery last read the device."""
    if before is None:
        return language.gettext("Discovery has not read it yet, so there is nothing to compare.")
    when = f"{before.at:%Y-%m-%d %H:%M} UTC"
    fell = [one.name for one in answer.down if one.name in before.up]
    if not fell:
        return language.gettext(
            "Nothing is down that was up with the last discovery (%(when)s)", when=when
        )
    return language.gettext(
        "Down now, up with the last discovery (%(when)s): %(ports)s",
        when=when,
        ports=_named(fell, language),
    )


def _named(names: Sequence[str], language: Language) -> str:
    shown = ", ".join(names[:_NAMED])
    more = len(names) - _NAMED
    if more <= 0:
        return shown
    rest = language.ngettext("and %(num)d more", "and %(num)d more", more)
    return f"{shown} {rest}"
