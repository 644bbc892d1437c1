"""Decisions about alarms: what a rule means, how long trouble lasted, what is to be done."""
