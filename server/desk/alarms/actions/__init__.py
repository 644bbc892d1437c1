"""Changing rules of alarms, and doing what they say."""
