"""Changing what the desk knows of people: their skills and their shifts."""
