"""Decisions about routing: which rules match, whose turn it is."""
