"""Whom to ask and with what: address ranges and credential files."""
