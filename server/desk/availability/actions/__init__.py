"""Keeping when services were not up, correcting it, and telling of what was promised."""
