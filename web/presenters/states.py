"""The five states of an item: shape, word and colour, the same in lists, maps, mails, exports."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

UP = "up"
AT_RISK = "at_risk"
DEGRADED = "degraded"
DOWN = "down"
UNKNOWN = "unknown"

# From the one to look at first to the one that can wait.
WORST_FIRST = (DOWN, DEGRADED, AT_RISK, UNKNOWN, UP)


# (shape, word, suffix of CSS classes); only the word that is shown is translated.
_SIGNS: Mapping[str, tuple[str, Callable[[Callable[[str], str]], str], str]] = {
    UP: ("●", lambda gettext: gettext("up"), "up"),
    AT_RISK: ("◐", lambda gettext: gettext("at risk"), "at-risk"),
    DEGRADED: ("▲", lambda gettext: gettext("degraded"), "degraded"),
    DOWN: ("■", lambda gettext: gettext("down"), "down"),
    UNKNOWN: ("○", lambda gettext: gettext("unknown"), "unknown"),
}


@dataclass(frozen=True)
class StateSign:
    """How one state is shown: its shape, its translated word, the suffix of its CSS classes."""

    state: str
    shape: str
    word: str
    css: str


def state_sign(state: str | None, gettext: Callable[[str], str]) -> StateSign:
    """Return the sign of ``state``; what we do not know is shown as unknown, never as up."""
    known = state if state in _SIGNS else UNKNOWN
    shape, word, css = _SIGNS[known or UNKNOWN]
    return StateSign(known or UNKNOWN, shape, word(gettext), css)
