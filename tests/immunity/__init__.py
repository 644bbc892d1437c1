"""Attacks that this kind of product has really suffered, and guards broken on purpose."""
