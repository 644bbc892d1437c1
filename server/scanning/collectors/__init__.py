"""Collectors: who they are, how they enrol, and what they are to do."""
