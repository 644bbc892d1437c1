"""Software across the estate: which products there are, and where which version is."""
