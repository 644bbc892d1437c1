"""A believable company to look around in: deterministic, in an organisation of its own."""
