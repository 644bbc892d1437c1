"""Who has been given which item, what they said to it, and what is observed instead."""
