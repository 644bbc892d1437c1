"""How available services were, month by month, and how that stands to what was promised."""
