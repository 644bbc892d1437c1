"""The endpoint agent: one machine reports itself. Imports nobody, is imported by nobody."""

__version__ = "0.1.0"
