"""Keeps announcements from flooding us: a storm of one device costs that device's own news only."""

from collections import OrderedDict

from discovery.traps.meaning import Announcement

#: Senders that are remembered; a forged flood makes us forget, not grow.
_MOST_SENDERS = 4_096


class Crowd:
    """Lets so many announcements of a sender in per minute; the same twice in a second is one.

    >>> crowd = Crowd(2)
    >>> from discovery.traps.meaning import Announcement, Happening
    >>> up = Announcement(Happening.LINK_UP, 3)
    >>> down = Announcement(Happening.LINK_DOWN, 3)
    >>> crowd.lets_in("a", up, 0.0), crowd.lets_in("a", up, 0.5), crowd.lets_in("a", down, 0.6)
    (True, False, True)
    >>> crowd.lets_in("a", up, 1.0), crowd.lets_in("b", up, 1.0), crowd.lets_in("a", up, 62.0)
    (False, True, True)
    """

    def __init__(self, per_minute: int = 60) -> None:
        self._per_minute = per_minute
        self._senders: OrderedDict[str, tuple[float, int, Announcement, float]] = OrderedDict()

    def lets_in(self, sender: str, announcement: Announcement, now: float) -> bool:
        """Say whether to take this one; ``now`` in seconds of a clock that only goes on."""
        began, count, last, last_at = self._senders.pop(sender, (now, 0, None, now))
        if now - began >= 60:
            began, count = now, 0
        again = announcement == last and now - last_at < 1
        taken = not again and count < self._per_minute
        if taken:
            count, last_at = count + 1, now
        kept = announcement if taken or last is None else last
        self._senders[sender] = (began, count, kept, last_at)
        while len(self._senders) > _MOST_SENDERS:
            self._senders.popitem(last=False)
        return taken
