"""Decisions about problems."""
