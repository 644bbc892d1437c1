"""Planned work and outages, told to the people who use what they reach."""
