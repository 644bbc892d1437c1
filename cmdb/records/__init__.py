"""Rows of the register: the only SQL of ``cmdb``."""
