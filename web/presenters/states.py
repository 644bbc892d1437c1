"""The five states of an item: shape, word and colour, the same in lists, maps, mails, exports."""

from collections.abc import Callable
from dataclasses import dataclass

UP = "up"
AT_RISK = "at_risk"
DEGRADED = "degraded"
DOWN = "down"
UNKNOWN = "unknown"

# From the one to look at first to the one that can wait.
WORST_FIRST = (DOWN, DEGRADED, AT_RISK, UNKNOWN, UP)


@dataclass(frozen=True)
class StateSign:
    """How one state is shown: its shape, its translated word, the suffix of its CSS classes."""

    state: str
    shape: str
    word: str
    css: str


def state_sign(state: str | None, gettext: Callable[[str], str]) -> StateSign:
    """Return the sign of ``state``; what we do not know is shown as unknown, never as up."""
    signs = {
        UP: StateSign(UP, "●", gettext("up"), "up"),
        AT_RISK: StateSign(AT_RISK, "◐", gettext("at risk"), "at-risk"),
        DEGRADED: StateSign(DEGRADED, "▲", gettext("degraded"), "degraded"),
        DOWN: StateSign(DOWN, "■", gettext("down"), "down"),
    }
    unknown = StateSign(UNKNOWN, "○", gettext("unknown"), "unknown")
    return signs.get(state or UNKNOWN, unknown)
