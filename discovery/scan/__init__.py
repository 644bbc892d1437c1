"""Visits: one device, or all that answer in a range."""
