"""What can be asked of the impact engine, as values."""

from dataclasses import dataclass

from cmdb.engine.impact.values import State
from server.items.impacts.graphs import AsOf

#: Rows of one answer; totals always count everything.
MAX_ROWS = 10_000
#: Every state an answer can be about, worst first.
AFFECTED = (State.DOWN, State.DEGRADED, State.AT_RISK)


@dataclass(frozen=True, slots=True)
class ImpactQuestion:
    """Which items fail together, and how much of the answer is wanted.

    ``states`` choose rows and change no total. With ``paths`` each row has the way the failure
    took, with ``groups`` its redundancy groups that lost members; ``reached`` adds what is reached
    beyond items. ``cursor`` is that of the page before; ``as_of`` the moment, or the change
    sequence, whose graph is asked; None is now.
    """

    failed: tuple[int, ...]
    states: tuple[State, ...] = AFFECTED
    paths: bool = True
    groups: bool = True
    reached: bool = True
    limit: int = 200
    cursor: str = ""
    as_of: AsOf = None
