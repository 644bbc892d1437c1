"""Changing macros and schedules, running them, and opening what is due."""
