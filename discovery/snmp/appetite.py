"""How much to ask of a device in one GETBULK: learnt from what it answers, device by device."""

#: Variables in the first answer (about 4 kB), and in the largest (about 8 kB).
_FIRST, _LARGEST = 100, 240
_FIRST_ROUNDS = 25
#: A device that puts fewer variables than this into an answer is not asked for fewer.
_SMALLEST = 16


class Appetite:
    """Rounds and variables that a device is known to answer; grows with success, shrinks with loss.

    Large answers spare requests, but some devices cut them, some refuse them, and from some they
    never arrive. What was lost once is not tried again.

    >>> appetite = Appetite(100)
    >>> appetite.rounds_for(10), appetite.rounds_for(2)
    (10, 25)
    >>> appetite.answered(asked=100, came=100, columns=10); appetite.rounds_for(10)
    15
    >>> appetite.lost(rounds=15, fraction=3); appetite.rounds_for(10), appetite.rounds_for(1)
    (5, 5)
    >>> appetite.answered(asked=50, came=50, columns=10); appetite.rounds_for(10)
    5
    """

    def __init__(self, most_rounds: int) -> None:
        self._most_rounds = most_rounds
        self._rounds = min(_FIRST_ROUNDS, most_rounds)
        self._portion = _FIRST
        self._largest = _LARGEST

    def rounds_for(self, columns: int) -> int:
        """Return how many rounds to ask for."""
        return min(self._rounds, max(1, self._portion // columns))

    def answered(self, asked: int, came: int, columns: int, *, ended: bool = False) -> None:
        """Learn from an answer: ``came`` of ``asked`` variables; ``ended``: there were no more."""
        if came >= asked:
            if asked * 2 > self._portion:
                self._portion = min(self._largest, self._portion * 3 // 2)
            if asked >= self._rounds * columns:
                self._rounds = min(self._most_rounds, self._rounds * 2)
        elif not ended:
            self._portion = self._largest = max(_SMALLEST, came)

    def lost(self, rounds: int, fraction: int) -> None:
        """Learn that an answer of so many rounds did not come: ask for a fraction from now on."""
        self._rounds = self._most_rounds = rounds // fraction or 1
