"""Consumables in their places: how many there are, and who took or put some."""
