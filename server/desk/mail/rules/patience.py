"""How long a mailbox that fails is left alone."""

_MINUTE = 60
#: Three refused passwords in a row lock an account out in many houses.
_MOST_REFUSALS = 3
_LONGEST = 30 * _MINUTE


def seconds_to_wait(failures: int, *, refused: bool) -> int:
    """Return how long to wait after so many failures in a row (1 at least).

    ``refused``: the server does not accept the password; from the third time on it is asked once
    an hour. Another failure may pass by itself: the wait doubles up to half an hour.

    >>> [seconds_to_wait(one, refused=True) for one in (1, 2, 3, 9)]
    [60, 300, 3600, 3600]
    >>> [seconds_to_wait(one, refused=False) for one in (1, 2, 3, 9)]
    [60, 120, 240, 1800]
    """
    if refused:
        return 60 * _MINUTE if failures >= _MOST_REFUSALS else (_MINUTE, 5 * _MINUTE)[failures - 1]
    return int(min(_MINUTE * 2 ** min(failures - 1, 10), _LONGEST))
