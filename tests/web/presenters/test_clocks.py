"""The clocks of a ticket, the one that matters first."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from web.presenters.clocks import ClockLine, next_first

_NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
_DUE = ClockLine("resolve", "Solution", "due", "accent", 0.1, _NOW, "", missed=False, reason="")


def test_what_was_missed_comes_first_and_what_was_kept_last() -> None:
    kept = replace(_DUE, stand="kept", tone="good", at=_NOW - timedelta(hours=3))
    missed = replace(_DUE, stand="missed", tone="bad", at=_NOW - timedelta(hours=1), missed=True)
    later = replace(_DUE, at=_NOW + timedelta(hours=8))
    soon = replace(_DUE, at=_NOW + timedelta(minutes=30))
    still = replace(_DUE, stand="paused", at=None)
    found = next_first([kept, still, later, soon, missed])
    assert found == [missed, soon, later, still, kept]
