"""Suppliers, what items cost, and what they are still worth."""
