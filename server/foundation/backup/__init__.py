"""Backups: one file that says what it holds, can tell when it is damaged, and who made it."""
