"""Documents and diagrams about items, models and contracts, each with a day of review."""
