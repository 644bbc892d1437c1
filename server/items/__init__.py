"""The register over HTTP: items, relations, impact, bulk, and the intake of agents' reports."""
