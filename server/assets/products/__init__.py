"""Makers and their models: what many items are one of."""
