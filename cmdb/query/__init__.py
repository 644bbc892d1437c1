"""Asking the register for items: filters today, the list language tomorrow."""
