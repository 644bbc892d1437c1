"""Who gets which ticket: rules as data, groups of the desk, turns, absence and hand-overs."""
