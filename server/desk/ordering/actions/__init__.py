"""Placing an order, deciding about it, and doing what it asks for."""
