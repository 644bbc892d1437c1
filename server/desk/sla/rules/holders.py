"""Under which name the clock of whoever has a ticket is kept: "supplier:4", or "supplier:4#2".

A first answer is asked for each time that a ticket is handed over: the second time it has a clock
of its own, so that what was missed the first time stays told, with its reason.
"""

_AGAIN = "#"


def holder_again(holder: str, time: int) -> str:
    """Return the name of the clock of somebody who has a ticket for the ``time``-th time.

    >>> holder_again("supplier:4", 1), holder_again("line:2", 3)
    ('supplier:4', 'line:2#3')
    """
    return holder if time == 1 else f"{holder}{_AGAIN}{time}"


def whoever(holder: str) -> str:
    """Return whose a clock is, whichever time it is.

    >>> whoever("line:2#3"), whoever("supplier:4")
    ('line:2', 'supplier:4')
    """
    return holder.partition(_AGAIN)[0]


def which_time(holder: str) -> int:
    """Return for which time whoever has the ticket is asked.

    >>> which_time("line:2#3"), which_time("supplier:4")
    (3, 1)
    """
    return int(holder.partition(_AGAIN)[2] or 1)
