"""Derivation: what agents and walks saw, read as sightings; what follows, written as relations.

The rules are data and the decisions are pure (``cmdb.engine.derivation``); here stand the reading,
the writing through ``Inventory``, and what people said of the results.
"""
