"""Service levels: calendars, targets, and clocks that are computed from what happened."""
