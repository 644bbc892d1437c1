"""Redundancy groups in words: how many are needed, how many are up, what may still be lost."""

from typing import Any

from web.presenters.reader import Reader
from web.presenters.sizes import number
from web.presenters.states import AT_RISK, DOWN, UP

#: Slack below which losing one more member is felt.
_NONE_LEFT = 1


def group_state(holds: bool, lost_some: bool) -> str:  # noqa: FBT001  # the two facts, in order
    """Return what a group passes on: the state of a dependant that needs nothing else."""
    if not holds:
        return DOWN
    return AT_RISK if lost_some else UP


def needs_label(standing: Any, reader: Reader) -> str:
    """Return "1 of 2", for a bracket; ``standing`` is an engine's GroupStanding."""
    return reader.gettext("%(needs)s of %(members)s") % {
        "needs": _amount(standing.required, reader),
        "members": _amount(standing.total, reader),
    }


def standing_text(standing: Any, reader: Reader) -> str:
    """Say how a group stands: "needs 1 of 2, 2 up"."""
    values = {
        "needs": _amount(standing.required, reader),
        "members": _amount(standing.total, reader),
        "up": _amount(standing.remaining, reader),
    }
    if standing.rule == "capacity":
        return reader.gettext("needs capacity %(needs)s of %(members)s, %(up)s is up") % values
    return reader.gettext("needs %(needs)s of %(members)s, %(up)s up") % values


def slack_text(standing: Any, reader: Reader) -> str:
    """Say what may still be lost before the group falls short."""
    if not standing.holds:
        short = _amount(-standing.slack, reader)
        return reader.gettext("short by %(amount)s") % {"amount": short}
    if standing.slack < _NONE_LEFT and standing.rule != "capacity":
        return reader.gettext("none may be lost")
    left = _amount(standing.slack, reader)
    if standing.rule == "capacity":
        return reader.gettext("capacity %(amount)s may still be lost") % {"amount": left}
    whole = int(standing.slack)
    return reader.ngettext("%(num)d more may be lost", "%(num)d more may be lost", whole) % {
        "num": whole
    }


def _amount(value: float, reader: Reader) -> str:
    return str(number(int(value) if float(value).is_integer() else round(value, 2), reader))
