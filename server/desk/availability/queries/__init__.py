"""Reading when services were not up, and how that stands to what was promised."""
