"""Decisions about articles."""
