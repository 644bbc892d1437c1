"""Tickets that discovery and agents open: rules over what goes wrong, each ticket once."""
