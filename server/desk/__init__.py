"""Tickets and changes, and the pages' worth of answers that several of them make together."""
