"""The schema's history, in both directions, for SQLite and PostgreSQL alike."""
